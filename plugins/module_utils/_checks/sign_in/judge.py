# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does Microsoft Entra of the tenant let the operator in?

A token for Microsoft Graph is the proof; what it does not prove about the portal's own sign-in is a caveat. A second
token, for Azure Resource Manager, is asked for on its own: Microsoft documents that a Conditional Access policy on it
makes tenants vanish from the portal's list [doc mto-troubleshoot].
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES
from ansible_collections.m365.defender.plugins.module_utils._core.model import SignInProbe

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Problem, Verdict

OPERATOR_SIGN_IN: t.Final = SignInProbe("operator_sign_in", "graph")
ARM_SIGN_IN: t.Final = SignInProbe("operator_arm_sign_in", "arm")
# Whose answer it is where a token cannot be read.
OPERATOR_ORGANIZATION: t.Final = dataclasses.replace(ORGANIZATION, stored_as="operator_organization")


class TokenData(t.TypedDict):
    """What may be told of a token. `roles` is None where it names none [doc wids]; roles nobody wants are counted."""

    readable: bool
    roles: list[str] | None
    other_roles: int


def token_data(claims: Mapping[str, object], wanted: tuple[str, ...]) -> TokenData:
    """Return what may be told of a token.

    A token is opaque by contract: what it says is a help for words, and proves nothing that was not read.
    """
    wids = claims.get("wids")
    if not isinstance(wids, list):
        return {"readable": bool(claims.get("tid")), "roles": None, "other_roles": 0}
    known = {str(role).lower() for role in wids}
    kept = sorted(known & {*wanted, *DEFENDER_ROLES})
    return {"readable": bool(claims.get("tid")), "roles": kept, "other_roles": len(known) - len(kept)}


def judge_sign_in(case: Case) -> Verdict:
    """Met by a token that is known to be of this tenant. Pure."""
    piece, organization = case.get(OPERATOR_SIGN_IN), case.get(OPERATOR_ORGANIZATION)
    if not readable(piece):
        return case.unread("sign_in", piece)
    if not piece.data["readable"] and (not readable(organization)):
        return case.unread("sign_in", organization, piece)
    arm = case.get(ARM_SIGN_IN)
    caveats = [case.caveat("sign_in.not_the_portal"), *_arm_caveats(case, arm)]
    details = {"resource": "Microsoft Graph"}
    return case.verdict(
        "sign_in", "sign_in.token_issued", details, evidence=[piece, organization, arm], caveats=caveats
    )


def _arm_caveats(case: Case, arm: Evidence | None) -> list[Caveat]:
    """A policy's no is to be acted on; anything else that stood in the way leaves it open."""
    problem: Problem | None = arm.problem if arm is not None else None
    if problem is None:
        return []
    refused = problem.reason.startswith("sign_in.") and case.catalogue.status(problem.reason) == "unmet"
    details = {"said": problem.details.get("said", "no reason given")}
    return [case.caveat("sign_in.arm_refused" if refused else "sign_in.arm_not_probed", details)]
