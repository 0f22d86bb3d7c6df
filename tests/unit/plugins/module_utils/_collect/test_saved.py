# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence that is saved and judged again: nothing is lost, nothing is added, and a damaged file says so."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys

import pytest
from any_case import cases, unread_cases
from bent_bodies import bend, places_of
from evidence import NOW, case, gdap_evidence, relationship, unread
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._assess.access import access_from_evidence
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import (
    ROWS,
    facts_from_evidence,
    judge_requirements,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import (
    Saved,
    SavedRun,
    read_row,
    read_runs,
    without_tokens,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._options.evidence_file import evidence_options

RUN = {"home_tenant_id": "h", "operator": "anna@alder.example", "cloud": "public", "read_at": "2026-11-25T12:00:00Z"}


def text_of(report):
    return json.dumps(report.as_dict())


def file_of(*saved, kind="requirements", **told):
    """A file as it comes back from disk."""
    return json.loads(json.dumps(SavedRun(**RUN, tenants=saved, returned=told).as_dict(kind)))


def in_force(**fields):
    return case(gdap_evidence(relationship()), access="gdap", **fields)


@given(st.one_of(cases(), unread_cases()))
def test_a_saved_case_is_judged_as_it_was(judged):
    again = read_row(json.loads(json.dumps(Saved(judged).as_dict())))
    assert again == Saved(judged)
    assert text_of(ROWS.row_of(again)) == text_of(judge_requirements(judged))


def test_the_whole_declaration_is_kept():
    one = Saved(in_force(cloud="gcc", licenses=("spe_e5", "emspremium")))
    assert read_row(json.loads(json.dumps(one.as_dict()))) == one


@pytest.mark.parametrize("place", ["tenant_id", "name", "access", "cloud", "roles", "licenses"])
def test_a_declaration_of_another_type_is_damage(place):
    row = Saved(in_force()).as_dict()
    row["tenant"][place] = [7] if place in ("roles", "licenses") else 7
    with pytest.raises(TypeError, match="text"):
        read_row(row)


def test_a_reason_that_nobody_knows_is_damage():
    row = Saved(in_force(), Problem("read.throttled", {"what": "it"})).as_dict()
    row["unread"]["reason"] = "read.tomorrow"
    with pytest.raises(ValueError, match="reason"):
        read_row(row)


def test_what_could_not_be_read_at_all_stays_unknown():
    saved = Saved(in_force(), Problem("sign_in.refresh_token_expired", {"who": "Anna"}), "sign_in")
    again = read_runs(file_of(saved), "requirements").tenants[0]
    assert again == saved
    report = ROWS.row_of(again)
    assert {verdict.status for verdict in report.verdicts.values()} == {"unknown"}
    assert {verdict.caused_by for verdict in report.verdicts.values()} == {"sign_in"}


def test_another_time_is_another_verdict():
    one = case(gdap_evidence(relationship(days=20)), access="gdap")
    body = file_of(Saved(one))
    now = facts_from_evidence(body).assessment.rows[0]
    later = facts_from_evidence(body, now=NOW + dt.timedelta(days=30)).assessment.rows[0]
    assert (now.verdicts["access"].status, later.verdicts["access"].status) == ("met", "unmet")
    assert later.verdicts["access"].reason == "access.gdap_expired"


def test_batches_are_one_run():
    first, second = in_force(), in_force()
    second = dataclasses.replace(second, tenant=dataclasses.replace(second.tenant, tenant_id="other", name="Other"))
    body = file_of(Saved(first), missing_permissions=[{"permission": "A"}])
    more = file_of(Saved(second), missing_permissions=[{"permission": "A"}, {"permission": "B"}])
    body["requirements"] += more["requirements"]
    found = facts_from_evidence(body).as_dict()
    assert list(found["ansible_facts"]["mto_requirements"]) == [first.tenant.tenant_id, "other"]
    assert found["missing_permissions"] == [{"permission": "A"}, {"permission": "B"}]


def test_tenants_pick_and_order():
    first = in_force()
    second = dataclasses.replace(first, tenant=dataclasses.replace(first.tenant, tenant_id="other"))
    body = file_of(Saved(first), Saved(second))
    assert [r.tenant.tenant_id for r in facts_from_evidence(body, [second.tenant]).assessment.rows] == ["other"]
    both = facts_from_evidence(body, [second.tenant, first.tenant]).assessment.rows
    assert [report.tenant for report in both] == [second.tenant, first.tenant]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tenant_id": "nobody", "name": "Fir"}, "it holds nothing about Fir (nobody)"),
        ({"roles": ("x",)}, "with another roles than tenants says"),
        ({"access": "b2b"}, "with another access than tenants says"),
        ({"licenses": ("x",)}, "with another licenses than tenants says"),
    ],
)
def test_evidence_answers_no_other_declaration(change, words):
    one = in_force()
    with pytest.raises(OptionError) as error:
        facts_from_evidence(file_of(Saved(one)), [dataclasses.replace(one.tenant, **change)])
    assert words in str(error.value)


