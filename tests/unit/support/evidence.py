# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Building blocks of the judges' tables: evidence as small as it can be."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import ASSIGNMENTS
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import (
    DEFENDER_ROLES,
    role_template_id,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem, Tenant, evidence_key
from ansible_collections.m365.defender.plugins.module_utils._core.service_plans import KNOWN_PLANS


def assignments_key(relationship_id: str) -> str:
    """The key of the evidence about the assignments of one relationship."""
    return evidence_key(ASSIGNMENTS, relationship_id)


NOW = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)
TENANT_ID = "aaaaaaaa-0000-4000-8000-000000000001"
OPERATOR_ID = "ffffffff-0000-4000-8000-000000000001"
GROUP = "bbbbbbbb-0000-4000-8000-000000000001"
OTHER_GROUP = "bbbbbbbb-0000-4000-8000-000000000002"
RELATIONSHIP = "cccccccc-0000-4000-8000-000000000001-dddddddd-0000-4000-8000-000000000001"
SECURITY_READER = str(role_template_id("Security Reader"))
DIRECTORY_READERS = str(role_template_id("Directory Readers"))


def piece(what: str, data: t.Any) -> Evidence:
    """Evidence that was read."""
    return Evidence(what, f"https://graph.test/{what}", "app", "2026-11-23T12:00:00Z", "r-1", "doc", data=data)


def unread(what: str, reason: str = "read.throttled") -> Evidence:
    """Evidence that could not be read."""
    problem = Problem(reason, {"what": what, "where": "Contoso", "said": "no"})
    return Evidence(what, f"https://graph.test/{what}", "app", "2026-11-23T12:00:00Z", "", "doc", problem=problem)


def operator_evidence(**fields: t.Any) -> Evidence:
    """The operator in the home tenant, an enabled member unless `fields` say otherwise."""
    row = {
        "id": OPERATOR_ID,
        "upn": "anna@northwind.example",
        "mail": None,
        "other_mails": [],
        "enabled": True,
        "type": "Member",
    }
    return piece("operator", {**row, **fields})


def case(evidence: dict[str, Evidence], **tenant: t.Any) -> Case:
    """A case about Contoso, and about an operator who is in order at home unless the evidence says otherwise."""
    fields = {"tenant_id": TENANT_ID, "name": "Contoso", "access": "gdap", "roles": DEFENDER_ROLES, **tenant}
    return Case(
        tenant=Tenant(**fields),
        evidence={"operator": operator_evidence(), **evidence},
        now=NOW,
        home="Northwind",
        operator="anna@northwind.example",
        app="66666666-7777-8888-9999-000000000000",
        consent_url="https://login.test/consent",
        catalogue=CATALOGUE,
    )


def relationship(status: str = "active", days: float | None = 300, **fields: t.Any) -> dict[str, t.Any]:
    """A relationship as it stands in evidence; it ends in `days` days."""
    ends = None if days is None else (NOW + dt.timedelta(days=days)).isoformat()
    row = {
        "id": RELATIONSHIP,
        "relationship": "Contoso SOC",
        "status": status,
        "ends": ends,
        "activated": (NOW - dt.timedelta(days=60)).isoformat(),
        "auto_extend": "PT0S",
        "partner_consent_pending": False,
        "global_administrator": False,
        "roles": [SECURITY_READER],
        "other_roles": 0,
    }
    return {**row, **fields}


def gdap_evidence(
    *rows: dict[str, t.Any],
    assignments: list[dict[str, t.Any]] | None = None,
    groups: tuple[str, ...] = (GROUP,),
) -> dict[str, Evidence]:
    """Everything that GDAP is judged by; every relationship gets the same assignments."""
    if assignments is None:
        assignments = [
            {"status": "active", "group": GROUP, "created": None, "roles": [SECURITY_READER], "other_roles": 0}
        ]
    found = {
        "gdap_relationships": piece("gdap_relationships", {"relationships": list(rows)}),
        "operator_groups": piece(
            "operator_groups", {"groups": {g: f"Group {g[-1]}" for g in groups}, "other_groups": 0}
        ),
    }
    for row in rows:
        found[assignments_key(row["id"])] = piece("gdap_assignments", {"assignments": assignments})
    return found


def account(**fields: t.Any) -> dict[str, t.Any]:
    """A guest account as it stands in evidence."""
    row = {
        "id": "eeeeeeee-0000-4000-8000-000000000001",
        "upn": "anna_northwind.example#EXT#@contoso.example",
        "mail": "anna@northwind.example",
        "type": "Guest",
        "enabled": True,
        "state": "Accepted",
        "issuers": ["ExternalAzureAD"],
    }
    return {**row, **fields}


def account_evidence(*rows: dict[str, t.Any], left_out: int = 0) -> dict[str, Evidence]:
    """All look-ups for an account, and cross-tenant access settings that let everybody through."""
    return {**side_evidence(None, None), **look_up_evidence(*rows, left_out=left_out)}


