# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From GDAP customers to a tenant list: whose consent is missing, and when GDAP ends."""

from __future__ import annotations

import dataclasses
import types

import pytest
from evidence import NOW, piece, relationship, unread

from ansible_collections.m365.defender.plugins.module_utils._assess import adoption
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken

ROW = {"tenant_id": "t-1", "name": "Birch"}


def session(claims=None, error=None):
    def sign_in_as(name, tenant_id, _service):
        if error is not None:
            raise error
        return BearerToken("t", "https://graph", tenant_id, name, claims or {})

    return types.SimpleNamespace(
        client_id="app", reading_as="app", sign_in_as=sign_in_as, consent_url=lambda tenant_id: f"https://c/{tenant_id}"
    )


@pytest.mark.parametrize(
    ("claims", "error", "reason"),
    [
        ({"tid": "t-1", "roles": ["Policy.Read.All", "Organization.Read.All"]}, None, None),
        ({"tid": "t-1", "roles": ["Organization.Read.All"]}, None, "consent.permission_missing"),
        (None, None, "read.failed"),
        (None, SignInError("no", Problem("consent.app_not_in_tenant")), "consent.app_not_in_tenant"),
    ],
)
def test_consent_is_seen_by_signing_in(claims, error, reason):
    problems = adoption._consent(session(claims, error), "t-1")
    assert [problem.reason for problem in problems] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("problem", "consented"),
    [(None, True), (Problem("consent.app_not_in_tenant"), False), (Problem("read.deadline"), None)],
)
def test_consent_that_was_not_seen_is_not_known(problem, consented):
    customer = adoption._customer(session(), ROW, problem, "2027-01-01").as_dict()
    assert (customer["consented"], customer["gdap_in_force"]) == (consented, True)
    assert customer["consent_url"] == "https://c/t-1"
    assert bool(customer["message"]) is (problem is not None)
    assert "not known)" not in customer["message"]


def test_latest_end_of_the_relationships_in_force():
    rows = [{**relationship(days=days), "customer": "t-1"} for days in (10, 20, -5)]
    assert adoption._ends(rows, "t-1", NOW) == "2026-12-13"
    assert adoption._ends(rows, "t-2", NOW) is None


def test_list_that_is_not_complete_is_refused():
    assert adoption._whole(piece("customers", [ROW])) == [ROW]
    with pytest.raises(MtoError, match="throttling"):
        adoption._whole(unread("customers"))


CUSTOMERS, RELATIONSHIPS = "gdap_customers", "gdap_relationships"


@pytest.mark.parametrize(
    ("customers", "relationships", "identities", "shown"),
    [
        ([], [], ("app", "app"), True),
        ([], [], ("operator", "operator"), False),
        ([], [], ("operator", "app"), False),
        ([], [relationship()], ("operator", "app"), False),
        # Somebody who sees relationships sees customers.
        ([], [relationship(customer="")], ("operator", "operator"), True),
    ],
)
def test_empty_list_of_a_person_is_no_list_for_git(monkeypatch, customers, relationships, identities, shown):
    found = {
        CUSTOMERS: dataclasses.replace(piece("customers", customers), identity=identities[0]),
        "organization": piece("organization", {"name": "Northwind"}),
        RELATIONSHIPS: dataclasses.replace(piece("relationships", relationships), identity=identities[1]),
    }
    home = types.SimpleNamespace(name="Northwind")
    reader = types.SimpleNamespace(
        sign_in_home=lambda: None,
        read=lambda _reads, _target: found,
        home_target=home,
        operator="anna@northwind.example",
    )
    monkeypatch.setattr(adoption, "Session", lambda _connection: reader)
    monkeypatch.setattr(adoption, "walk", lambda *_arguments: [])
    if shown:
        assert adoption.gdap_customers(None).customers == []
        return
    with pytest.raises(MtoError, match=r"'Admin agents'.*app identity"):
        adoption.gdap_customers(None)
