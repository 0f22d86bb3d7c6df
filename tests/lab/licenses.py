# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Products that a tenant owns, as the directory counts them and as the subscriptions behind them."""

from __future__ import annotations

import datetime as dt
import typing as t

from lab import skus
from lab.directory import Directory, Entity, object_id, timestamp

if t.TYPE_CHECKING:
    from lab.skus import Sku
    from lab.world_states import License

_BOUGHT: t.Final = dt.timedelta(days=200)
# Plans that belong to the whole tenant and not to a person.
_COMPANY_PLANS: t.Final = ("EXCHANGE_S_FOUNDATION", "ADALLOM_S_O365", "INTUNE_O365", "M365_LIGHTHOUSE_CUSTOMER_PLAN1")


def build_sku(directory: Directory, row: License) -> Entity:
    """A subscribedSku: what the tenant has of a product."""
    sku = skus.catalogue()[row.sku]
    return {
        "id": f"{directory.tenant_id}_{sku.id}",
        "accountId": directory.tenant_id,
        "accountName": directory.initial_domain.partition(".")[0],
        "appliesTo": "User",
        "capabilityStatus": row.capability,
        "consumedUnits": row.enabled * 4 // 5 if row.consumed is None else row.consumed,
        "prepaidUnits": _units(row),
        "servicePlans": _plans(sku, row),
        "skuId": sku.id,
        "skuPartNumber": sku.part_number,
        "subscriptionIds": [_subscription_id(directory, row)],
    }


def build_subscription(directory: Directory, row: License, now: dt.datetime) -> Entity:
    """A companySubscription: how the tenant came by it, and when it moves to its next state."""
    sku = skus.catalogue()[row.sku]
    moves = None if row.lifecycle_days is None else timestamp(now + dt.timedelta(days=row.lifecycle_days))
    return {
        "id": _subscription_id(directory, row),
        "commerceSubscriptionId": object_id(directory.tenant_id, "commerceSubscription", row.sku),
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


def _subscription_id(directory: Directory, row: License) -> str:
    return object_id(directory.tenant_id, "subscription", row.sku)


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


def _units(row: License) -> Entity:
    """Units stand under the state that the product is in."""
    units = {"enabled": 0, "lockedOut": 0, "suspended": 0, "warning": 0}
    place = {"Warning": "warning", "Suspended": "suspended", "LockedOut": "lockedOut"}.get(row.capability, "enabled")
    return units | {place: 0 if row.capability == "Deleted" else row.enabled}
