# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `license`: does the tenant have a licence that includes Microsoft Defender XDR?"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.expiry import expiry
from ansible_collections.m365.defender.plugins.module_utils._checks.license.service_plans import (
    KNOWN_PLANS,
    NOT_ENOUGH,
    OPEN,
    QUALIFYING,
    product_of,
)
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_template_id
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Read
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext
    from ansible_collections.m365.defender.plugins.module_utils._core.model import (
        Caveat,
        Evidence,
        Expiry,
        Tenant,
        Verdict,
    )

# More than this many SKUs are left out of the evidence, the weakest first: evidence stays small.
MAX_SKUS: t.Final = 8


def shape_skus(body: t.Any, wanted: Collection[str] = ()) -> dict[str, t.Any]:
    """Evidence: only what decides. `{skus: [{sku, state, units, plans: {plan: status}}], left_out: n, not_enough:
    {sku: [plan]}, other_skus: []}`.

    `units` counts paid units, those in the grace period included. A plan is named by its id, and by the user's own
    word where only the `licenses` of the tenant (`wanted`) make it count. `not_enough`: products in force with nothing
    but Defender plans that do not qualify.
    """
    skus = [_shape_sku(sku, wanted) for sku in body["value"]]
    relevant = sorted((sku for sku in skus if sku["plans"]), key=lambda sku: _weight(sku, wanted), reverse=True)
    others = [sku for sku in skus if not sku["plans"]]
    lesser = {sku["sku"]: sku["lesser"] for sku in others if sku["lesser"] and _in_force(sku)}
    return {
        "skus": [{key: sku[key] for key in ("sku", "state", "units", "plans")} for sku in relevant[:MAX_SKUS]],
        "left_out": len(relevant[MAX_SKUS:]),
        "not_enough": dict(sorted(lesser.items())[:MAX_SKUS]),
        "other_skus": [sku["sku"] for sku in others if sku["sku"] not in lesser][:MAX_SKUS],
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
        "lesser": sorted({str(plan["servicePlanId"]).lower() for plan in sku["servicePlans"]} & NOT_ENOUGH.keys()),
    }


def _in_force(sku: Mapping[str, t.Any]) -> bool:
    return sku["state"].lower() in _FORCE and sku["units"] > 0


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
    return asked_for, _in_force(sku), qualifies, len(sku["plans"])


def _names(sku: str, plan_id: str) -> set[str]:
    """Everything that a user may call this plan of this SKU, in lower case."""
    return {sku.lower(), plan_id, *(name.lower() for name in KNOWN_PLANS.get(plan_id, ()))}


def shape_subscriptions(body: t.Any, wanted: Collection[str] = ()) -> dict[str, t.Any]:
    """Subscriptions of the products that can decide: `{subscriptions: [{sku, state, trial, ends}], left_out: n}`.

    `ends`: when it moves to its next state unless somebody renews it [doc companySubscription].
    """
    rows = [
        {
            "sku": str(row["skuPartNumber"]),
            "state": str(row.get("status") or ""),
            "trial": row.get("isTrial"),
            "ends": row.get("nextLifecycleDateTime"),
        }
        for row in body["value"]
        if _may_decide(row, wanted)
    ]
    rows.sort(key=lambda row: (row["sku"], str(row["ends"]), str(row["trial"])))
    return {"subscriptions": rows[:MAX_SKUS], "left_out": len(rows[MAX_SKUS:])}


def _may_decide(row: Mapping[str, t.Any], wanted: Collection[str]) -> bool:
    plans = {str(plan["servicePlanId"]).lower() for plan in row.get("serviceStatus") or ()}
    return not plans.isdisjoint(KNOWN_PLANS) or str(row["skuPartNumber"]).lower() in wanted


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
    title="the licences (subscribedSkus)",
    path="/subscribedSkus?$select=skuPartNumber,capabilityStatus,prepaidUnits,servicePlans",
    app=_LICENSE_PERMISSIONS,
    delegated=_LICENSE_PERMISSIONS,
    shape=shape_skus,
    readers=_READERS,
)
# It decides nothing: it tells a trial from a product that was bought, and when a subscription ends.
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
    """Return the reads for one tenant: what its `licenses` name stays in the evidence."""
    wanted = context.case.tenant.licenses
    return [
        BoundRead(dataclasses.replace(read, shape=functools.partial(shape, wanted=wanted)))
        for read, shape in ((SUBSCRIBED_SKUS, shape_skus), (SUBSCRIPTIONS, shape_subscriptions))
    ]


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
    "license.locked_out",
    "license.deleted",
)
_PLACES: t.Final = {plan_id: place for place, plan_id in enumerate(KNOWN_PLANS)}
# capabilityStatus is a plain string in Graph: compared without case, and a value we don't know is not taken for good.
_FORCE: t.Final = ("enabled", "warning")
_LOST: t.Final = {
    "suspended": "license.suspended",
    "lockedout": "license.locked_out",
    "deleted": "license.deleted",
}


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
        return _LOST[state]
    if plan_state.lower() == "disabled":
        return "license.plan_disabled"
    if sku["units"] <= 0:
        return "license.no_units"
    if state not in _FORCE or plan_state.lower() not in _ON:
        return "license.state_unknown"
    return "license.present" if accepted else "license.sufficiency_open"


