# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check `sign_in`: Microsoft Entra of the tenant lets the operator in.

A token for Microsoft Graph is the proof; what it does not prove about the portal's own sign-in is a caveat. A second
token, for Azure Resource Manager, is requested separately: Microsoft documents that a Conditional Access policy on it
makes tenants vanish from the portal's list [doc mto-troubleshoot].
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.operator_account import operator_barred
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case, readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reads import (
    ARM_SIGN_IN,
    OPERATOR_ORGANIZATION,
    OPERATOR_SIGN_IN,
)

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import (
        Caveat,
        Evidence,
        Problem,
        Verdict,
    )


def judge_sign_in(case: Case) -> Verdict:
    """Return met for a token that is known to be of this tenant. Pure."""
    barred = operator_barred(case)
    if barred is not None:
        return case.verdict("sign_in", barred.reason, barred.details, evidence=[case.get(OPERATOR)])
    token, organization, arm = (case.get(read) for read in (OPERATOR_SIGN_IN, OPERATOR_ORGANIZATION, ARM_SIGN_IN))
    if not readable(token):
        return case.unread("sign_in", token)
    if not token.data["readable"] and not readable(organization):
        return case.unread("sign_in", organization, token)
    caveats = [case.caveat("sign_in.not_the_portal"), *_arm_caveats(case, arm)]
    evidence, details = [token, organization, arm], {"resource": "Microsoft Graph"}
    return case.verdict("sign_in", "sign_in.token_issued", details, evidence=evidence, caveats=caveats)


def arm_refusal(case: Case) -> Problem | None:
    """Return why the tenant refuses a token for Azure Resource Manager: a policy or missing consent; None otherwise."""
    arm = case.get(ARM_SIGN_IN)
    problem = arm.problem if arm is not None else None
    refused = problem is not None and problem.reason.startswith(("sign_in.", "consent."))
    return problem if problem is not None and refused and case.catalogue.status(problem.reason) == "unmet" else None


def _arm_caveats(case: Case, arm: Evidence | None) -> list[Caveat]:
    """Report a policy's refusal as refused; any other problem leaves it open."""
    problem = arm.problem if arm is not None else None
    if problem is None:
        return []
    refused = problem.reason.startswith("sign_in.") and arm_refusal(case) is not None
    details = {"said": problem.details.get("said", "no reason given")}
    return [case.caveat("sign_in.arm_refused" if refused else "sign_in.arm_not_probed", details)]
