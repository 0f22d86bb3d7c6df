# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Verdicts about a guest, and what they show."""

from __future__ import annotations

from evidence import (
    account,
    account_evidence,
    case,
)

from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions

GUEST = account_evidence(account())


ANNA = "anna@northwind.example"


def access_of(evidence, access="b2b"):
    return judge_access(case(evidence, access=access)).verdict


def permissions_of(evidence, access="b2b"):
    judged = case(evidence, access=access)
    return judge_permissions(judged, judge_access(judged))


def shown(verdict):
    return [evidence.what for evidence in verdict.evidence]


def caveat(verdict, reason):
    (doubt,) = [caveat for caveat in verdict.caveats if caveat.reason == reason]
    assert "not known)" not in doubt.message + doubt.remedy
    return doubt


def words(verdict):
    """Everything a person reads; nothing in it may be a hole."""
    caveats = (f"{caveat.message} {caveat.remedy}" for caveat in verdict.caveats)
    text = " ".join([verdict.message, verdict.remedy, *caveats])
    assert "not known)" not in text
    assert "None" not in text
    return text
