# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts, caveats, evidence and expiries: what they say becomes a row of JSON, and comes back from one."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.model import (
    NOT_CHOSEN,
    PROVENANCES,
    SEVERITIES,
    STATUSES,
    BoundRead,
    Caveat,
    Evidence,
    Expiry,
    Problem,
    Read,
    SignInProbe,
    Verdict,
    evidence_key,
)

TEXT = st.text(max_size=5)
CAVEAT = Caveat(
    "access.gdap_expiring", "It ends.", "Extend it.", "https://learn.microsoft.com/x", "r-1", actionable=True
)
EVIDENCE = Evidence("users", "https://graph.microsoft.com/v1.0/users", "app", "2026-11-23T12:00:00Z", "1", "doc", [1])
EXPIRY = Expiry("subscription", "s-1", "E5", "2027-01-01T00:00:00Z", 39, auto_extend=False)
CAVEATS = st.builds(Caveat, TEXT, TEXT, TEXT, TEXT, TEXT, actionable=st.booleans())
EVIDENCES = st.builds(
    Evidence,
    *(TEXT,) * 5,
    provenance=st.sampled_from(PROVENANCES),
    data=st.none() | st.lists(st.integers()),
    problem=st.none() | st.builds(Problem, st.sampled_from(["read.throttled", "read.forbidden"])),
)
VERDICTS = st.builds(
    Verdict,
    st.just("access"),
    st.sampled_from(STATUSES),
    st.sampled_from(SEVERITIES),
    *(TEXT,) * 4,
    caused_by=st.none() | TEXT,
    object=TEXT,
    caveats=st.lists(CAVEATS, max_size=2).map(tuple),
    evidence=st.lists(EVIDENCES, max_size=2).map(tuple),
)


def verdict(status, severity="required", reason="access.x"):
    return Verdict("access", status, severity, reason, "It is so.", "Change it.", "https://learn.microsoft.com/x")


@given(VERDICTS)
def test_verdict_comes_back_from_its_row(judged):
    assert Verdict.from_fields("access", Fields(judged.as_dict(), "row")) == judged


def test_expiry_comes_back_from_its_row():
    assert Expiry.from_fields(Fields(EXPIRY.as_dict(), "row")) == EXPIRY


def renamed(row, new, old):
    """The row as an earlier version of the collection wrote it."""
    return Fields({old if key == new else key: value for key, value in row.items()}, "row")


def test_names_of_earlier_versions_are_read():
    assert Caveat.from_fields(renamed(CAVEAT.as_dict(), "actionable", "to_act_on")) == CAVEAT
    assert Evidence.from_fields(renamed(EVIDENCE.as_dict(), "provenance", "mark")) == EVIDENCE
    assert Expiry.from_fields(renamed(EXPIRY.as_dict(), "auto_extend", "extends_itself")) == EXPIRY


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("status", "odd", "row.status must be one of met, unmet, unknown, not_applicable."),
        ("severity", None, "row.severity is missing; it must be a string."),
        ("caveats", None, "row.caveats must be a list of dictionaries."),
        ("evidence", [{}], "row.evidence[0].what is missing; it must be a string."),
    ],
)
def test_row_that_is_not_a_verdict_is_refused(field, value, sentence):
    with pytest.raises(OptionError) as refused:
        Verdict.from_fields("access", Fields({**verdict("met").as_dict(), field: value}, "row"))
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("judged", "chosen", "broken", "breaks"),
    [
        (verdict("met"), True, False, False),
        (verdict("not_applicable"), True, False, False),
        (verdict("unmet"), True, True, True),
        (verdict("unknown"), True, True, True),
        (verdict("unmet", "recommended"), True, True, False),
        (verdict("unknown", "recommended", NOT_CHOSEN), False, False, False),
        (verdict("unknown", "required", NOT_CHOSEN), False, False, False),
    ],
)
def test_what_breaks_the_chain(judged, chosen, broken, breaks):
    assert (judged.chosen, judged.broken, judged.breaks) == (chosen, broken, breaks)


def test_row_of_evidence_names_the_problem_of_a_read_that_failed():
    failed = Evidence("users", "u", "app", "t", "1", "doc", None, Problem("read.throttled", {"said": "429"}))
    assert failed.as_dict()["problem"] == "read.throttled"
    assert "problem" not in EVIDENCE.as_dict()


READ = Read("what", "the title", "/path", ("App",), ("Delegated",), shape=dict)


def test_key_of_evidence_holds_its_qualifier():
    stored = dataclasses.replace(READ, stored_as="elsewhere")
    assert (READ.key, stored.key) == ("what", "elsewhere")
    assert (BoundRead(READ).key, BoundRead(stored, {}, "q").key) == ("what", "elsewhere/q")
    assert evidence_key(SignInProbe("token", "graph"), "q") == "token/q"


def test_permissions_depend_on_the_identity():
    assert (READ.permissions("app"), READ.permissions("operator")) == (("App",), ("Delegated",))


def test_verdict_has_the_keys_of_the_fixed_interface():
    assert list(verdict("met").as_dict()) == [
        *("status", "severity", "reason", "message", "remedy", "doc_url"),
        *("caused_by", "object", "caveats", "evidence"),
    ]
