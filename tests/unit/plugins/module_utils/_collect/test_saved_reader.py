# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved evidence is a foreign file: nothing is lost, nothing is added, and what is damaged is unknown, alone."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import json

import pytest
from any_case import ANY_JSON, cases, unread_cases
from bent_bodies import bend, places_of
from cpu import cpu_limit
from evidence import NOW, TENANT_ID
from hypothesis import given
from hypothesis import strategies as st
from saved_files import file_of, in_force

from ansible_collections.m365.defender.plugins.module_utils._assess.access import access_from_evidence
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import (
    ROWS,
    facts_from_evidence,
    judge_requirements,
)
from ansible_collections.m365.defender.plugins.module_utils._collect import saved_reader
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import Saved
from ansible_collections.m365.defender.plugins.module_utils._collect.saved_reader import read_runs
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

OTHER_ID = "aaaaaaaa-0000-4000-8000-000000000002"
CLOCK = NOW + dt.timedelta(hours=1)
DAMAGED = "read.evidence_damaged"


def other(judged):
    """The same about another tenant."""
    return dataclasses.replace(judged, tenant=dataclasses.replace(judged.tenant, tenant_id=OTHER_ID, name="Other"))


def two_tenants(kind="requirements"):
    return file_of(Saved(in_force()), Saved(other(in_force())), kind=kind)


def reasons(body, **options):
    """Reasons of all verdicts by tenant."""
    rows = facts_from_evidence(body, **options).assessment.rows
    return {row.tenant.tenant_id: {verdict.reason for verdict in row.verdicts.values()} for row in rows}


def bent(body, value, *path):
    return bend(body, ("requirements", 0, *path), value)


def damaged_alone(body, tenant_id=TENANT_ID):
    """One tenant is unknown for its damaged evidence, and the other is judged. Return the first sentence."""
    rows = {row.tenant.tenant_id: row for row in facts_from_evidence(body).assessment.rows}
    assert set(rows) == {tenant_id, OTHER_ID}
    for verdict in rows[tenant_id].verdicts.values():
        assert (verdict.status, verdict.reason) == ("unknown", DAMAGED)
    assert rows[OTHER_ID].verdicts["access"].status == "met"
    return rows[tenant_id].verdicts["access"].message


@given(st.one_of(cases(), unread_cases()))
def test_a_saved_case_is_judged_as_it_was(judged):
    (again,) = read_runs(file_of(Saved(judged)), "requirements", CLOCK).tenants
    assert again == Saved(judged)
    assert json.dumps(ROWS.row_of(again).as_dict()) == json.dumps(judge_requirements(judged).as_dict())


def test_the_whole_declaration_is_kept():
    saved = Saved(in_force(cloud="gcc", licenses=("spe_e5", "emspremium")))
    assert read_runs(file_of(saved), "requirements", CLOCK).tenants == (saved,)


def test_what_could_not_be_read_at_all_stays_unknown():
    saved = Saved(in_force(), Problem("sign_in.refresh_token_expired", {"who": "Anna"}), "sign_in")
    (again,) = read_runs(file_of(saved), "requirements", CLOCK).tenants
    assert again == saved
    report = ROWS.row_of(again)
    assert {verdict.status for verdict in report.verdicts.values()} == {"unknown"}
    assert {verdict.caused_by for verdict in report.verdicts.values()} == {"sign_in"}


# -- the file and its runs


