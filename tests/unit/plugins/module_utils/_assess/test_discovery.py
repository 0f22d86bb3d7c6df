# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of Microsoft's as the tenants of an inventory: whole, or an error."""

from __future__ import annotations

import dataclasses
import types

import pytest
from evidence import piece, unread

from ansible_collections.m365.defender.plugins.module_utils._assess import discovery
from ansible_collections.m365.defender.plugins.module_utils._collect.access import Lists
from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError, MtoError
from ansible_collections.m365.defender.plugins.module_utils._core.model import ACCESS_METHODS, Problem

HOME, CONTOSO, FABRIKAM = (f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in range(3))


def governed(tenant_id, status="active", governing=HOME):
    return {"id": tenant_id, "governing": governing, "governed": tenant_id, "made": None, "status": status}


@pytest.fixture
def found(monkeypatch):
    """What the source finds where the one list holds this evidence."""

    def of(source, evidence):
        session = types.SimpleNamespace(
            sign_in_home=lambda: None, home_target=types.SimpleNamespace(name="Northwind"), operator=None
        )
        key = {"arm": "arm_tenants", "governance": "governance_relationships"}[source]
        lists = evidence if isinstance(evidence, Exception) else Lists(None, {key: evidence}, None)
        monkeypatch.setattr(discovery, "Session", lambda _connection: session)
        monkeypatch.setattr(discovery, "lists_reader", lambda *given: given)
        monkeypatch.setattr(discovery, "read_together", lambda readers: [lists for _reader in readers])
        return discovery.discovered_tenants(types.SimpleNamespace(home_tenant_id=HOME), source)

    return of


def test_list_of_a_person_is_without_the_home_tenant_and_without_names(found):
    tenants = piece("arm_tenants", {"tenants": [HOME, CONTOSO]})
    assert found("arm", tenants) == {CONTOSO: CONTOSO}
    assert found("arm", piece("arm_tenants", {"tenants": [HOME]})) == {}


def test_relationships_that_were_ended_or_are_the_other_way_around_list_nobody(found):
    rows = [
        governed(CONTOSO, "Active"),
        governed(FABRIKAM, "terminated"),
        governed("y", governing=CONTOSO),
        governed("x", "terminationRequestedByGoverningTenant"),
    ]
    evidence = piece("governance_relationships", {"home": HOME, "rows": rows})
    assert found("governance", evidence) == {CONTOSO: CONTOSO, "x": "x"}


@pytest.mark.parametrize(
    ("source", "evidence", "words"),
    [
        ("arm", piece("arm_tenants", {"tenants": []}), "not even the home tenant is in it"),
        ("arm", unread("arm_tenants"), "throttling"),
        ("governance", unread("governance_relationships", "read.deadline"), "Contoso"),
        (
            "governance",
            dataclasses.replace(piece("governance_relationships", {"home": HOME, "rows": []}), identity="operator"),
            "the operator",
        ),
        ("arm", HomeSignInError("no token", Problem("sign_in.no_answer")), "no token"),
    ],
    ids=["empty", "unread", "late", "hidden", "no sign-in"],
)
def test_list_that_may_not_be_whole_is_an_error(found, source, evidence, words):
    with pytest.raises(MtoError, match=words) as caught:
        found(source, evidence)
    assert "not known)" not in str(caught.value)


def test_empty_list_of_the_app_is_whole(found):
    assert found("governance", piece("governance_relationships", {"home": HOME, "rows": []})) == {}


def test_each_list_counts_for_one_access_method():
    assert set(discovery.METHODS.values()) <= set(ACCESS_METHODS)
    assert len(set(discovery.METHODS.values())) == len(discovery.METHODS)
