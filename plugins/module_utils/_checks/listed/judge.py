# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Is the tenant listed where Microsoft itself lists it (the guide, step 2)?

GDAP: the delegated admin customers of the home tenant [doc]. B2B: the tenants of the operator at Azure Resource
Manager [doc GET /tenants], the public list that comes nearest to what the portal offers [guess]. The app alone cannot
see a person's list: the accepted account in the tenant stands for it then, and a caveat says so. Governance (preview):
the relationships in which the home tenant governs and that were not ended.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import (
    LOOK_UPS,
    judge_accounts,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import RELATIONSHIPS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.judge import (
    governance_caveats,
    governance_unavailable,
    governed_states,
    lists_problem,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    RELATIONSHIPS as GOVERNANCE,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import trim_governance_list
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read, Tenant

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Verdict


def shape_customers(body: t.Any) -> list[dict[str, str]]:
    """`[{tenant_id, name}]`."""
    return [
        {"tenant_id": str(row["tenantId"]).lower(), "name": str(row.get("displayName") or row["tenantId"])}
        for row in body["value"]
    ]


def shape_tenants(body: t.Any) -> dict[str, t.Any]:
    """`{tenants: [id]}`. A name can be missing where the person never signed in to the tenant [guess]: ids only."""
    return {"tenants": sorted({str(row["tenantId"]).lower() for row in body["value"]})}


CUSTOMERS: t.Final = Read(
    what="delegated_admin_customers",
    title="the GDAP customers (delegatedAdminCustomers)",
    path="/tenantRelationships/delegatedAdminCustomers?$top=300",
    app=RELATIONSHIPS.app,
    delegated=RELATIONSHIPS.delegated,
    shape=shape_customers,
    stored_as="gdap_customers",
)
ARM_TENANTS: t.Final = Read(
    what="arm_tenants",
    title="the operator's tenants (Azure Resource Manager)",
    path="/tenants?api-version=2022-12-01",
    app=(),
    delegated=("user_impersonation",),
    shape=shape_tenants,
    service="arm",
)


# Statuses of a relationship that stands, in lower case.
_LISTED: t.Final = frozenset({"active", "terminationrequestedbygoverningtenant"})


def trim_list(piece: Evidence, tenant_id: str) -> Evidence:
    """Cut a whole list down to what it says about one tenant: `{listed, others}`, small enough for its row."""
    if piece.data is None:
        return piece
    if piece.what == GOVERNANCE.what:
        return trim_governance_list(piece, Tenant(tenant_id, tenant_id))
    listed = piece.data["tenants"] if isinstance(piece.data, dict) else [row["tenant_id"] for row in piece.data]
    found = tenant_id in listed
    return dataclasses.replace(piece, data={"listed": found, "others": len(listed) - found})


def judge_listed(case: Case) -> tuple[Verdict, str | None]:
    """The verdict, and the method whose list decides; None where neither list holds the tenant. Pure."""
    method = case.tenant.access
    if method == "governance":
        return listed_by_governance(case), method
    if method == "gdap":
        return _by_gdap(case), method
    if method == "b2b":
        return _by_b2b(case), method
    return _by_either(case)


def _by_either(case: Case) -> tuple[Verdict, str | None]:
    """Under `auto` one list is enough; an unread list is no no, but for a preview's that may not be read."""
    found = {"gdap": _by_gdap(case), "b2b": _by_b2b(case)}
    if governance_unavailable(case) is None:
        found["governance"] = listed_by_governance(case)
    for status in ("met", "unknown"):
        for method, verdict in found.items():
            if verdict.status == status:
                return verdict, method if status == "met" else None
    evidence = [piece for verdict in found.values() for piece in verdict.evidence]
    caveats = governance_caveats(case, met=False)
    return case.verdict("listed", "access.not_listed", evidence=evidence, caveats=caveats), None


def _by_gdap(case: Case) -> Verdict:
    piece = case.get(CUSTOMERS)
    if not readable(piece):
        return case.unread("listed", piece)
    reason = "access.listed_gdap" if piece.data["listed"] else "access.not_listed_gdap"
    return case.verdict("listed", reason, evidence=[piece])


def listed_by_governance(case: Case) -> Verdict:
    """By the relationships themselves: those that were ended list nobody."""
    piece, problem = case.get(GOVERNANCE), lists_problem(case)
    if problem is not None:
        return case.verdict("listed", problem.reason, problem.details, evidence=[piece])
    states = governed_states(case)
    if states & _LISTED:
        return case.verdict("listed", "access.listed_governance", evidence=[piece])
    if states - {"terminated"}:
        status = ", ".join(sorted(states))
        return case.verdict("listed", "access.governance_status_unknown", {"status": status}, evidence=[piece])
    return case.verdict("listed", "access.not_listed_governance", evidence=[piece])


def _by_b2b(case: Case) -> Verdict:
    piece = case.get(ARM_TENANTS)
    if readable(piece):
        reason = "access.listed_b2b" if piece.data["listed"] else "access.not_listed_b2b"
        return case.verdict("listed", reason, evidence=[piece])
    if not case.every(*LOOK_UPS):
        return case.unread("listed", piece)
    found = judge_accounts(case)
    evidence = (piece, *found.evidence)
    if found.account_id is not None:
        caveat = case.caveat("access.list_not_seen")
        return case.verdict("listed", "access.listed_guest_object", found.details, evidence=evidence, caveats=[caveat])
    if found.problem is not None or case.verdict("access", found.reason, found.details).status == "unknown":
        return case.unread("listed", piece, *found.evidence)
    return case.verdict("listed", "access.not_listed_b2b", evidence=evidence)
