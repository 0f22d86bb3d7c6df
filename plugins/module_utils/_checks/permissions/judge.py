# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `permissions`: the operator holds a role in the tenant that reaches Defender."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import ASSIGNMENTS
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case, readable
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import account_roles
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    DEFENDER_ASSIGNMENTS,
    custom_roles,
    custom_roles_open,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import (
    DIRECTORY_ROLES,
    ROLE_ASSIGNMENTS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import TIMED_ROLES, not_read
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names, role_template_id

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import GdapCandidate
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.judge import (
        GovernanceCandidate,
    )
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import Access
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Verdict

_SECURITY_READER: t.Final = str(role_template_id("Security Reader"))


def judge_permissions(case: Case, access: Access) -> Verdict:
    """Return the best verdict of all access methods; one that carries a wanted role is enough.

    Without access it is unknown, caused by access.
    """
    verdicts = []
    if access.gdap is not None:
        verdicts.append(_through_gdap(case, access.gdap))
    if access.account_id is not None:
        verdicts.append(_of_account(case, access.account_id))
    if access.governance is not None:
        verdicts.append(_through_governance(case, access.governance))
    if not verdicts:
        return case.verdict("permissions", "permissions.access_first", caused_by="access")
    if access.open is not None:
        verdicts.append(case.verdict("permissions", access.open.reason, access.open.details))
    return min(verdicts, key=lambda verdict: _PREFERENCE.index(verdict.status))


# While one access method is unread, an unmet verdict by another is not final.
_PREFERENCE: t.Final = ("met", "unknown", "unmet", "not_applicable")


def _through_gdap(case: Case, gdap: GdapCandidate) -> Verdict:
    """Judge the roles that arrive, else what the relationship holds but does not assign to a group of the operator."""
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
    # The other evidence is part of the access verdict: shown once, it stays small.
    evidence = [part for part in gdap.evidence if part.what == ASSIGNMENTS.what]
    if not wanted:
        return case.verdict("permissions", missing, details, evidence=evidence)
    caveats = _role_caveats(case, wanted)
    return case.verdict("permissions", "permissions.role_via_gdap", details, evidence=evidence, caveats=caveats)


def _role_caveats(case: Case, held: list[str]) -> list[Caveat]:
    """Return the doubt about Security Reader [doc assign-portal-access], which Defender's answer removes."""
    return [case.caveat("permissions.security_reader")] if set(held) == {_SECURITY_READER} else []


def _through_governance(case: Case, governance: GovernanceCandidate) -> Verdict:
    wanted = [role for role in case.tenant.roles if role in governance.roles]
    details = {**governance.details, "roles": role_names(wanted), "wanted": role_names(case.tenant.roles)}
    reason = "permissions.role_via_governance" if wanted else "permissions.governance_no_role"
    return case.verdict("permissions", reason, details, evidence=governance.evidence[:1])


def _of_account(case: Case, account_id: str) -> Verdict:
    """Judge the account: met by any wanted role, unmet only when everything was read."""
    roles, assignments = case.get(DIRECTORY_ROLES), case.get(ROLE_ASSIGNMENTS)
    direct = _assigned(assignments, "/")
    active = set(roles.data["roles"]) if readable(roles) else set()
    wanted = [role for role in case.tenant.roles if role in active | direct]
    details = {"wanted": role_names(case.tenant.roles), "roles": role_names(wanted)}
    if wanted:
        # A role that is active but not assigned to the account comes through a group, if the assignments were read.
        through_group = readable(assignments) and not direct.intersection(wanted)
        reason = "permissions.role_via_group" if through_group else "permissions.role_direct"
        ending = account_roles.activation_caveats(case, wanted, direct)
        # When the roles end is shown only where they end soon.
        evidence = [roles, assignments, case.get(TIMED_ROLES) if ending else None]
        caveats = [*ending, *_role_caveats(case, wanted)]
        return case.verdict("permissions", reason, details, evidence=evidence, caveats=caveats)
    for unread, other in ((roles, assignments), (assignments, roles)):
        if not readable(unread):
            return case.unread("permissions", unread, other)
    return _custom_role(case, account_id, details) or _no_role(case, roles, assignments, details)


def _custom_role(case: Case, account_id: str, details: dict[str, str]) -> Verdict | None:
    """Judge a role of Defender itself, where there is nothing to activate.

    It may be enough, but only Defender's answer to the operator proves it.
    """
    custom = custom_roles(case, account_id)
    if custom is None or account_roles.may_activate(case) is not None:
        return None
    details = {**details, "custom": ", ".join(custom.names), "object": "/".join(custom.ids)}
    evidence = [case.get(DIRECTORY_ROLES), case.get(ROLE_ASSIGNMENTS), *custom.evidence]
    caveats = _unread_caveats(case)
    return case.verdict("permissions", "permissions.custom_role", details, evidence=evidence, caveats=caveats)


def _unread_caveats(case: Case) -> list[Caveat]:
    """Return what might have brought a role, and could not be read."""
    errors = (
        ("permissions.eligibility_not_read", account_roles.activation_unread(case)),
        ("permissions.custom_role_not_read", not_read(case.get(DEFENDER_ASSIGNMENTS))),
    )
    return [case.caveat(reason, {"said": error_text}) for reason, error_text in errors if error_text]


def _assigned(assignments: Evidence | None, scope: str | None) -> set[str]:
    """Return roles assigned to the account itself for one scope (`/`: the whole directory), or for any."""
    if not readable(assignments):
        return set()
    return {row["role"] for row in assignments.data["assignments"] if scope is None or row["scope"] == scope}


def _no_role(case: Case, roles: Evidence | None, assignments: Evidence | None, details: dict[str, str]) -> Verdict:
    """Judge what is nearest to a role: one to activate, one for a part of the tenant, one not shown, none."""
    evidence = [roles, assignments]
    activation = account_roles.may_activate(case)
    if activation is not None:
        details = {**details, "roles": role_names(activation.roles), "groups": ", ".join(activation.groups)}
        return case.verdict("permissions", activation.reason, details, evidence=[*evidence, *activation.evidence])
    if (unread := custom_roles_open(case)) is not None:
        return case.unread("permissions", unread, *evidence)
    scoped = [role for role in case.tenant.roles if role in _assigned(assignments, None)]
    if scoped:
        details = {**details, "roles": role_names(scoped)}
        return case.verdict("permissions", "permissions.role_scoped", details, evidence=evidence)
    left_out = assignments.data["left_out"] if assignments is not None else 0
    if (roles is not None and roles.data["untold"]) or left_out:
        return case.verdict("permissions", "permissions.limited_information", details, evidence=evidence)
    caveats = _unread_caveats(case)
    return case.verdict("permissions", "permissions.no_role", details, evidence=evidence, caveats=caveats)
