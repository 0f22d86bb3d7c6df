# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The input of a judge."""

from __future__ import annotations

from evidence import case, piece

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable


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
