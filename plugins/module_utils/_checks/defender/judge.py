# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check `defender`: Microsoft Defender XDR of the tenant answers the operator.

HTTP 403 has three causes and no stable code [guess]. They are distinguished by permission and roles in the operator's
token, and by the answer to the same read as the app, which needs no role.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.operator_account import (
    BARRED,
    operator_barred,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case, readable
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reads import INCIDENTS, INCIDENTS_AS_APP
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reads import OPERATOR_SIGN_IN
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem, Verdict


# Families of reasons for which the app is never asked: nobody expects an answer.
_APP_CANNOT_ASK: t.Final = ("identity.", "consent.")


def judge_defender(case: Case, sign_in: Verdict) -> Verdict:
    """Return met for an answer to the operator. Without a sign-in it is unknown, caused by it. Pure."""
    incidents, as_app, token = (case.get(read) for read in (INCIDENTS, INCIDENTS_AS_APP, OPERATOR_SIGN_IN))
    if sign_in.status != "met":
        problem = operator_barred(case) or (token.problem if token is not None else None)
        reason, details = (problem.reason, problem.details) if problem else (sign_in.reason, {})
        # An operator who is disabled at home is the link `access`, whatever the sign-in says.
        cause = None if reason in BARRED else "sign_in"
        return case.verdict("defender", reason, details, evidence=[as_app], caused_by=cause)
    if readable(incidents):
        caveats = [] if incidents.data["any"] else [case.caveat("defender.no_incidents")]
        return case.verdict("defender", "defender.answers", evidence=[incidents, as_app], caveats=caveats)
    refusal = refusal_of(incidents)
    if refusal is None:
        return case.unread("defender", incidents, as_app)
    # The wanted roles that the token lists; None where it lists no roles at all.
    listed: list[str] | None = token.data["roles"] if token is not None and token.data is not None else None
    held = [role for role in case.tenant.roles if role in (listed or ())]
    details = {
        "said": refusal.details.get("said", ""),
        "wanted": role_names(case.tenant.roles),
        "roles": role_names(held),
    }
    reason = _refusal_reason(as_app, roles_known=listed is not None, has_role=bool(held))
    return case.verdict("defender", reason, details, evidence=[incidents, as_app])


def refusal_of(evidence: Evidence | None) -> Problem | None:
    """Return the problem of an HTTP 403 where the permission is not known to be missing."""
    problem = evidence.problem if evidence is not None else None
    refused = problem is not None and problem.reason == "read.forbidden" and problem.details.get("status") == "403"
    return problem if refused else None


def _refusal_reason(as_app: Evidence | None, *, roles_known: bool, has_role: bool) -> str:
    if refusal_of(as_app):
        return "defender.not_provisioned"
    if as_app is not None and as_app.problem is not None and not as_app.problem.reason.startswith(_APP_CANNOT_ASK):
        # The app's answer is missing: whom to blame is open.
        return "defender.refused"
    if roles_known and not has_role:
        return "defender.role_missing"
    if has_role and readable(as_app):
        return "defender.rbac_refuses"
    return "defender.refused"
