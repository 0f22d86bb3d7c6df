# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no contract may hold."""

from __future__ import annotations

import pytest
from recorded import NAMES, OPERATOR, Recorded, put_full_list

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import Private, private_in


def private_of(page):
    return private_in(exchanges(page.entries), [*page.entries, None, {"request": 1}])


def test_names_of_tenants_and_of_the_person():
    private = private_of(Recorded().recipe(put_full_list))
    assert {name.lower() for name in (*NAMES.values(), OPERATOR)} <= private.names
    assert OPERATOR.split("@")[0] in private.names
    assert not private.in_text("My private group")


def test_cookies_tokens_and_versions_in_all_their_forms():
    page = Recorded()
    headers = {
        "Cookie": "sccauth=planted%2Bcookie; XSRF-TOKEN=planted-xsrf",
        "Authorization": "Bearer planted.token",
        "X-CSRF": "planted-csrf",
        "Accept": "application/json",
        "X-Token": "short",
    }
    page.send("PUT", "/view", {}, headers)
    page.entries[0]["response"]["headers"] = [{"name": "Set-Cookie", "value": "sccauth=planted-new; path=/"}]
    page.entries[0]["response"]["cookies"] = [{"name": "x", "value": "planted-in-row"}]
    secrets = private_of(page).secrets
    planted = {"planted%2bcookie", "planted+cookie", "planted-xsrf", "planted-csrf", "planted-new", "planted-in-row"}
    assert planted <= secrets
    assert not {"application/json", "short"} & secrets


# Customers have such names, and the portal's own words must not become theirs.
COMMON = Private(
    frozenset({"contoso group", "members", "abb"}), frozenset({"Contoso", "Group", "Tenants"}), frozenset()
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/apiproxy/mtoapi/tenantGroups", False),
        ("tenants", False),
        ("$group.tenantGroupId", False),
        ("add to group", False),
        ("fabbric", False),
        ("Contoso Group", True),
        ("add contoso group.", True),
        ("Add Contoso", True),
        ("members", True),
        ("ABB", True),
        ("at ABB now", True),
    ],
)
def test_name_is_told_as_a_whole_and_its_words_in_sentences(text, told):
    assert COMMON.in_text(text) is told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("PUT /apiproxy/mtoapi/tenantGroups/x", "PUT /apiproxy/mtoapi/tenantGroups/x"),
        ("PUT /api/members/ABB", "PUT /api/*/*"),
        ("PUT /s/(aB3dE6gH9jK2)/x", "PUT /s/(*)/x"),
        ("PUT /t/aaaaaaaa000040008000000000000001", "PUT /t/*"),
        ("body.Contoso Group", "*"),
    ],
)
def test_what_a_message_shows(text, shown):
    assert COMMON.hide(text) == shown
