# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads of the check license: the SKUs of a tenant, and its subscriptions."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_template_id
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Read
from ansible_collections.m365.defender.plugins.module_utils._core.service_plans import (
    KNOWN_PLANS,
    NOT_ENOUGH,
    QUALIFYING,
)

if t.TYPE_CHECKING:
    from collections.abc import Collection

    from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields

# More than this many SKUs are left out of the evidence, the weakest first: evidence stays small.
MAX_SKUS: t.Final = 8
# capabilityStatus is a plain string in Graph: compared without case, and an unknown value is not taken for good.
IN_FORCE: t.Final = ("enabled", "warning")
# provisioningStatus of a plan that is there [doc serviceplaninfo]: what is pending waits for the customer, not for a
# license. ErrorStatus, and unknown words, prove nothing.
ON: t.Final = frozenset({"success", "pendinginput", "pendingactivation", "pendingprovisioning"})


# A state that the answer does not say is no state that we know.
NOT_STATED: t.Final = "not stated"


class Sku(t.TypedDict):
    """A product. `units` counts paid units, those in the grace period included; `plans` have their states.

    `units` is None where the answer does not say how many there are.

    A plan is named by its id, and by the user's own word where only the `licenses` of the tenant make it count.
    """

    sku: str
    state: str
    units: int | None
    plans: dict[str, str]


class SkuData(t.TypedDict):
    """The products that decide. `not_enough`: those in force with only Defender plans that do not qualify."""

    skus: list[Sku]
    left_out: int
    not_enough: dict[str, list[str]]
    other_skus: list[str]


class Subscription(t.TypedDict):
    """A subscription. `ends`: when it moves to its next state unless it is renewed [doc companySubscription]."""

    sku: str
    state: str
    trial: bool | None
    ends: str | None


class SubscriptionData(t.TypedDict):
    """The subscriptions of products that can decide."""

    subscriptions: list[Subscription]
    left_out: int


def shape_skus(body: Fields, wanted: Collection[str] = ()) -> SkuData:
    """Keep only what decides; `wanted` are the `licenses` of the tenant."""
    skus = [(_shape_sku(row, wanted), row) for row in body.rows("value")]
    relevant = sorted((sku for sku, _row in skus if sku["plans"]), key=lambda sku: _weight(sku, wanted), reverse=True)
    others = [
        (sku, sorted(_plan_ids(row, "servicePlans") & NOT_ENOUGH.keys())) for sku, row in skus if not sku["plans"]
    ]
    not_enough = {sku["sku"]: lesser for sku, lesser in others if lesser and _in_force(sku)}
    return {
        "skus": relevant[:MAX_SKUS],
        "left_out": len(relevant[MAX_SKUS:]),
        "not_enough": dict(sorted(not_enough.items())[:MAX_SKUS]),
        "other_skus": [sku["sku"] for sku, _lesser in others if sku["sku"] not in not_enough][:MAX_SKUS],
    }


def _shape_sku(row: Fields, wanted: Collection[str]) -> Sku:
    name, rows = row.non_empty("skuPartNumber"), row.rows("servicePlans", key="servicePlanId")
    keys = [(_key_of(plan, wanted), plan) for plan in rows]
    plans = {key: _state_of(plan) for key, plan in keys if key is not None}
    if not plans and name.lower() in wanted:
        # The product is on where one of its plans is.
        best = min(map(_state_of, rows), key=lambda state: (state.lower() not in ON, state), default="")
        plans = {name.lower(): best}
    return {
        "sku": name,
        "state": row.optional_text("capabilityStatus") or NOT_STATED,
        "units": _units_of(row.optional_row("prepaidUnits")),
        "plans": dict(sorted(plans.items())),
    }


def _units_of(row: Fields | None) -> int | None:
    """Return the paid units; None where the answer does not say whether there is one."""
    counts = [row.optional_count(name) for name in ("enabled", "warning")] if row else [None]
    total = sum(count or 0 for count in counts)
    return total if total or None not in counts else None


def _state_of(plan: Fields) -> str:
    return plan.optional_text("provisioningStatus") or NOT_STATED