@pytest.mark.parametrize("body", [None, [], {}, {"format": 2}, {"format": "1"}, {"format": True}, {"format": 1.0}])
def test_another_file_is_refused(body):
    with pytest.raises(OptionError, match="not evidence of format 1"):
        facts_from_evidence(body)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("requirements",), 7, "at the file.requirements;"),
        (("more",), [], "at the file.more;"),
        (("requirements", 0), "run", "at requirements[0];"),
        (("requirements", 0, "cloud"), None, "at requirements[0].cloud;"),
        (("requirements", 0, "changed"), True, "at requirements[0].changed;"),
        (("requirements", 0, "told", "failed"), True, "at requirements[0].told.failed;"),
        (("requirements", 0, "told", "failed"), False, "at requirements[0].told.failed;"),
        (("requirements", 0, "told", "missing_permissions"), [{"permission": 7}], "told.missing_permissions[0]."),
        (("requirements", 0, "read_at"), "0000-01-01T00:00:00Z", "at requirements[0].read_at;"),
        (("requirements", 0, "read_at"), "0001-01-01T00:00:00+14:00", "at requirements[0].read_at;"),
        (("requirements", 0, "read_at"), "2026-11-23", "at requirements[0].read_at;"),
        (("requirements", 0, "read_at"), 1e308, "at requirements[0].read_at;"),
    ],
)
def test_damaged_run_is_refused_in_one_sentence(path, value, words):
    with pytest.raises(OptionError) as error:
        facts_from_evidence(bend(two_tenants(), path, value))
    assert str(error.value).startswith("from_evidence: the evidence is damaged at ")
    assert words in str(error.value)


@pytest.mark.parametrize(
    "key", ["ansible_facts", "changed", "exception", "warnings", "deprecations", "_ansible_no_log", "diff", "evidence"]
)
@pytest.mark.parametrize("kind", ["requirements", "access"])
def test_file_cannot_add_to_the_result(key, kind):
    body = bend(two_tenants(kind), (kind, 0, "told", key), {"x": 1})
    with pytest.raises(OptionError, match=rf"damaged at {kind}\[0\]\.told\.{key};"):
        (facts_from_evidence if kind == "requirements" else access_from_evidence)(body)


def test_failed_home_sign_in_is_part_of_the_result():
    failure = {"failed": True, "msg": "No token.", "home_problem": dict.fromkeys(HOME_PROBLEM, "x")}
    assert facts_from_evidence(file_of(Saved(in_force()), **failure)).as_dict().items() >= failure.items()


HOME_PROBLEM = ("reason", "message", "remedy", "doc_url")


@pytest.mark.parametrize(("minutes", "accepted"), [(4, True), (6, False), (60 * 24 * 365 * 500, False)])
def test_evidence_from_the_future_is_refused(minutes, accepted, monkeypatch):
    body, clock = two_tenants(), NOW - dt.timedelta(minutes=min(minutes, 10**6))
    if accepted:
        assert len(read_runs(body, "requirements", clock).tenants) == 2
        return
    with pytest.raises(OptionError, match=r"read at 2026-11-23T12:00:00Z, which is in the future; correct the clock"):
        read_runs(body, "requirements", clock)


def test_runs_of_two_plays_are_refused():
    for place, value in (("home_tenant_id", "x"), ("cloud", "dod")):
        body = two_tenants()
        body["requirements"].append({**copy.deepcopy(body["requirements"][0]), place: value})
        with pytest.raises(OptionError, match="its runs differ in the home tenant, the cloud or the checks"):
            facts_from_evidence(body)


def test_batches_are_one_run():
    rows = [{**PERMISSION, "permission": name} for name in "AB"]
    body = file_of(Saved(in_force()), missing_permissions=rows[:1])
    body["requirements"] += file_of(Saved(other(in_force())), missing_permissions=rows)["requirements"]
    result = facts_from_evidence(body).as_dict()
    assert list(result["ansible_facts"]["mto_requirements"]) == [TENANT_ID, OTHER_ID]
    assert result["missing_permissions"] == rows


def test_many_rows_are_joined_in_the_time_of_one_pass():
    rows = [{**PERMISSION, "permission": f"p{number}"} for number in range(7000)]
    with cpu_limit(1):
        assert saved_reader._join([rows, rows]) == rows


PERMISSION = {
    **dict.fromkeys(("tenant_id", "name", "consent_url"), "x"),
    "identity": "app",
    "alternatives": [],
    "reads": ["r"],
    "optional": False,
}


