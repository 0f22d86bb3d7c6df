# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the tenant is listed where Microsoft itself lists it (the guide, step 2).

GDAP: the delegated admin customers of the home tenant [doc]. B2B: the tenants of the operator at Azure Resource
Manager [doc GET /tenants], the public list that comes nearest to what the portal offers [guess]. The app alone cannot
see a person's list: where no operator identity is given, an account that gives access replaces it, and a caveat says
so. Governance (preview): the relationships in which the home tenant governs and that were not ended.
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
    governance_hidden,
    governance_unavailable,
    governed_states,
    lists_problem,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import by_b2b
from ansible_collections.m365.defender.plugins.module_utils._checks.access.operator_account import (
    operator_barred,
    operator_problem,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import Rank, proves_no_absence
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR, name_of
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import arm_refusal, judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read, Tenant

if t.TYPE_CHECKING:
    from collections.abc import Mapping

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
# The lists that count for an access method.
_LISTS: t.Final = {
    "gdap": (CUSTOMERS,),
    "b2b": (ARM_TENANTS,),
    "governance": (governance_reads.RELATIONSHIPS,),
    "auto": (CUSTOMERS, ARM_TENANTS, governance_reads.RELATIONSHIPS),
}
# Reasons that a list without the tenant gives, where the refusal of a sign-in can be why it is not there.
NOT_LISTED: t.Final = ("access.not_listed", "access.not_listed_b2b")
# Statuses of a governance relationship that was not ended, in lower case.
LISTED: t.Final = frozenset({"active", "terminationrequestedbygoverningtenant"})


def trim_lists(evidence: Mapping[str, Evidence], tenant: Tenant) -> dict[str, Evidence]:
    """Trim the lists that count for a tenant: what it is judged by never depends on the other tenants' methods."""
    keys = (read.key for read in _LISTS[tenant.access])
    return {key: trim_list(evidence[key], tenant.tenant_id) for key in keys if key in evidence}


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
    """Return the verdict, and the method whose list decides; None where no list holds the tenant. Pure.

    What keeps the operator out of the tenant, or out of Azure Resource Manager there, keeps the tenant off their list
    [doc mto-troubleshoot], and is the cause then.
    """
    method, barred = case.tenant.access, operator_barred(case)
    judges = {"governance": listed_by_governance, "gdap": _by_gdap, "b2b": _by_b2b}
    if barred is not None:
        verdict = case.verdict("listed", barred.reason, barred.details, evidence=[case.get(OPERATOR)])
        return verdict, method if method in judges else None
    verdict, decides = (judges[method](case), method) if method in judges else _by_any(case)
    if verdict.reason in NOT_LISTED and (_refused(judge_sign_in(case)) or arm_refusal(case)):
        verdict = dataclasses.replace(verdict, caused_by="sign_in")
    return verdict, decides


def _refused(sign_in: Verdict) -> bool:
    """Tell whether a policy or missing consent keeps the operator out. Without an account, access is the cause."""
    return sign_in.caused_by == "consent" or (sign_in.status == "unmet" and sign_in.caused_by is None)


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
    hidden = "access.gdap_not_shown" if proves_no_absence(customers) else "access.not_listed_gdap"
    return case.verdict("listed", "access.listed_gdap" if customers.data["listed"] else hidden, evidence=[customers])


def listed_by_governance(case: Case) -> Verdict:
    """Judge by the relationships themselves: those that were ended list nobody."""
    evidence, problem = [case.get(governance_reads.RELATIONSHIPS)], lists_problem(case) or governance_hidden(case)
    if problem is not None:
        return case.verdict("listed", problem.reason, problem.details, evidence=evidence)
    states = governed_states(case)
    if states & LISTED:
        return case.verdict("listed", "access.listed_governance", evidence=evidence)
    if states - {"terminated"}:
        status = ", ".join(sorted(states))
        return case.verdict("listed", "access.governance_status_unknown", {"status": status}, evidence=evidence)
    return case.verdict("listed", "access.not_listed_governance", evidence=evidence)


def _by_b2b(case: Case) -> Verdict:
    tenants = case.get(ARM_TENANTS)
    if not readable(tenants):
        return _by_account(case, tenants)
    if tenants.data["listed"]:
        return case.verdict("listed", "access.listed_b2b", evidence=[tenants])
    if not tenants.data["others"]:
        details = {"what": ARM_TENANTS.title, "where": case.home, "said": "not even the home tenant is in it."}
        return case.verdict("listed", "read.partial", details, evidence=[tenants])
    return case.verdict("listed", "access.not_listed_b2b", evidence=[tenants])


def needs_account(case: Case) -> bool:
    """Tell whether an account can replace the person's list: nobody is there to ask for it, and no list decides."""
    own, customers = case.get(ARM_TENANTS), case.get(CUSTOMERS)
    nobody = own is not None and own.problem is not None and own.problem.reason == "identity.operator_needed"
    return nobody and not (readable(customers) and customers.data["listed"])


def _by_account(case: Case, tenants: Evidence | None) -> Verdict:
    """Judge by an account that gives access. A list that could be asked for, and was not read, has no substitute."""
    if not needs_account(case) or not case.every(*LOOK_UPS):
        return case.unread("listed", tenants)
    account, access = judge_accounts(case), by_b2b(case)
    evidence = (tenants, *access.verdict.evidence)
    if access.account_id is not None and operator_problem(case) is None:
        caveats = [case.caveat("access.list_not_seen")]
        return case.verdict("listed", "access.listed_guest_object", account.details, evidence=evidence, caveats=caveats)
    if account.rank is Rank.UNMET:
        return case.verdict("listed", "access.not_listed_b2b", evidence=evidence)
    return case.unread("listed", *evidence)
