# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family license."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import (
    LICENSING,
    NOTHING,
    Reason,
)

REASONS: t.Final[dict[str, Reason]] = {
    "license.present": Reason("met", "{tenant} has {products} through {sku}.", NOTHING, LICENSING),
    "license.none": Reason(
        "unmet",
        "{tenant} has no licence that includes Microsoft Defender XDR.",
        "Whoever buys licences for {tenant} adds one from Microsoft's list, for example Microsoft 365 E5 or Microsoft"
        " Defender for Business.",
        LICENSING,
    ),
    "license.suspended": Reason(
        "unmet",
        "The licence of {tenant} that includes {products} ({sku}) is {state}.",
        "Whoever buys licences for {tenant} renews the subscription in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "license.locked_out": Reason(
        "unmet",
        "The licence of {tenant} that includes {products} ({sku}) is locked out: the subscription was cancelled.",
        "Whoever buys licences for {tenant} looks at the subscription in the Microsoft 365 admin center, Billing, and"
        " buys one anew.",
        LICENSING,
    ),
    "license.deleted": Reason(
        "unmet",
        "The licence of {tenant} that included {products} ({sku}) is deleted.",
        "Whoever buys licences for {tenant} buys one from Microsoft's list anew.",
        LICENSING,
    ),
    "license.insufficient": Reason(
        "unmet",
        "{tenant} has only {products} ({sku}), which Microsoft's page does not name as enough for Defender XDR.",
        "Whoever buys licences for {tenant} adds one from Microsoft's list, for example Microsoft Defender for Office"
        " 365 Plan 2 or Microsoft Defender for Business.",
        LICENSING,
    ),
    "license.no_units": Reason(
        "unmet",
        "{tenant} has {sku} with {products}, but without a single paid unit.",
        "Whoever buys licences for {tenant} adds units in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
    "license.plan_disabled": Reason(
        "unmet",
        "{tenant} has {sku}, but its plan {products} is disabled.",
        "A licence administrator of {tenant} turns the service plan on.",
        LICENSING,
    ),
    "license.sufficiency_open": Reason(
        "unknown",
        "{tenant} has only {products} ({sku}); Microsoft's page does not say whether that is enough for Defender XDR.",
        "Open {defender_portal}/?tid={tenant_id} and see whether Defender XDR answers; if it does, list"
        " {products} in `licenses` of this tenant.",
        LICENSING,
    ),
    "license.demanded_missing": Reason(
        "unmet",
        "{tenant} has none of the licences that its row demands: {demanded}.",
        "Whoever buys licences for {tenant} adds one of them, or you correct `licenses` of this tenant.",
        LICENSING,
    ),
    "license.state_unknown": Reason(
        "unknown",
        "The licence of {tenant} that includes {products} ({sku}) has a state that we do not know: '{state}'.",
        "A licence administrator of {tenant} looks at the subscription in the Microsoft 365 admin center, Billing.",
        LICENSING,
    ),
}