def test_the_other_modules_evidence_is_refused_in_words():
    with pytest.raises(OptionError, match="no evidence about access"):
        access_from_evidence(file_of(Saved(in_force())))
    with pytest.raises(OptionError, match="no evidence about requirements"):
        facts_from_evidence(file_of())


def test_no_check_can_be_added():
    body = file_of(Saved(in_force()), kind="access")
    with pytest.raises(OptionError, match="sign_in was not checked"):
        access_from_evidence(body, checks=["listed", "sign_in"])
    assert [row.checks for row in access_from_evidence(body).assessment.rows] == [("listed",)]
    del body["access"][0]["told"]["checks"]
    with pytest.raises(OptionError, match=r"damaged at access\[0\]\.told\.checks;"):
        access_from_evidence(body)


# -- one tenant

RELATIONSHIP = ("evidence", "gdap_relationships", "data", "relationships", 0)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("now",), "2099-01-01T00:00:00+00:00", "now"),
        (("now",), "2026-11-23T12:00:01+00:00", "now"),
        (("now",), "0000-00-00T00:00:00Z", "now"),
        (("now",), 10**30, "now"),
        (("expiry_warning_days",), 10**9, "expiry_warning_days"),
        (("expiry_warning_days",), -1, "expiry_warning_days"),
        (("expiry_warning_days",), 30.0, "expiry_warning_days"),
        (("expiry_warning_days",), True, "expiry_warning_days"),
        (("expiry_warning_days",), float("nan"), "expiry_warning_days"),
        (("caused_by",), "mfa_trust", "caused_by"),
        (("more",), 7, "more"),
        (("home",), None, "home"),
        (("unread",), {"reason": "read.tomorrow", "details": {}}, "unread.reason"),
        (("unread",), {"reason": "check.not_chosen", "details": {}}, "unread.reason"),
        (("unread",), {"reason": "access.gdap", "details": {}}, "unread.reason"),
        (("tenant", "access"), "magic", "tenant"),
        (("tenant", "roles"), ["x"], "tenant"),
        (("tenant", "roles"), [], "tenant"),
        (("tenant", "roles", 0), 7, "tenant.roles[0]"),
        (("tenant", "licenses"), "spe_e5", "tenant.licenses"),
        (("tenant", "licenses"), ["SPE_E5"], "tenant"),
        (("tenant", "cloud"), "mars", "tenant"),
        (("tenant", "name"), "", "tenant"),
        (("evidence",), [], "evidence"),
        (("evidence", "tomorrow"), "x", "evidence.tomorrow"),
        ((*RELATIONSHIP[:2], "identity"), "nobody", "evidence.gdap_relationships.identity"),
        ((*RELATIONSHIP[:2], "provenance"), "hearsay", "evidence.gdap_relationships.provenance"),
        ((*RELATIONSHIP[:2], "at"), "2999-01-01T00:00:00Z", "evidence.gdap_relationships.at"),
        ((*RELATIONSHIP[:2], "at"), "noon", "evidence.gdap_relationships.at"),
        ((*RELATIONSHIP[:2], "data"), None, "evidence.gdap_relationships"),
        ((*RELATIONSHIP[:2], "problem"), {"reason": "read.failed", "details": {}}, "evidence.gdap_relationships"),
        ((*RELATIONSHIP[:3], "found"), False, "evidence.gdap_relationships.data.found"),
        ((*RELATIONSHIP, "ends"), 4102444800, f"{'.'.join(RELATIONSHIP[:4])}[0].ends"),
        ((*RELATIONSHIP, "other_roles"), 1.5, f"{'.'.join(RELATIONSHIP[:4])}[0].other_roles"),
        ((*RELATIONSHIP, "partner_consent_pending"), 0, f"{'.'.join(RELATIONSHIP[:4])}[0].partner_consent_pending"),
        ((*RELATIONSHIP, "id"), [], f"{'.'.join(RELATIONSHIP[:4])}[0].id"),
    ],
)
def test_damage_of_one_tenant_leaves_it_unknown_and_the_others_judged(path, value, place):
    sentence = damaged_alone(bent(two_tenants(), value, "tenants", 0, *path))
    assert f"is damaged and was not judged: {place} is not as this version of the collection writes it." in sentence


