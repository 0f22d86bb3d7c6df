# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `permissions`: does the operator hold a role in the tenant that reaches Defender?"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.account_roles import (
    activation_caveats,
    may_activate,
    not_known,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    custom_roles,
    not_told,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import (
    DIRECTORY_ROLES,
    ROLE_ASSIGNMENTS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import TIMED_ROLES
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names, role_template_id

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import GdapCandidate
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.judge import (
        GovernanceCandidate,
    )
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import Access
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Verdict

# More rows than this are left out of the evidence; the judge is told that they are.

_SECURITY_READER: t.Final = str(role_template_id("Security Reader"))


def judge_permissions(case: Case, access: Access) -> Verdict:
    """By every way that access takes; one that carries a wanted role is enough.

    Without access nothing can be said: unknown, caused by access.
    """
    found = []
    if access.gdap is not None:
        found.append(_through_gdap(case, access.gdap))
    if access.account_id is not None:
        found.append(_of_account(case, access.account_id))
    if access.governance is not None:
        found.append(_through_governance(case, access.governance))
    if not found:
        return case.verdict("permissions", "permissions.access_first", caused_by="access")
    if access.open is not None:
        found.append(case.verdict("permissions", access.open.reason, access.open.details))
    return min(found, key=lambda verdict: _PREFERENCE.index(verdict.status))


# While one way is unread, a no by the other is not the last word.
_PREFERENCE: t.Final = ("met", "unknown", "unmet", "not_applicable")


def _through_gdap(case: Case, gdap: GdapCandidate) -> Verdict:
    """The roles that arrive; else what the relationship holds and no assignment gives to a group of the operator."""
    wanted = [role for role in case.tenant.roles if role in gdap.roles]
    held = [role for role in case.tenant.roles if role in gdap.row["roles"]]
    details = {
        "roles": role_names(wanted or held),
        "wanted": role_names(case.tenant.roles),
        "group": gdap.details.get("group", ""),
        "relationship": gdap.details.get("relationship", ""),
        "object": gdap.details.get("object", ""),
    }
    missing = "permissions.gdap_role_not_assigned" if held else "permissions.gdap_no_role"
    # The rest of what it rests on stands beside the access verdict: evidence is told once, and stays small.
    evidence = [piece for piece in gdap.evidence if piece.what == "gdap_assignments"]
    if not wanted:
        return case.verdict("permissions", missing, details, evidence=evidence)
    caveats = _role_caveats(case, wanted)
    return case.verdict("permissions", "permissions.role_via_gdap", details, evidence=evidence, caveats=caveats)


def _role_caveats(case: Case, held: list[str]) -> list[Caveat]:
    """The doubt about Security Reader [doc assign-portal-access]; an answer of Defender to the operator removes it."""
    return [case.caveat("permissions.security_reader")] if set(held) == {_SECURITY_READER} else []


def _through_governance(case: Case, governance: GovernanceCandidate) -> Verdict:
    wanted = [role for role in case.tenant.roles if role in governance.roles]
    details = {**governance.details, "roles": role_names(wanted), "wanted": role_names(case.tenant.roles)}
    reason = "permissions.role_via_governance" if wanted else "permissions.governance_no_role"
    return case.verdict("permissions", reason, details, evidence=governance.evidence[:1])


def _of_account(case: Case, account_id: str) -> Verdict:
    """Met by what was read; not met only when everything was read."""
    roles, assignments = case.get(DIRECTORY_ROLES), case.get(ROLE_ASSIGNMENTS)
    direct = _assigned(assignments, "/")
    active = set(roles.data["roles"]) if readable(roles) else set()
    wanted = [role for role in case.tenant.roles if role in active | direct]
    details = {"wanted": role_names(case.tenant.roles), "roles": role_names(wanted)}
    if wanted:
        reason = "permissions.role_direct" if direct.intersection(wanted) else _way(assignments)
        ending = activation_caveats(case, wanted, direct)
        # Evidence is told where it says something: when the roles end, if they do soon.
        evidence = [roles, assignments, case.get(TIMED_ROLES) if ending else None]
        caveats = [*ending, *_role_caveats(case, wanted)]
        return case.verdict("permissions", reason, details, evidence=evidence, caveats=caveats)
    for piece, other in ((roles, assignments), (assignments, roles)):
        if not readable(piece):
            return case.unread("permissions", piece, other)
    return _custom_role(case, account_id, details) or _no_role(case, roles, assignments, details)


def _custom_role(case: Case, account_id: str, details: dict[str, str]) -> Verdict | None:
    """A role of Defender itself, where there is nothing to activate: it may be enough, and only Defender's answer to
    the operator proves it."""
    custom = custom_roles(case, account_id)
    if custom is None or may_activate(case) is not None:
        return None
    told = {**details, "custom": ", ".join(custom.names), "object": "/".join(custom.ids)}
    evidence = [case.get(DIRECTORY_ROLES), case.get(ROLE_ASSIGNMENTS), *custom.evidence]
    return case.verdict(
        "permissions", "permissions.custom_role", told, evidence=evidence, caveats=_not_read_caveats(case)
    )


def _not_read_caveats(case: Case) -> list[Caveat]:
    """What might have brought a role, and could not be read."""
    said = {"permissions.eligibility_not_read": not_known(case), "permissions.custom_role_not_read": not_told(case)}
    return [case.caveat(reason, {"said": why}) for reason, why in said.items() if why]


def _way(assignments: Evidence | None) -> str:
    """A role that is active but not assigned to the account comes through a group, if the assignments were read."""
    return "permissions.role_via_group" if readable(assignments) else "permissions.role_direct"


def _assigned(assignments: Evidence | None, scope: str | None) -> set[str]:
    """Roles assigned to the account itself for one scope (`/`: the whole directory), or for any."""
    if not readable(assignments):
        return set()
    return {row["role"] for row in assignments.data["assignments"] if scope is None or row["scope"] == scope}


def _no_role(case: Case, roles: Evidence | None, assignments: Evidence | None, details: dict[str, str]) -> Verdict:
    """The nearest to a role first: one to activate, one for a part of the tenant; then what is not told; then none."""
    evidence = [roles, assignments]
    ready = may_activate(case)
    if ready is not None:
        told = {**details, "roles": role_names(ready.roles), "groups": ", ".join(ready.groups)}
        return case.verdict("permissions", ready.reason, told, evidence=[*evidence, *ready.evidence])
    scoped = [role for role in case.tenant.roles if role in _assigned(assignments, None)]
    if scoped:
        return case.verdict(
            "permissions", "permissions.role_scoped", {**details, "roles": role_names(scoped)}, evidence=evidence
        )
    left_out = assignments.data["left_out"] if assignments is not None else 0
    if (roles is not None and roles.data["untold"]) or left_out:
        return case.verdict("permissions", "permissions.limited_information", details, evidence=evidence)
    caveats = _not_read_caveats(case)
    return case.verdict("permissions", "permissions.no_role", details, evidence=evidence, caveats=caveats)
