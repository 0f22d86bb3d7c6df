# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An entry of `notify` as a route: what goes this way, under which key, and what is a mistake."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import parse_routes

CONTOSO, FABRIKAM = (f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in (1, 2))
URL = "https://hooks.slack.com/services/T0/B0/secret"
SLACK = {"to": "slack", "url": URL}


def route_of(entry, **groups):
    (route,) = parse_routes([entry], groups)
    return route


@pytest.mark.parametrize(
    ("only", "takes"),
    [
        ({}, True),
        ({"actor": ["BILLING administrator of C*"]}, True),
        ({"actor": ["Billing Administrator"]}, False),
        ({"reason": ["access.*", "license.*"]}, True),
        ({"reason": ["access.*"]}, False),
        ({"tenants": [CONTOSO.upper()]}, True),
        ({"tenants": [FABRIKAM]}, False),
        ({"tenants": [FABRIKAM], "group": ["customers"]}, True),
        ({"tenants": [CONTOSO], "reason": ["access.*"]}, False),
    ],
)
def test_route_takes_what_every_filter_lets_through(only, takes):
    route = route_of({**SLACK, "only": only}, customers=[CONTOSO])
    assert route.takes(CONTOSO.upper(), "Billing Administrator of Contoso", "license.none") is takes


def test_key_is_another_for_another_address_or_purpose_and_tells_neither():
    entries = [SLACK, {**SLACK, "url": f"{URL}2"}, {**SLACK, "only": {"reason": ["license.*"]}}]
    keys = [route.key for route in parse_routes(entries, {})]
    assert len(set(keys)) == len(entries)
    assert keys[0] == route_of({**SLACK, "only": {"reason": [], "actor": None}}).key
    assert not any("secret" in text for text in (*keys, repr(route_of(SLACK))))


def test_order_of_mail_addresses_makes_no_other_channel():
    first, second = ({"to": "mail", "mail": list(names)} for names in (("a@b.example", "c@d.example"),) * 2)
    second["mail"].reverse()
    assert route_of(first).key == route_of(second).key


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"to": "teams"}, r"notify\[0\].url: missing; an entry to teams needs it."),
        ({"to": "mail", "url": URL, "mail": ["a@b.example"]}, r"notify\[0\].url: an entry to mail has no use for it"),
        ({"to": "slack", "url": "hooks.slack.com/secret"}, r"notify\[0\].url: the value is not an address that"),
        ({"to": "slack", "url": "http://hooks.slack.com/secret"}, r"begins with https://; copy it as a whole.$"),
        ({"to": "mail", "mail": ["a\nb@c"]}, r"notify\[0\].mail: "),
        ({"to": "slack", "url": URL, "only": {"group": ["x"]}}, r"only.group: no host in the inventory group 'x'"),
        ({"to": "slack", "url": URL, "only": {"tenants": ["x"]}}, r"only.tenants: 'x' is not a GUID"),
    ],
)
def test_mistake_is_one_sentence_without_the_address(entry, sentence):
    with pytest.raises(OptionError, match=sentence) as caught:
        parse_routes([entry], {})
    assert "secret" not in str(caught.value)


def test_nobody_to_notify_is_a_mistake():
    with pytest.raises(OptionError, match="notify: the list is empty"):
        parse_routes([], {})
