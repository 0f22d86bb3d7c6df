# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The input of a judge."""

from __future__ import annotations

import dataclasses

import pytest
from evidence import case, piece, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.case import may_come, readable, unread_problem
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    said = " ".join([verdict.message, verdict.remedy, *(c.message + " " + c.remedy for c in verdict.caveats)])
    assert "not known)" not in said
    assert "None" not in said
    return said


OWN = piece("arm_tenants", {"listed": False, "others": 3})


def test_evidence_that_was_not_even_asked_for_is_told_as_not_read():
    verdict = case({}).unread("license", None, OWN)
    assert (verdict.check, verdict.status, verdict.reason, verdict.evidence) == (
        "license",
        "unknown",
        "read.failed",
        (OWN,),
    )
    said = words(verdict)
    assert "license" in said.lower()
    assert "Contoso" in said
    assert "it was not read" in said
    without_data = piece("license", None)
    assert case({}).unread("license", without_data).reason == "read.failed"
    assert not readable(without_data)


@pytest.mark.parametrize(
    ("reason", "details", "open_still"),
    [
        ("read.throttled", {}, True),
        ("read.foreign_answer", {"status": "403"}, True),
        ("read.failed", {"status": "503"}, True),
        ("read.failed", {}, True),
        ("read.failed", {"status": "400"}, False),
        ("read.forbidden", {"status": "403"}, False),
        ("consent.permission_missing", {}, False),
    ],
)
def test_only_what_nobody_refused_may_still_come(reason, details, open_still):
    failed = dataclasses.replace(piece("x", None), problem=Problem(reason, details))
    assert may_come(failed) is open_still


def test_what_was_read_does_not_come_again():
    assert not may_come(piece("x", {}))
    assert not may_come(None)


def test_problem_of_evidence_that_is_not_readable():
    failed = unread("accounts_by_mail")
    assert unread_problem(failed, "the accounts", "Contoso") is failed.problem
    missing = Problem("read.failed", {"what": "the accounts", "where": "Contoso", "said": "it was not read"})
    assert unread_problem(None, "the accounts", "Contoso") == missing
    assert unread_problem(piece("accounts_by_mail", None), "the accounts", "Contoso") == missing