BODY = file_of(Saved(in_force()))


@given(st.sampled_from(list(places_of(BODY))), st.sampled_from([None, 7, "x", [], {}, [{}], True]))
def test_a_damaged_file_is_an_error_or_unknown_never_a_crash(path, value):
    """One bent place: an error that names the option, or verdicts."""
    try:
        found = facts_from_evidence(bend(BODY, path, value))
    except OptionError as error:
        assert str(error).startswith("from_evidence: ")  # noqa: PT017  (both ways out are right)
    else:
        json.dumps(found.as_dict())


def test_neither_data_nor_problem_is_no_evidence():
    row = Saved(in_force()).as_dict()
    row["evidence"]["gdap_relationships"]["data"] = None
    with pytest.raises(ValueError, match="data"):
        read_row(row)


@pytest.mark.parametrize("body", [None, [], {}, {"format": 2}, {"format": "1"}])
def test_another_file_is_refused(body):
    with pytest.raises(OptionError, match="not evidence of format 1"):
        facts_from_evidence(body)


def test_the_other_modules_evidence_is_refused_in_words():
    with pytest.raises(OptionError, match="no evidence about access"):
        access_from_evidence(file_of(Saved(in_force())))


def test_no_check_can_be_added():
    body = file_of(Saved(in_force()), kind="access", checks=["listed"])
    with pytest.raises(OptionError, match="sign_in was not checked"):
        access_from_evidence(body, checks=["listed", "sign_in"])
    assert [row.checks for row in access_from_evidence(body).assessment.rows] == [("listed",)]


@pytest.mark.parametrize("kind", ["requirements", "access"])
def test_what_cannot_be_judged_is_unknown(kind):
    """Data of a form that no read makes: unknown for that tenant, and the others are judged."""
    one = in_force()
    broken = Evidence("gdap_relationships", "u", "app", RUN["read_at"], "", "doc", data={"relationships": 5})
    odd = {**one.evidence, "gdap_relationships": broken, "gdap_customers": broken}
    body = file_of(Saved(dataclasses.replace(one, evidence=odd)), Saved(one), kind=kind, checks=["listed"])
    if kind == "requirements":
        bad, good = facts_from_evidence(body).assessment.rows
        assert good.verdicts["access"].status == "met"
        assert {verdict.status for verdict in bad.verdicts.values()} == {"unknown"}
    else:
        assert access_from_evidence(body).assessment.rows[0].verdicts["listed"].status == "unknown"


def test_what_looks_like_a_token_is_taken_out():
    jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.c2ln"
    refresh = "0.A" + "Xo_-" * 60
    problem = Problem("read.failed", {"said": f"AADSTS1: {jwt} and {refresh}."})
    piece = dataclasses.replace(unread("operator_sign_in"), problem=problem)
    one = dataclasses.replace(in_force(), evidence={"operator_sign_in": piece})
    text = json.dumps(file_of(Saved(one)))
    assert jwt not in text
    assert refresh not in text
    assert "AADSTS1: [removed: it looks like a token] and" in text


@pytest.mark.parametrize(
    "text",
    [
        "https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-000000000001/v2.0/adminconsent?client_id=x&scope=y",
        "cccccccc-0000-4000-8000-000000000001-dddddddd-0000-4000-8000-000000000001",
        "A group with a very long name " * 8,
        "eyJ",
    ],
)
def test_what_is_no_token_stays(text):
    assert without_tokens({"a": [text]}) == {"a": [text]}


def options(path, **changes):
    return evidence_options(str(path), **changes)


def test_bad_files_and_times_are_named(tmp_path):
    with pytest.raises(OptionError, match=r"from_evidence: .* cannot be read"):
        options(tmp_path / "none.json")
    path = tmp_path / "evidence.json"
    path.write_text("[" * (sys.getrecursionlimit() * 50), encoding="utf-8")
    with pytest.raises(OptionError, match="is not valid JSON"):
        options(path)
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(OptionError, match="is not valid JSON"):
        options(path)
    path.write_text(json.dumps(BODY), encoding="utf-8")
    with pytest.raises(OptionError, match="judged_at: 'soon' is not a valid time"):
        options(path, judged_at="soon")
    assert options(path, judged_at="2026-12-01T00:00:00Z").now == dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    assert options(path).body == BODY
