# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request for a relationship: what there is already, by status, name, roles and age."""

from __future__ import annotations

import dataclasses

import pytest
from remedy_cases import (
    CUSTOMER,
    GDAP,
    GLOBAL_ADMINISTRATOR,
    HOME,
    HOSTILE,
    OPERATOR,
    OTHER,
    READER,
    TERMS,
    case_of,
    relationship,
)

from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
from ansible_collections.m365.defender.plugins.module_utils._remedies.gdap_request import GdapRequest, key_of
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import UnreadError

KEY = key_of(CUSTOMER, TERMS)
OURS = f"Contoso {KEY}"
LATER = "2028-01-01T00:00:00Z"


def look(*rows, **more):
    return GdapRequest().look(case_of({GDAP: list(rows)}, reason="access.gdap_missing", **more))


def test_nothing_there():
    seen = look()
    assert (seen.kind, seen.object, seen.call.method, seen.call.path) == ("change", CUSTOMER, "POST", GDAP)
    assert seen.call.body == {
        "displayName": OURS,
        "duration": "P730D",
        "customer": {"tenantId": CUSTOMER},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": READER}]},
        "autoExtendDuration": "P180D",
    }


def test_another_name_or_other_terms_are_not_another_object():
    """Else a second one would be made while the first does not show yet."""
    terms = dataclasses.replace(TERMS, duration="P30D")
    assert {look(name="Renamed").object, look(gdap=terms).object, look().object} == {CUSTOMER}


@pytest.mark.parametrize(
    ("row", "kind", "path"),
    [
        ({"endDateTime": LATER}, "settled", ""),
        ({"endDateTime": LATER, "customer": {"tenantId": OTHER}}, "change", GDAP),
        ({}, "change", GDAP),
        ({"status": "approvalPending", "createdDateTime": "2026-11-01T00:00:00Z"}, "waiting", ""),
        ({"status": "approvalPending"}, "change", GDAP),
        # A draft of long ago that was sent yesterday waits; it has not lapsed.
        ({"status": "approvalPending", "lastModifiedDateTime": "2026-11-27T00:00:00Z"}, "waiting", ""),
        ({"status": "approved"}, "waiting", ""),
        ({"status": "activating"}, "waiting", ""),
        ({"status": "created", "displayName": OURS}, "change", f"{GDAP}/r1/requests"),
        ({"status": "created", "displayName": "somebody's"}, "declined", ""),
        # Somebody has changed the roles of the draft: nobody named these.
        ({"status": "created", "displayName": OURS, "roles": (READER, GLOBAL_ADMINISTRATOR)}, "declined", ""),
        ({"status": "created", "displayName": OURS, "roles": (OPERATOR,)}, "declined", ""),
        ({"status": "unknownFutureValue", "displayName": OURS}, "waiting", ""),
        ({"status": "unknownFutureValue"}, "change", GDAP),
        ({"status": "terminated", "displayName": OURS}, "change", GDAP),
        ({"status": "expired", "displayName": f"{OURS}-7"}, "change", GDAP),
    ],
)
def test_by_what_is_there(row, kind, path):
    seen = look(relationship(**row))
    assert (seen.kind, seen.call.path if seen.call else "") == (kind, path)


def test_name_of_one_that_has_ended_is_not_taken_again():
    seen = look(relationship(status="expired", displayName=f"{OURS}-7"))
    assert seen.call.body["displayName"] == f"{OURS}-8"


@pytest.mark.parametrize("name", HOSTILE)
def test_display_name_that_microsoft_takes(name):
    given = look(name=name).call.body["displayName"]
    assert len(given.encode("utf-16-le")) // 2 <= 50
    assert given.isprintable()
    assert given.endswith(KEY)


def test_what_somebody_ended_is_not_asked_for_again():
    case = case_of({GDAP: []}, reason="access.gdap_terminated")
    assert GdapRequest().look(case).kind == "declined"
    assert case.writer.asked == []


@pytest.mark.parametrize("gdap", [None, dataclasses.replace(TERMS, roles=())])
def test_list_that_names_no_roles(gdap):
    case = case_of({GDAP: []}, reason="access.gdap_missing", gdap=gdap)
    assert GdapRequest().look(case).kind == "declined"
    assert case.writer.asked == []


@pytest.mark.parametrize("body", [None, {}, {"value": None}, {"value": [{"id": "r1"}]}, {"value": [7]}])
def test_what_is_not_read_is_never_nothing(body):
    case = case_of({GDAP: body}, reason="access.gdap_missing")
    with pytest.raises(UnreadError):
        GdapRequest().look(case)
    assert case.writer.asked == [(HOME, f"{GDAP}?$top=300")]


def test_key_says_whose_and_what():
    terms = dataclasses.replace(TERMS, roles=(READER, OPERATOR))
    turned = dataclasses.replace(TERMS, roles=(OPERATOR, READER))
    assert key_of(CUSTOMER, terms) == key_of(CUSTOMER, turned)
    assert len({key_of(CUSTOMER, terms), KEY, key_of(OTHER, TERMS)}) == 3
    assert Tenant(CUSTOMER, "Contoso", gdap=terms) == Tenant(CUSTOMER, "Contoso")
