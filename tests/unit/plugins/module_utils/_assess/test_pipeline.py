# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pipeline: one row for each tenant, whatever happens to it."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from evidence import NOW, case, gdap_evidence, relationship

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS, verify_access
from ansible_collections.m365.defender.plugins.module_utils._assess.pipeline import RowMaker, assess_again
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import requirement_facts
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import Saved, SavedRun
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    HomeSignInError,
    MtoError,
    OptionError,
    ServiceError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant

JUDGED = case(gdap_evidence(relationship()))
ROWS = RowMaker("Judged", lambda judged: ("judged", judged.now), lambda _case, problem, cause: (problem.reason, cause))


def test_row_of_a_saved_case():
    assert ROWS.row_of(Saved(JUDGED)) == ("judged", NOW)
    assert ROWS.row_of(Saved(JUDGED, Problem("read.deadline"), "sign_in")) == ("read.deadline", "sign_in")


def test_evidence_that_cannot_be_judged_leaves_everything_unknown():
    def judge(_case):
        raise KeyError("roles")

    rows = dataclasses.replace(ROWS, judge=judge)
    assert rows.row_of(Saved(JUDGED)) == ("read.evidence_damaged", None)


def test_saved_run_is_judged_at_another_time():
    run = SavedRun("home", "anna", "public", "2026-11-23T12:00:00Z", (Saved(JUDGED),))
    later = NOW + dt.timedelta(days=1)
    assert assess_again(run, [], later, ROWS).rows == [("judged", later)]
    assert assess_again(run, [JUDGED.tenant], None, ROWS).rows == [("judged", NOW)]


TENANTS = [Tenant(f"aaaaaaaa-0000-4000-8000-00000000000{number}", f"Contoso {number}") for number in range(3)]
CONNECTION = {
    "home_tenant_id": "11111111-2222-3333-4444-555555555555",
    "client_id": "66666666-7777-8888-9999-000000000000",
    "client_secret": "a-client-secret",
    "operator": "anna@northwind.example",
}


@pytest.mark.parametrize(
    "error",
    [
        HomeSignInError("no sign-in", Problem("sign_in.secret_wrong", {"said": "AADSTS7000215: no"})),
        HomeSignInError("nobody", Problem("sign_in.operator_not_found")),
        HomeSignInError("somebody else", Problem("sign_in.other_person", {"owner": "ben@northwind.example"})),
        OptionError("operator: nobody."),
        MtoError("not known."),
        DeadlineError("the time is up"),
        ServiceError("no"),
        KeyError("eyJhbGciOi.secret.token"),
        ValueError("eyJhbGciOi.secret.token"),
        AttributeError("eyJhbGciOi.secret.token"),
        UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"),
        RecursionError(),
        MemoryError(),
        StopIteration(),
        AssertionError("eyJhbGciOi.secret.token"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_happens_at_home_there_is_a_row_for_each_tenant(monkeypatch, error):
    def fail(_session):
        raise error

    monkeypatch.setattr(Session, "sign_in_home", fail)
    connection = resolve_connection(CONNECTION, {})
    facts = requirement_facts(Session(connection), TENANTS).as_dict(with_evidence=True)
    access = verify_access(Session(connection), TENANTS, CHECKS).as_dict(with_evidence=True)
    rows = list(facts["ansible_facts"]["mto_requirements"].values())
    ids = [tenant.tenant_id for tenant in TENANTS]
    assert [row["tenant_id"] for row in rows] == [row["tenant_id"] for row in access["tenants"]] == ids
    verdicts = [verdict for row in rows for verdict in row["requirements"].values()]
    verdicts += [row[check] for row in access["tenants"] for check in CHECKS]
    assert {verdict["status"] for verdict in verdicts} == {"unknown"}
    assert all(row["first_broken"] for row in (*rows, *access["tenants"]))
    for result in (facts, access):
        assert result["failed"]
        assert result["msg"]
        assert set(result["home_problem"]) == {"reason", "message", "remedy", "doc_url"}
        assert isinstance(error, HomeSignInError) or "not known)" not in str(result)
        assert "eyJ" not in str(result)
    assert not access["verified"]
