# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `license`: does the tenant have a licence that includes Microsoft Defender XDR?"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._model import Read
from ansible_collections.m365.defender.plugins.module_utils._requirements.case import readable
from ansible_collections.m365.defender.plugins.module_utils._requirements.service_plans import (
    KNOWN_PLANS,
    OPEN,
    QUALIFYING,
    product_of,
)
from ansible_collections.m365.defender.plugins.module_utils._verdicts import make_caveat

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._model import Tenant, Verdict
    from ansible_collections.m365.defender.plugins.module_utils._requirements.case import Case

# More than this many SKUs are left out of the evidence, the weakest first: evidence stays small.
MAX_SKUS: t.Final = 8


def shape_skus(body: t.Any, wanted: Collection[str] = ()) -> dict[str, t.Any]:
    """Evidence: only what decides. `{skus: [{sku, state, units, plans: {plan: status}}], left_out: n, other_skus: []}`.

    `units` counts paid units, those in the grace period included. A plan is named by its id, and by the user's own
    word where only the `licenses` of the tenant (`wanted`) make it count.
    """
    skus = [_shape_sku(sku, wanted) for sku in body["value"]]
    relevant = sorted((sku for sku in skus if sku["plans"]), key=lambda sku: _weight(sku, wanted), reverse=True)
    return {
        "skus": relevant[:MAX_SKUS],
        "left_out": len(relevant[MAX_SKUS:]),
        "other_skus": [sku["sku"] for sku in skus if not sku["plans"]][:MAX_SKUS],
    }


def _shape_sku(sku: Mapping[str, t.Any], wanted: Collection[str]) -> dict[str, t.Any]:
    units = sku.get("prepaidUnits") or {}
    plans = {
        key: str(plan["provisioningStatus"] or "")
        for plan in sku["servicePlans"]
        if (key := _key_of(plan, wanted)) is not None
    }
    if not plans and str(sku["skuPartNumber"]).lower() in wanted:
        plans = {str(sku["skuPartNumber"]).lower(): _best_state(sku["servicePlans"])}
    return {
        "sku": str(sku["skuPartNumber"]),
        "state": str(sku["capabilityStatus"]),
        "units": int(units.get("enabled") or 0) + int(units.get("warning") or 0),
        "plans": dict(sorted(plans.items())),
    }


def _key_of(plan: Mapping[str, t.Any], wanted: Collection[str]) -> str | None:
    """The plan's name in the evidence; None for a plan that nobody asks about."""
    plan_id, name = str(plan["servicePlanId"]).lower(), str(plan.get("servicePlanName") or "").lower()
    if plan_id in KNOWN_PLANS:
        return plan_id
    return next((word for word in (plan_id, name) if word in wanted), None)


def _best_state(plans: Iterable[Mapping[str, t.Any]]) -> str:
    """What a product says that the user names and that has no plan we know: on where one of its plans is on."""
    states = sorted(str(plan["provisioningStatus"] or "") for plan in plans)
    return next((state for state in states if state.lower() in _ON), states[0] if states else "")


def _weight(sku: Mapping[str, t.Any], wanted: Collection[str]) -> tuple[bool, bool, bool, int]:
    """Best first: wanted by the user, in force, with a qualifying plan, with most plans."""
    asked_for = any(not _names(sku["sku"], plan_id).isdisjoint(wanted) for plan_id in sku["plans"])
    qualifies = any(plan_id in QUALIFYING and state.lower() in _ON for plan_id, state in sku["plans"].items())
    in_force = sku["state"].lower() in ("enabled", "warning") and sku["units"] > 0
    return asked_for, in_force, qualifies, len(sku["plans"])


def _names(sku: str, plan_id: str) -> set[str]:
    """Everything that a user may call this plan of this SKU, in lower case."""
    return {sku.lower(), plan_id, *(name.lower() for name in KNOWN_PLANS.get(plan_id, ()))}


SUBSCRIBED_SKUS: t.Final = Read(
    what="subscribed_skus",
    title="the licences (subscribedSkus)",
    path="/subscribedSkus?$select=skuPartNumber,capabilityStatus,prepaidUnits,servicePlans",
    app=("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"),
    delegated=("LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"),
    shape=shape_skus,
)