def _plan_ids(row: Fields, name: str) -> set[str]:
    return {plan.guid("servicePlanId") for plan in row.rows(name)}


def _in_force(sku: Sku) -> bool:
    return sku["state"].lower() in IN_FORCE and sku["units"] != 0


def _key_of(plan: Fields, wanted: Collection[str]) -> str | None:
    """Return the plan's name in the evidence; None for an irrelevant plan. Its own name matters to the user's words."""
    plan_id = plan.guid("servicePlanId")
    if plan_id in KNOWN_PLANS:
        return plan_id
    names = (plan_id, plan.non_empty("servicePlanName").lower()) if wanted else ()
    return next((word for word in names if word in wanted), None)


def _weight(sku: Sku, wanted: Collection[str]) -> tuple[bool, bool, bool, int]:
    """Return the sort key, best last: wanted by the user, in force, with a qualifying plan, with most plans."""
    demanded = any(not names_of(sku["sku"], plan_id).isdisjoint(wanted) for plan_id in sku["plans"])
    qualifies = any(plan_id in QUALIFYING and state.lower() in ON for plan_id, state in sku["plans"].items())
    return demanded, _in_force(sku), qualifies, len(sku["plans"])


def names_of(sku: str, plan_id: str) -> set[str]:
    """Return everything that a user may call this plan of this SKU, in lower case."""
    return {sku.lower(), plan_id, *(name.lower() for name in KNOWN_PLANS.get(plan_id, ()))}


def shape_subscriptions(body: Fields, wanted: Collection[str] = ()) -> SubscriptionData:
    """Keep the subscriptions of the products that can decide."""
    rows: list[Subscription] = [
        {
            "sku": row.non_empty("skuPartNumber"),
            "state": row.optional_text("status") or "",
            "trial": row.optional_flag("isTrial"),
            "ends": row.optional_time("nextLifecycleDateTime"),
        }
        for row in body.rows("value")
        if not _plan_ids(row, "serviceStatus").isdisjoint(KNOWN_PLANS)
        or row.non_empty("skuPartNumber").lower() in wanted
    ]
    rows.sort(key=lambda row: (row["sku"], str(row["ends"]), str(row["trial"])))
    return {"subscriptions": rows[:MAX_SKUS], "left_out": len(rows[MAX_SKUS:])}


# Delegated, a person needs one of these roles as well [doc partner-center dap-api-impact], least first.
_READERS: t.Final = tuple(
    str(role_template_id(name))
    for name in ("Directory Readers", "License Administrator", "User Administrator", "Global Reader")
)
_LICENSE_PERMISSIONS: t.Final = (
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Directory.Read.All",
    "Organization.ReadWrite.All",
    "Directory.ReadWrite.All",
)
_SUBSCRIPTION_PERMISSIONS: t.Final = ("Organization.Read.All", "Directory.Read.All", "Organization.ReadWrite.All")

SUBSCRIBED_SKUS: t.Final = Read(
    what="subscribed_skus",
    title="the licenses (subscribedSkus)",
    path="/subscribedSkus?$select=skuPartNumber,capabilityStatus,prepaidUnits,servicePlans",
    app=_LICENSE_PERMISSIONS,
    delegated=_LICENSE_PERMISSIONS,
    shape=shape_skus,
    readers=_READERS,
)
# No verdict depends on it: it distinguishes trials from bought products, and says when a subscription ends.
SUBSCRIPTIONS: t.Final = Read(
    what="subscriptions",
    title="the subscriptions (companySubscription)",
    path="/directory/subscriptions",
    app=_SUBSCRIPTION_PERMISSIONS,
    delegated=_SUBSCRIPTION_PERMISSIONS,
    shape=shape_subscriptions,
    readers=_READERS,
    optional=True,
)


def license_reads(context: TargetContext) -> list[BoundRead]:
    """Return the reads for one tenant, which keep in the evidence what its `licenses` name."""
    wanted = context.case.tenant.licenses
    return [
        BoundRead(dataclasses.replace(read, shape=functools.partial(shape, wanted=wanted)))
        for read, shape in ((SUBSCRIBED_SKUS, shape_skus), (SUBSCRIPTIONS, shape_subscriptions))
    ]
