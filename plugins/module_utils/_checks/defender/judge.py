# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does Microsoft Defender XDR of the tenant answer the operator?

The probe is the first page, of one row, of the incidents [doc security-list-incidents]. HTTP 403 has three causes and
no stable code [guess]: they are told apart by permission and roles in the operator's token, and by what the same read
gives as the app, which needs no role.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import OPERATOR_SIGN_IN
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Verdict

_PERMISSIONS: t.Final = ("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All")


def shape_incidents(body: t.Any) -> dict[str, t.Any]:
    """`{any}`: is there an incident at all? Nothing of an incident itself is kept."""
    return {"any": len(list(body["value"])) > 0}


INCIDENTS: t.Final = Read(
    what="incidents",
    title="the first incident of Microsoft Defender XDR",
    path="/security/incidents?$top=1",
    app=_PERMISSIONS,
    delegated=_PERMISSIONS,
    shape=shape_incidents,
    first_page=True,
)
# The same probe as the app: it tells a refusal of the person from a Defender that is not there.
INCIDENTS_AS_APP: t.Final = dataclasses.replace(INCIDENTS, stored_as="incidents_as_app")


def judge_defender(case: Case, sign_in: Verdict) -> Verdict:
    """Met by an answer to the operator. Without a sign-in nothing can be said: unknown, caused by it. Pure."""
    piece, as_app = case.get(INCIDENTS), case.get(INCIDENTS_AS_APP)
    if sign_in.status != "met":
        token = case.get(OPERATOR_SIGN_IN)
        problem = token.problem if token is not None else None
        reason, details = (problem.reason, problem.details) if problem else (sign_in.reason, {})
        return case.verdict("defender", reason, details, evidence=[as_app], caused_by="sign_in")
    if readable(piece):
        caveats = [] if piece.data["any"] else [case.caveat("defender.no_incidents")]
        return case.verdict("defender", "defender.answers", evidence=[piece, as_app], caveats=caveats)
    if not refused(piece):
        return case.unread("defender", piece, as_app)
    return _judge_refusal(case, piece, as_app)


def refused(piece: Evidence | None) -> bool:
    """Was it HTTP 403 although the permission is not known to be missing?"""
    problem = piece.problem if piece is not None else None
    return problem is not None and problem.reason == "read.forbidden" and problem.details.get("status") == "403"


def _judge_refusal(case: Case, piece: Evidence | None, as_app: Evidence | None) -> Verdict:
    said = piece.problem.details.get("said", "") if piece is not None and piece.problem is not None else ""
    held = _roles_in_token(case)
    wanted = [role for role in case.tenant.roles if role in (held or ())]
    details = {"said": said, "wanted": role_names(case.tenant.roles), "roles": role_names(wanted)}
    reason = _reason(as_app, told=held is not None, has_role=bool(wanted))
    return case.verdict("defender", reason, details, evidence=[piece, as_app])


def _reason(as_app: Evidence | None, *, told: bool, has_role: bool) -> str:
    if refused(as_app):
        return "defender.not_provisioned"
    if told and not has_role:
        return "defender.role_missing"
    if has_role and readable(as_app):
        return "defender.rbac_refuses"
    return "defender.refused"


def _roles_in_token(case: Case) -> list[str] | None:
    """Wanted roles that the operator's token names; None where it names no roles at all."""
    piece = case.get(OPERATOR_SIGN_IN)
    return piece.data["roles"] if piece is not None and piece.data is not None else None
