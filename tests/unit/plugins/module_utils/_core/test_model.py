# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shared types: what becomes of them in a result, and when a verdict breaks."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.model import (
    NOT_CHOSEN,
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

READ = Read("what", "the title", "/path", ("App",), ("Delegated",), shape=dict)
EVIDENCE = Evidence("what", "https://graph.test", "app", "2026-11-23T12:00:00Z", "r-1", "doc", data={"a": 1})
CAVEAT = Caveat("x.doubt", "m", "r", "u", "o", actionable=True)


def verdict(status="met", severity="required", reason="x.y"):
    return Verdict("license", status, severity, reason, "m", "r", "u", caveats=(CAVEAT,), evidence=(EVIDENCE,))


def test_evidence_has_its_problem_only_where_it_failed():
    row = EVIDENCE.as_dict()
    assert list(row) == ["what", "url", "identity", "at", "request_id", "provenance", "data"]
    failed = dataclasses.replace(EVIDENCE, data=None, problem=Problem("read.failed", {"said": "no"}))
    assert (failed.as_dict()["problem"], failed.as_dict()["data"]) == ("read.failed", None)


def test_verdict_has_the_keys_of_the_fixed_interface():
    row = verdict().as_dict()
    assert list(row) == [
        *("status", "severity", "reason", "message", "remedy", "doc_url"),
        *("caused_by", "object", "caveats", "evidence"),
    ]
    assert row["caveats"] == [CAVEAT.as_dict()]
    assert row["evidence"] == [EVIDENCE.as_dict()]


def test_verdict_comes_back_from_its_row_without_evidence():
    assert Verdict.from_dict("license", verdict().as_dict()) == dataclasses.replace(verdict(), evidence=())
    with pytest.raises(KeyError):
        Verdict.from_dict("license", {})


@pytest.mark.parametrize(
    ("status", "severity", "reason", "broken", "breaks"),
    [
        ("met", "required", "x.y", False, False),
        ("not_applicable", "required", "x.y", False, False),
        ("unmet", "required", "x.y", True, True),
        ("unknown", "required", "x.y", True, True),
        ("unmet", "recommended", "x.y", True, False),
        ("unknown", "required", NOT_CHOSEN, False, False),
    ],
)
def test_unknown_breaks_as_much_as_unmet(status, severity, reason, broken, breaks):
    judged = verdict(status, severity, reason)
    assert (judged.broken, judged.breaks, judged.chosen) == (broken, breaks, reason != NOT_CHOSEN)


def test_key_of_evidence_holds_its_qualifier():
    stored = dataclasses.replace(READ, stored_as="elsewhere")
    assert (READ.key, stored.key) == ("what", "elsewhere")
    assert (BoundRead(READ).key, BoundRead(stored, {}, "q").key) == ("what", "elsewhere/q")
    assert evidence_key(SignInProbe("token", "graph"), "q") == "token/q"


def test_permissions_depend_on_the_identity():
    assert (READ.permissions("app"), READ.permissions("operator")) == (("App",), ("Delegated",))


def test_expiry_is_a_row():
    row = Expiry("subscription", "o", "n", "2026-12-01T00:00:00Z", 7, auto_extend=False).as_dict()
    assert row == {
        "what": "subscription",
        "object": "o",
        "name": "n",
        "ends": "2026-12-01T00:00:00Z",
        "days_left": 7,
        "auto_extend": False,
    }