def judge_license(case: Case) -> Verdict:
    """Met when a qualifying plan is on, in a subscription that is in force and has units."""
    piece = case.get(SUBSCRIBED_SKUS)
    if not readable(piece):
        return case.unread("license", piece)
    found = sorted(_findings(piece.data["skus"], case.tenant), key=_rank)
    if piece.data["left_out"] and (not found or found[0].reason != "license.present"):
        said = "there are more subscriptions than we look at"
        details = {"what": SUBSCRIBED_SKUS.title, "where": case.tenant.name, "said": said}
        return case.verdict("license", "read.partial", details, evidence=[piece])
    if not found:
        return _nothing(case, piece)
    best = found[0]
    details = {"object": best.sku, "sku": best.sku, "state": best.state, "products": _products(found, best)}
    if best.reason != "license.present":
        return case.verdict("license", best.reason, details, evidence=[piece])
    caveats = _caveats(case, found, details)
    # Evidence is told where it says something.
    evidence = [piece, case.get(SUBSCRIPTIONS) if caveats else None]
    return case.verdict("license", best.reason, details, evidence=evidence, caveats=caveats)


def _nothing(case: Case, piece: Evidence) -> Verdict:
    """Nothing that could count: what was demanded is missing, only lesser Defender plans are there, or none at all."""
    lesser = piece.data.get("not_enough") or {}
    if case.tenant.licenses:
        reason, details = "license.demanded_missing", {"demanded": ", ".join(case.tenant.licenses)}
    elif lesser:
        products = sorted({product_of(plan_id) for plans in lesser.values() for plan_id in plans})
        reason, details = "license.insufficient", {"products": ", ".join(products), "sku": ", ".join(sorted(lesser))}
    else:
        reason, details = "license.none", {}
    return case.verdict("license", reason, details, evidence=[piece])


def _caveats(case: Case, found: list[_Finding], details: dict[str, str]) -> list[Caveat]:
    """A grace period, and a trial, where nothing better is there. What is not told of trials is a doubt."""
    present = [finding for finding in found if finding.reason == "license.present"]
    reasons: list[tuple[str, dict[str, str]]] = []
    if all(finding.state.lower() == "warning" for finding in present):
        reasons.append(("license.in_warning", {}))
    piece = case.get(SUBSCRIPTIONS)
    if not readable(piece):
        said = piece.problem.reason if piece is not None and piece.problem is not None else "it was not asked"
        reasons.append(("license.trial_not_told", {"said": said}))
    else:
        trial = _only_trials(piece.data, {finding.sku for finding in present})
        if trial is not None:
            reasons.append(("license.trial_only", trial))
    return [case.caveat(reason, {**details, **more}) for reason, more in reasons]


def _only_trials(data: Mapping[str, t.Any], skus: set[str]) -> dict[str, str] | None:
    """When the last trial ends, where every subscription of these products is one; None where not, or not told."""
    rows = [row for row in data["subscriptions"] if row["sku"] in skus and row["state"].lower() in _FORCE]
    if data["left_out"] or {row["sku"] for row in rows} != skus or any(row["trial"] is not True for row in rows):
        return None
    ends = [moment for moment in (parse_time(row["ends"]) for row in rows) if moment is not None]
    return {"ends": max(ends).date().isoformat() if ends else "a day that is not told"}


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


def subscription_expiries(case: Case) -> Iterator[Expiry]:
    """Microsoft says when a subscription moves on unless it is renewed, not whether it renews itself [doc]."""
    piece = case.get(SUBSCRIPTIONS)
    for row in piece.data["subscriptions"] if readable(piece) else ():
        yield from expiry(case, "subscription", row["sku"], row["sku"], row["ends"])