def look_up_evidence(*rows: dict[str, t.Any], left_out: int = 0) -> dict[str, Evidence]:
    """All look-ups for an account; the first one finds the rows."""
    return {
        "accounts_by_mail": piece("accounts_by_mail", {"accounts": list(rows), "left_out": left_out}),
        "accounts_by_other_mails": piece("accounts_by_other_mails", {"accounts": [], "left_out": 0}),
        "accounts_by_upn": piece("accounts_by_upn", {"accounts": [], "left_out": 0}),
    }


def sku(name: str = "SPE_E5", state: str = "Enabled", units: int = 10, **plans: str) -> dict[str, t.Any]:
    """A SKU as it stands in evidence; plans by service plan name."""
    by_name = {name: plan_id for plan_id, (name, _product) in KNOWN_PLANS.items()}
    ids = {by_name.get(plan, plan.lower()): status for plan, status in plans.items()}
    return {"sku": name, "state": state, "units": units, "plans": ids}


def sku_evidence(*rows: dict[str, t.Any]) -> dict[str, Evidence]:
    """The licences."""
    return {
        "subscribed_skus": piece(
            "subscribed_skus", {"skus": list(rows), "left_out": 0, "not_enough": {}, "other_skus": []}
        )
    }


def trust_evidence(partner: t.Any = "none", default: bool | None = False) -> dict[str, Evidence]:
    """Trust settings. `partner`: 'none' (no entry), None (entry that inherits), or a bool."""
    entry: dict[str, t.Any] = {"found": False}
    if partner != "none":
        entry = {"found": True, "inbound_trust": None if partner is None else {"mfa": partner}}
    return {
        "cross_tenant_access_partner": piece("cross_tenant_access_partner", entry),
        "cross_tenant_access_default": piece(
            "cross_tenant_access_default", {"found": True, "inbound_trust": {"mfa": default}, "b2b": b2b_setting()}
        ),
    }


def in_minutes(minutes: float | None) -> str | None:
    """A time so many minutes from now, as Graph writes it."""
    return None if minutes is None else (NOW + dt.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def group_rows(what: str, *rows: tuple[str, float | None]) -> Evidence:
    """Memberships to activate, or active ones: (group, ends in so many minutes)."""
    kind = "eligible" if what.endswith("eligible_groups") else "activated"
    found = [{"group": group, "ends": in_minutes(minutes), "kind": kind} for group, minutes in rows]
    # The account's own memberships are kept whole, the operator's are trimmed to the groups that matter.
    trimmed = {} if what.startswith("account") else {"other_rows": 0}
    return piece(what, {"rows": found, "left_out": 0, **trimmed})


def role_rows(what: str, *rows: tuple[str, float | None], scope: str = "/", kind: str = "assigned") -> Evidence:
    """Roles to activate, or active ones: (role, ends in so many minutes)."""
    found = [
        {"role": role, "scope": scope, "principal": "p", "ends": in_minutes(minutes), "kind": kind}
        for role, minutes in rows
    ]
    return piece(what, {"rows": found, "left_out": 0})


def subscription_evidence(*rows: dict[str, t.Any], left_out: int = 0) -> dict[str, Evidence]:
    """Subscriptions; each row says what differs from a paid SPE_E5 in force."""
    one = {"sku": "SPE_E5", "state": "Enabled", "trial": False, "ends": in_minutes(60 * 24 * 90)}
    found = [{**one, **row} for row in rows]
    return {"subscriptions": piece("subscriptions", {"subscriptions": found, "left_out": left_out})}


def b2b_setting(access: str = "allowed", target: str = "user:allusers", **others: int) -> dict[str, t.Any]:
    """A setting of B2B collaboration as it stands in evidence: these people, all applications."""
    counted = {"others": others} if others else {}
    return {
        "users": {"access": access, "targets": [target] if target else [], **counted},
        "applications": {"access": "allowed", "targets": ["application:allapplications"]},
    }


def side_evidence(inbound: dict[str, t.Any] | None, outbound: dict[str, t.Any] | None) -> dict[str, Evidence]:
    """Cross-tenant access of both sides by their entries; the defaults let everybody through."""
    default = {"found": True, "inbound_trust": {"mfa": False}, "b2b": b2b_setting()}
    return {
        "cross_tenant_access_partner": piece("partner", {"found": True, "inbound_trust": None, "b2b": inbound}),
        "cross_tenant_access_default": piece("default", default),
        "home_cross_tenant_access_partner": piece("home_partner", {"found": True, "b2b": outbound}),
        "home_cross_tenant_access_default": piece("home_default", default),
    }


def role_evidence(active: tuple[str, ...] = (), assigned: tuple[tuple[str, str], ...] = ()) -> dict[str, Evidence]:
    """Roles of an account: active ones, and (role, scope) assigned to it directly."""
    rows = [{"role": role, "scope": scope} for role, scope in assigned]
    return {
        "directory_roles": piece("directory_roles", {"roles": list(active), "untold": 0}),
        "role_assignments": piece("role_assignments", {"assignments": rows, "left_out": 0}),
    }
