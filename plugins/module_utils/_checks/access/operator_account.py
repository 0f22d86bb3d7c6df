# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operator's own account in the home tenant, on which every way into every tenant depends. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable, unread_problem
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case

_DISABLED: t.Final = "access.operator_disabled"
BARRED: t.Final = frozenset({_DISABLED, "access.operator_missing"})
# Microsoft Entra's refusal (AADSTS50057) names no tenant: said by the home tenant, it is about the account there.
_REFUSED_AT_HOME: t.Final = "sign_in.account_disabled"


def operator_problem(case: Case) -> Problem | None:
    """Return why the operator reaches no tenant, or why that is not known; None for an enabled member.

    An account without a user type is a member that is older than user types [guess].
    """
    operator = case.get(OPERATOR)
    if not readable(operator):
        return unread_problem(operator, OPERATOR.title, case.home)
    if operator.data.get("found") is False:
        return Problem("access.operator_missing")
    if operator.data.get("enabled") is not True:
        said = operator.data.get("enabled") is False
        return Problem(
            _DISABLED if said else "access.operator_state_unknown", {"object": str(operator.data.get("id") or "")}
        )
    user_type = str(operator.data.get("type") or "")
    return None if user_type.lower() in ("", "member") else Problem("access.operator_not_member", {"type": user_type})


def operator_barred(case: Case) -> Problem | None:
    """Return why the operator reaches no tenant, where Microsoft Entra says so."""
    problem = operator_problem(case)
    return problem if problem is not None and problem.reason in BARRED else None


def refused_at_home(problem: Problem) -> Problem:
    """Return a refusal of the operator's sign-in by the home tenant as what it means for every target."""
    return Problem(_DISABLED) if problem.reason == _REFUSED_AT_HOME else problem
