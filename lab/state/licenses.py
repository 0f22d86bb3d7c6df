# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Products of a tenant: as the directory counts them, and as subscriptions."""

from __future__ import annotations

import collections
import datetime as dt
import typing as t

from lab.data import skus
from lab.state.directory import Directory, Entity, object_id, timestamp

if t.TYPE_CHECKING:
    from lab.data.skus import Sku
    from lab.worlds.states import License

_BOUGHT: t.Final = dt.timedelta(days=200)
# Plans that belong to the whole tenant and not to a person.
_COMPANY_PLANS: t.Final = ("EXCHANGE_S_FOUNDATION", "ADALLOM_S_O365", "INTUNE_O365", "M365_LIGHTHOUSE_CUSTOMER_PLAN1")


# A product with several subscriptions has the first of these states [guess].
_BEST_FIRST: t.Final = ("Enabled", "Warning", "Suspended", "LockedOut", "Deleted")


def build_skus(directory: Directory, rows: t.Iterable[License]) -> list[Entity]:
    """Return the subscribedSkus: one per product, whatever the number of its subscriptions."""
    by_sku: dict[str, list[License]] = {}
    for row in rows:
        by_sku.setdefault(row.sku, []).append(row)
    return [_sku(directory, skus.catalogue()[name], licenses) for name, licenses in by_sku.items()]


def _sku(directory: Directory, sku: Sku, rows: list[License]) -> Entity:
    best = min(rows, key=lambda row: _BEST_FIRST.index(row.capability))
    return {
        "id": f"{directory.tenant_id}_{sku.id}",
        "accountId": directory.tenant_id,
        "accountName": directory.initial_domain.partition(".")[0],
        "appliesTo": "User",
        "capabilityStatus": best.capability,
        "consumedUnits": sum(row.enabled * 4 // 5 if row.consumed is None else row.consumed for row in rows),
        "prepaidUnits": _units(rows),
        "servicePlans": _plans(sku, best),
        "skuId": sku.id,
        "skuPartNumber": sku.part_number,
        "subscriptionIds": [_subscription_id(directory, sku.part_number, number) for number in range(len(rows))],
    }


def build_subscriptions(directory: Directory, rows: t.Iterable[License], now: dt.datetime) -> list[Entity]:
    """Return the companySubscriptions: trial or not, and when each moves to its next state."""
    seen: collections.Counter[str] = collections.Counter()
    subscriptions = []
    for row in rows:
        subscriptions.append(_subscription(directory, row, seen[row.sku], now))
        seen[row.sku] += 1
    return subscriptions


def _subscription(directory: Directory, row: License, number: int, now: dt.datetime) -> Entity:
    sku = skus.catalogue()[row.sku]
    moves = None if row.lifecycle_days is None else timestamp(now + dt.timedelta(days=row.lifecycle_days))
    subscription_id = _subscription_id(directory, row.sku, number)
    return {
        "id": subscription_id,
        "commerceSubscriptionId": object_id(directory.tenant_id, "commerceSubscription", subscription_id),
        "createdDateTime": timestamp(now - _BOUGHT),
        "isTrial": row.trial,
        "nextLifecycleDateTime": moves,
        "ownerId": None,
        "ownerTenantId": None,
        "ownerType": None,
        "serviceStatus": _plans(sku, row),
        "skuId": sku.id,
        "skuPartNumber": sku.part_number,
        "status": row.capability,
        "totalLicenses": row.enabled,
    }


def _subscription_id(directory: Directory, part_number: str, number: int) -> str:
    return object_id(directory.tenant_id, "subscription", f"{part_number}/{number}" if number else part_number)


def _plans(sku: Sku, row: License) -> list[Entity]:
    states = {**dict.fromkeys(row.pending_plans, "PendingActivation"), **dict.fromkeys(row.disabled_plans, "Disabled")}
    return [
        {
            "servicePlanId": plan.id,
            "servicePlanName": plan.name,
            "provisioningStatus": states.get(plan.name, "Success"),
            "appliesTo": "Company" if plan.name in _COMPANY_PLANS else "User",
        }
        for plan in sku.plans
    ]


def _units(rows: t.Iterable[License]) -> Entity:
    """Count units under the state of their subscription. A deleted one has none."""
    units = {"enabled": 0, "lockedOut": 0, "suspended": 0, "warning": 0}
    for row in rows:
        if row.capability != "Deleted":
            units[row.capability[:1].lower() + row.capability[1:]] += row.enabled
    return units
