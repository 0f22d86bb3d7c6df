# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both steps in one go: what stops the first stops both, what stops the second leaves the first."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._assess import access, requirements
from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS
from ansible_collections.m365.defender.plugins.module_utils._assess.assessment import assess_tenants
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.home import unread_home
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import Reader
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._collect.target import empty_case
from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant

CONNECTION = {
    "home_tenant_id": "11111111-2222-3333-4444-555555555555",
    "client_id": "66666666-7777-8888-9999-000000000000",
    "client_secret": "a-client-secret",
    "operator": "anna@northwind.example",
}
COUNT = 250
TENANTS = [Tenant(f"aaaaaaaa-0000-4000-8000-{number:012}", f"Contoso {number}") for number in range(COUNT)]
REFUSED = HomeSignInError("no sign-in", Problem("sign_in.secret_wrong", {"said": "AADSTS7000215: no"}))
LISTS = HomeSignInError("somebody else", Problem("sign_in.other_person", {"owner": "ben@northwind.example"}))


@pytest.fixture
def told():
    return []


@pytest.fixture
def session(told):
    return Session(resolve_connection(CONNECTION, {}), told.append)


@pytest.fixture
def readable(monkeypatch, session):
    """A home tenant that answers nothing and lets everybody in."""
    home = unread_home(session)
    monkeypatch.setattr(Session, "sign_in_home", lambda _session: None)
    monkeypatch.setattr(requirements, "home_reader", lambda session, *_args: reader_of(session, home))
    monkeypatch.setattr(
        requirements,
        "tenant_reader",
        lambda session, home, tenant, now, _days: reader_of(session, empty_case(session, home, tenant, now)),
    )
    return home


def reader_of(session, result):
    """What asks for nothing, and has this result, or is stopped by it."""

    def reading():
        yield from ()
        if isinstance(result, Exception):
            raise result
        return result

    return Reader(session, session.home_target, reading())


def test_home_that_refuses_is_asked_once(monkeypatch, session, told):
    asked = []

    def refuse(_session):
        asked.append(1)
        raise REFUSED

    monkeypatch.setattr(Session, "sign_in_home", refuse)
    result = assess_tenants(session, TENANTS, CHECKS, 30).as_dict(with_evidence=True)
    assert asked == [1]
    assert (result["failed"], result["home_problem"]["reason"]) == (True, "sign_in.secret_wrong")
    assert len(result["requirements"]) == len(result["tenants"]) == COUNT
    assert {row["status"] for row in result["tenants"]} == {"unknown"}
    assert [len(result["evidence"][part][0]["tenants"]) for part in ("requirements", "access")] == [COUNT, COUNT]
    assert told == []


def test_second_step_that_fails_leaves_the_first(monkeypatch, session, readable):
    seen = []

    def refuse(_session, _tenants, _checks, known):
        seen.append(known)
        return reader_of(session, LISTS)

    monkeypatch.setattr(access, "lists_reader", refuse)
    result = assess_tenants(session, TENANTS, CHECKS, 30).as_dict()
    assert seen == [readable]
    assert (result["failed"], result["home_problem"]["reason"]) == (True, "sign_in.other_person")
    reasons = {verdict["reason"] for row in result["requirements"].values() for verdict in row["requirements"].values()}
    assert "sign_in.other_person" not in reasons


def test_progress_is_told_after_every_hundred(monkeypatch, session, readable, told):
    monkeypatch.setattr(access, "lists_reader", lambda session, *_args: reader_of(session, LISTS))
    assess_tenants(session, TENANTS, CHECKS, 30)
    assert told == [f"Requirements checked: {done} of {COUNT} tenants." for done in (100, 200)]
