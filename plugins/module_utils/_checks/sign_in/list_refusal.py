# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sign-in that works, while a refused token for Azure Resource Manager keeps the tenant off the person's list. Pure.

Microsoft documents that such a refusal hides a tenant [doc mto-troubleshoot]. Where it does, it is more than a caveat.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import (
    ARM_TENANTS,
    NOT_LISTED,
    judge_listed,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import arm_refusal
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reads import ARM_SIGN_IN

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict


def with_list_refusal(case: Case, sign_in: Verdict) -> Verdict:
    """Return the verdict of the sign-in, or the refusal where it is seen to hide the tenant.

    Where nobody answered whether the token is refused, or a list that could hold the tenant was not read, it is not
    known whether a refusal hides it.
    """
    arm, listed, arm_list = case.get(ARM_SIGN_IN), judge_listed(case)[0], case.get(ARM_TENANTS)
    if sign_in.status != "met" or arm is None or arm.problem is None:
        return sign_in
    if listed.status == "unknown" and arm_list is not None:
        if not readable(arm_list):
            return case.unread("sign_in", arm_list, arm)
        return dataclasses.replace(listed, check="sign_in", evidence=(*listed.evidence, arm))
    if listed.reason not in NOT_LISTED:
        return sign_in
    refusal = arm_refusal(case)
    if refusal is None:
        return case.unread("sign_in", arm)
    details = {"said": refusal.details.get("said", "no reason given")}
    return case.verdict("sign_in", "sign_in.arm_keeps_off_list", details, evidence=[arm])