def skus_read(tenant: Tenant) -> Read:
    """The read for one tenant: what its `licenses` name stays in the evidence."""
    return dataclasses.replace(SUBSCRIBED_SKUS, shape=functools.partial(shape_skus, wanted=tenant.licenses))


@dataclasses.dataclass(frozen=True, slots=True)
class _Finding:
    """What one plan of one SKU says about the tenant."""

    reason: str
    sku: str
    state: str
    plan_id: str


# The better a finding, the further in front: what is only suspended is nearer to met than what was never bought.
_ORDER: t.Final = (
    "license.present",
    "license.state_unknown",
    "license.sufficiency_open",
    "license.no_units",
    "license.plan_disabled",
    "license.suspended",
)
# capabilityStatus is a plain string in Graph: compared without case, and a value we don't know is not taken for good.
_PLACES: t.Final = {plan_id: place for place, plan_id in enumerate(KNOWN_PLANS)}
_LOST: t.Final = frozenset({"suspended", "deleted", "lockedout"})


# provisioningStatus of a plan that is there [doc serviceplaninfo]: what is pending waits for the customer, not for a
# licence. ErrorStatus, and words that we do not know, prove nothing.
_ON: t.Final = frozenset({"success", "pendinginput", "pendingactivation", "pendingprovisioning"})


def _findings(skus: list[t.Any], tenant: Tenant) -> Iterator[_Finding]:
    for sku in skus:
        for plan_id, plan_state in sku["plans"].items():
            if _counts(sku["sku"], plan_id, tenant):
                accepted = bool(tenant.licenses) or plan_id in QUALIFYING
                reason = _reason(sku, plan_state, accepted)
                state = sku["state"] if plan_state.lower() in _ON else plan_state
                yield _Finding(reason, sku["sku"], state, plan_id)


def _counts(sku: str, plan_id: str, tenant: Tenant) -> bool:
    """Is this plan one that may give the verdict? `licenses` of the tenant replaces our own list."""
    return not tenant.licenses or not _names(sku, plan_id).isdisjoint(tenant.licenses)


def _reason(sku: Mapping[str, t.Any], plan_state: str, accepted: bool) -> str:
    state = sku["state"].lower()
    if state in _LOST:
        return "license.suspended"
    if plan_state.lower() == "disabled":
        return "license.plan_disabled"
    if sku["units"] <= 0:
        return "license.no_units"
    if state not in ("enabled", "warning") or plan_state.lower() not in _ON:
        return "license.state_unknown"
    return "license.present" if accepted else "license.sufficiency_open"


def judge_license(case: Case) -> Verdict:
    """Met when a qualifying plan is on, in a subscription that is in force and has units."""
    piece = case.get("subscribed_skus")
    if piece is None or not readable(piece):
        return case.unread("license", piece)
    found = sorted(_findings(piece.data["skus"], case.tenant), key=_rank)
    if piece.data["left_out"] and (not found or found[0].reason != "license.present"):
        said = "there are more subscriptions than we look at"
        details = {"what": SUBSCRIBED_SKUS.title, "where": case.tenant.name, "said": said}
        return case.verdict("license", "read.partial", details, evidence=[piece])
    if not found:
        reason = "license.demanded_missing" if case.tenant.licenses else "license.none"
        return case.verdict("license", reason, {"demanded": ", ".join(case.tenant.licenses)}, evidence=[piece])
    best = found[0]
    details = {"object": best.sku, "sku": best.sku, "state": best.state, "products": _products(found, best)}
    caveats = []
    if best.reason == "license.present" and best.state.lower() == "warning":
        caveats.append(make_caveat("license.in_warning", {**case.details, **details}))
    return case.verdict("license", best.reason, details, evidence=[piece], caveats=caveats)


def _rank(finding: _Finding) -> tuple[int, bool, bool, int, str]:
    """Best reason first, then a subscription without a warning, then qualifying plans in the order of our table."""
    return (
        _ORDER.index(finding.reason),
        finding.state.lower() == "warning",
        finding.plan_id in OPEN,
        _PLACES.get(finding.plan_id, len(_PLACES)),
        finding.sku,
    )


def _products(found: list[_Finding], best: _Finding) -> str:
    """The products that speak for the verdict, at most three of them."""
    same = [f for f in found if f.reason == best.reason and f.sku == best.sku]
    names = list(dict.fromkeys(product_of(finding.plan_id) for finding in same))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
