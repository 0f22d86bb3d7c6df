# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the tenant is listed where Microsoft itself lists it (the guide, step 2).

GDAP: the delegated admin customers of the home tenant [doc]. B2B: the tenants of the operator at Azure Resource
Manager [doc GET /tenants], the public list that comes nearest to what the portal offers [guess]. The app alone cannot
see a person's list: the accepted account in the tenant replaces it then, and a caveat says so. Governance (preview):
the relationships in which the home tenant governs and that were not ended.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import LOOK_UPS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import RELATIONSHIPS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance import reads as governance_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.judge import (
    governance_caveats,
    governance_unavailable,
    governed_states,
    lists_problem,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import Rank
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import name_of
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read, Tenant

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Verdict


class CustomerRow(t.TypedDict):
    """A GDAP customer."""

    tenant_id: str
    name: str


def shape_customers(body: Fields) -> list[CustomerRow]:
    """Return the customers."""
    return [
        {"tenant_id": row.guid("tenantId"), "name": name_of(row, "tenantId")}
        for row in body.rows("value", key="tenantId")
    ]


def shape_tenants(body: Fields) -> dict[str, list[str]]:
    """Return `{tenants: [id]}`: the name can be missing where the person never signed in to the tenant [guess]."""
    return {"tenants": sorted(row.guid("tenantId") for row in body.rows("value", key="tenantId"))}


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
# Statuses of a governance relationship that was not ended, in lower case.
_LISTED: t.Final = frozenset({"active", "terminationrequestedbygoverningtenant"})


def trim_list(evidence: Evidence, tenant_id: str) -> Evidence:
    """Trim a whole list to what it says about one tenant: `{listed, others}`, small enough for its row."""
    if evidence.data is None:
        return evidence
    if evidence.what == governance_reads.RELATIONSHIPS.what:
        return governance_reads.trim_governance_list(evidence, Tenant(tenant_id, tenant_id))
    data = evidence.data
    tenants = data["tenants"] if isinstance(data, dict) else [row["tenant_id"] for row in data]
    listed = tenant_id in tenants
    return dataclasses.replace(evidence, data={"listed": listed, "others": len(tenants) - listed})


def judge_listed(case: Case) -> tuple[Verdict, str | None]:
    """Return the verdict, and the method whose list decides; None where no list holds the tenant. Pure."""
    method = case.tenant.access
    judges = {"governance": listed_by_governance, "gdap": _by_gdap, "b2b": _by_b2b}
    return (judges[method](case), method) if method in judges else _by_any(case)


def _by_any(case: Case) -> tuple[Verdict, str | None]:
    """Judge under `auto`: one list is enough.

    A list that could not be read does not count as a "no", except an inaccessible preview list.
    """
    verdicts = {"gdap": _by_gdap(case), "b2b": _by_b2b(case)}
    if governance_unavailable(case) is None:
        verdicts["governance"] = listed_by_governance(case)
    for status in ("met", "unknown"):
        for method, verdict in verdicts.items():
            if verdict.status == status:
                return verdict, method if status == "met" else None
    evidence = [item for verdict in verdicts.values() for item in verdict.evidence]
    caveats = governance_caveats(case, met=False)
    return case.verdict("listed", "access.not_listed", evidence=evidence, caveats=caveats), None


def _by_gdap(case: Case) -> Verdict:
    customers = case.get(CUSTOMERS)
    if not readable(customers):
        return case.unread("listed", customers)
    reason = "access.listed_gdap" if customers.data["listed"] else "access.not_listed_gdap"
    return case.verdict("listed", reason, evidence=[customers])


def listed_by_governance(case: Case) -> Verdict:
    """Judge by the relationships themselves: those that were ended list nobody."""
    evidence, problem = [case.get(governance_reads.RELATIONSHIPS)], lists_problem(case)
    if problem is not None:
        return case.verdict("listed", problem.reason, problem.details, evidence=evidence)
    states = governed_states(case)
    if states & _LISTED:
        return case.verdict("listed", "access.listed_governance", evidence=evidence)
    if states - {"terminated"}:
        status = ", ".join(sorted(states))
        return case.verdict("listed", "access.governance_status_unknown", {"status": status}, evidence=evidence)
    return case.verdict("listed", "access.not_listed_governance", evidence=evidence)


def _by_b2b(case: Case) -> Verdict:
    tenants = case.get(ARM_TENANTS)
    if readable(tenants):
        reason = "access.listed_b2b" if tenants.data["listed"] else "access.not_listed_b2b"
        return case.verdict("listed", reason, evidence=[tenants])
    if not case.every(*LOOK_UPS):
        return case.unread("listed", tenants)
    account = judge_accounts(case)
    evidence = (tenants, *account.evidence)
    if account.account_id is not None:
        caveats = [case.caveat("access.list_not_seen")]
        return case.verdict("listed", "access.listed_guest_object", account.details, evidence=evidence, caveats=caveats)
    if account.rank is Rank.UNKNOWN:
        return case.unread("listed", *evidence)
    return case.verdict("listed", "access.not_listed_b2b", evidence=evidence)
