# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family license."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue import pages

REASONS: t.Final[dict[str, pages.Reason]] = {
    "license.present": pages.LICENSING.met(
        "{tenant} has {products} through {sku}.",
    ),
    "license.none": pages.LICENSING.unmet(
        "{tenant} has no license that includes Microsoft Defender XDR.",
        "Billing Administrator of {tenant}: buy a license from Microsoft's list, for example Microsoft 365 E5 or"
        " Microsoft Defender for Business.",
    ),
    "license.suspended": pages.LICENSING.unmet(
        "The license of {tenant} that includes {products} ({sku}) is suspended.",
        "Billing Administrator of {tenant}: renew the subscription in the Microsoft 365 admin center, Billing.",
    ),
    "license.locked_out": pages.LICENSING.unmet(
        "The license of {tenant} that includes {products} ({sku}) is locked out: the subscription was cancelled.",
        "Billing Administrator of {tenant}: check the subscription in the Microsoft 365 admin center, Billing, and"
        " buy a new one.",
    ),
    "license.deleted": pages.LICENSING.unmet(
        "The license of {tenant} that included {products} ({sku}) has been deleted.",
        "Billing Administrator of {tenant}: buy a new license from Microsoft's list.",
    ),
    "license.insufficient": pages.LICENSING.unmet(
        "{tenant} has only {products} ({sku}), which Microsoft's page does not list as sufficient for Defender XDR.",
        "Billing Administrator of {tenant}: buy a license from Microsoft's list, for example Microsoft Defender for"
        " Office 365 Plan 2 or Microsoft Defender for Business.",
    ),
    "license.no_units": pages.LICENSING.unmet(
        "{tenant} has {sku} with {products}, but without a single paid unit.",
        "Billing Administrator of {tenant}: add units in the Microsoft 365 admin center, Billing.",
    ),
    "license.plan_disabled": pages.LICENSING.unmet(
        "{tenant} has {sku}, but its plan {products} is disabled.",
        "License Administrator of {tenant}: turn the service plan on.",
    ),
    "license.sufficiency_open": pages.LICENSING.unknown(
        "{tenant} has only {products} ({sku}). Microsoft's page does not say whether that is sufficient for Defender"
        " XDR.",
        "{operator}: open {defender_portal}/?tid={tenant_id} and see whether Defender XDR answers. "
        + pages.ANSIBLE_ADMIN
        + "if it does, list {products} in `licenses` of this tenant.",
    ),
    "license.demanded_missing": pages.LICENSING.unmet(
        "{tenant} has none of the licenses that its row in the tenant list requires: {demanded}.",
        "Billing Administrator of {tenant}: buy one of them. Or "
        + pages.ANSIBLE_ADMIN
        + "correct `licenses` of this tenant.",
    ),
    "license.state_unknown": pages.LICENSING.unknown(
        "The license of {tenant} that includes {products} ({sku}) has an unrecognized state: '{state}'.",
        "License Administrator of {tenant}: check the subscription in the Microsoft 365 admin center, Billing.",
    ),
    "license.units_unknown": pages.LICENSING.unknown(
        "Microsoft does not say how many units {tenant} has of the license that includes {products} ({sku}).",
        "License Administrator of {tenant}: check the subscription in the Microsoft 365 admin center, Billing.",
    ),
}

CAVEATS: t.Final[dict[str, pages.CaveatText]] = {
    "license.in_warning": pages.LICENSING.caveat(
        "The subscription {sku} of {tenant} is in its grace period.",
        "Billing Administrator of {tenant}: renew it in the Microsoft 365 admin center, Billing.",
        actionable=True,
    ),
    "license.trial_only": pages.LICENSING.caveat(
        "{tenant} has {products} only as a trial. The last trial ends on {ends}.",
        "Billing Administrator of {tenant}: buy a license before that day in the Microsoft 365 admin center, Billing.",
        actionable=True,
    ),
    "license.trial_not_told": pages.LICENSING.caveat(
        "Whether {sku} of {tenant} is a trial, and when it ends, was not checked ({said}).",
        "Administrator of {tenant}: grant app {app} Organization.Read.All so that this can be checked.",
    ),
}