@pytest.mark.parametrize("value", [None, 7, [], "x", {"tenant": {}}, {"tenant": {"tenant_id": "x"}}])
def test_row_that_names_no_tenant_is_a_row_all_the_same(value):
    body = bent(two_tenants(), value, "tenants", 0)
    assert "requirements[0].tenants[0]" in damaged_alone(body, "requirements[0].tenants[0]")
    # A tenant that is asked for by name gets it: no row may be lost.
    assert reasons(body, tenants=[in_force().tenant]) == {TENANT_ID: {DAMAGED}}


def test_declared_tenant_whose_row_is_damaged_is_unknown():
    body = bent(two_tenants(), ["x"], "tenants", 0, "tenant", "roles")
    found = reasons(body, tenants=[in_force().tenant, other(in_force()).tenant])
    assert found[TENANT_ID] == {DAMAGED}
    assert DAMAGED not in found[OTHER_ID]


def test_two_rows_about_one_tenant_are_none():
    body = two_tenants()
    body["requirements"][0]["tenants"].append(copy.deepcopy(body["requirements"][0]["tenants"][0]))
    assert "it holds this tenant more than once" in damaged_alone(body)
    body["requirements"][0]["tenants"][2]["now"] = 7
    assert "it holds this tenant more than once" in damaged_alone(body)


def test_what_no_judge_can_read_is_damaged(monkeypatch):
    """The last fence: should a form allow what a judge cannot use, the tenant is unknown and the others are judged."""
    monkeypatch.setattr(saved_reader, "misfit", lambda *_: None)
    assert "an unexpected KeyError" in damaged_alone(bent(two_tenants(), {}, "tenants", 0, *RELATIONSHIP))


# -- any value in any place

BODY = two_tenants()
# The first tenant is bent; the second must not notice.
FIRST = [path for path in places_of(BODY) if path[:4] == ("requirements", 0, "tenants", 0)]
GOOD = {verdict.check: verdict.status for verdict in facts_from_evidence(BODY).assessment.rows[0].verdicts.values()}


@given(st.sampled_from(FIRST), ANY_JSON)
def test_any_value_in_any_place_of_a_row_damages_that_row_or_has_its_type(path, value):
    rows = facts_from_evidence(bend(BODY, path, value)).assessment.rows
    # The forged row can be about the second tenant: then neither counts.
    assert rows[-1].tenant.tenant_id == OTHER_ID
    assert len(rows) == 2
    assert rows[1].verdicts["access"].status == "met"
    json.dumps([row.as_dict() for row in rows], allow_nan=False).encode()
    old = BODY
    for key in path:
        old = old[key]
    if type(value) is not type(old) and not (value is None or old is None):
        assert {verdict.reason for verdict in rows[0].verdicts.values()} == {DAMAGED}


@given(st.sampled_from([path for path in places_of(BODY) if path not in FIRST]), ANY_JSON)
def test_any_value_in_any_other_place_is_refused_or_judged(path, value):
    try:
        result = facts_from_evidence(bend(BODY, path, value)).as_dict()
    except OptionError as error:
        assert str(error).startswith("from_evidence: ")  # noqa: PT017  (both ways out are right)
    else:
        assert TENANT_ID in result["ansible_facts"]["mto_requirements"]
        assert result.keys() <= {*CONTEXT, "ansible_facts", "warnings", "missing_permissions"}


CONTEXT = ("home_tenant_id", "operator", "cloud", "read_at")
