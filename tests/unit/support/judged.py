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
    one = case(evidence, access=access)
    return judge_permissions(one, judge_access(one))


def shown(verdict):
    return [one.what for one in verdict.evidence]


def caveat(verdict, reason):
    (found,) = [one for one in verdict.caveats if one.reason == reason]
    assert "not known)" not in found.message + found.remedy
    return found
