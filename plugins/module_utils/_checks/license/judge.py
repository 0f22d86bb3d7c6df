# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requirement `license`: a license that includes Microsoft Defender XDR."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import Candidate, Rank
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case, readable
from ansible_collections.m365.defender.plugins.module_utils._checks.expiry import expiry
from ansible_collections.m365.defender.plugins.module_utils._checks.license import reads
from ansible_collections.m365.defender.plugins.module_utils._core.service_plans import (
    KNOWN_PLANS,
    OPEN,
    QUALIFYING,
    product_of,
)
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import (
        Caveat,
        Evidence,
        Expiry,
        Tenant,
        Verdict,
    )

_POSITIONS: t.Final = {plan_id: position for position, plan_id in enumerate(KNOWN_PLANS)}


_LOST: t.Final = {
    "suspended": "license.suspended",
    "lockedout": "license.locked_out",
    "deleted": "license.deleted",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class PlanCandidate(Candidate):
    """What one plan of one SKU says. A suspended plan is nearer to met than one that was never bought."""

    MET = ("license.present",)
    UNMET: t.ClassVar = {
        "license.no_units": 1,
        "license.plan_disabled": 2,
        "license.suspended": 3,
        "license.locked_out": 4,
        "license.deleted": 5,
    }

    sku: str
    state: str
    plan_id: str


def _order(candidate: PlanCandidate) -> tuple[tuple[Rank, int], bool, bool, bool, int, str]:
    """Sort by rank; then a subscription without a warning, then qualifying plans in the table's order."""
    plan_is_open = candidate.reason == "license.sufficiency_open"
    in_warning, position = candidate.state.lower() == "warning", _POSITIONS.get(candidate.plan_id, len(_POSITIONS))
    return candidate.order, plan_is_open, in_warning, candidate.plan_id in OPEN, position, candidate.sku


def _candidates(skus: Sequence[reads.Sku], tenant: Tenant) -> Iterator[PlanCandidate]:
    """Yield every plan that may decide. `licenses` of the tenant replaces our own list."""
    for sku in skus:
        for plan_id, plan_state in sku["plans"].items():
            if not tenant.licenses or not reads.names_of(sku["sku"], plan_id).isdisjoint(tenant.licenses):
                accepted = bool(tenant.licenses) or plan_id in QUALIFYING
                state = sku["state"] if plan_state.lower() in reads.ON else plan_state
                reason = _reason(sku, plan_state.lower(), accepted)
                yield PlanCandidate(reason=reason, sku=sku["sku"], state=state, plan_id=plan_id)


def _reason(sku: reads.Sku, plan_state: str, accepted: bool) -> str:
    state = sku["state"].lower()
    if state in _LOST:
        return _LOST[state]
    if plan_state == "disabled":
        return "license.plan_disabled"
    if sku["units"] is not None and sku["units"] <= 0:
        return "license.no_units"
    if state not in reads.IN_FORCE or plan_state not in reads.ON:
        return "license.state_unknown"
    if sku["units"] is None:
        return "license.units_unknown"
    return "license.present" if accepted else "license.sufficiency_open"


def judge_license(case: Case) -> Verdict:
    """Return met when a qualifying plan is on, in a subscription that is in force and has units."""
    evidence = case.get(reads.SUBSCRIBED_SKUS)
    if not readable(evidence):
        return case.unread("license", evidence)
    data: reads.SkuData = evidence.data
    candidates = sorted(_candidates(data["skus"], case.tenant), key=_order)
    best = candidates[0] if candidates else None
    if data["left_out"] and (best is None or best.rank is not Rank.MET):
        said = "there are more subscriptions than are kept in evidence."
        details = {"what": reads.SUBSCRIBED_SKUS.title, "where": case.tenant.name, "said": said}
        return case.verdict("license", "read.partial", details, evidence=[evidence])
    if best is None:
        return _no_candidate(case, evidence)
    details = {"object": best.sku, "sku": best.sku, "state": best.state, "products": _products(candidates, best)}
    if best.rank is not Rank.MET:
        return case.verdict("license", best.reason, details, evidence=[evidence])
    caveats = _caveats(case, candidates, details)
    # Subscriptions are shown only where a caveat rests on them.
    shown = [evidence, case.get(reads.SUBSCRIPTIONS) if caveats else None]
    return case.verdict("license", best.reason, details, evidence=shown, caveats=caveats)


def _no_candidate(case: Case, evidence: Evidence) -> Verdict:
    """Say what is missing: what was demanded, or anything better than lesser Defender plans, or any plan."""
    lesser: dict[str, list[str]] = evidence.data.get("not_enough") or {}
    if case.tenant.licenses:
        reason, details = "license.demanded_missing", {"demanded": ", ".join(case.tenant.licenses)}
    elif lesser:
        products = sorted({product_of(plan_id) for plans in lesser.values() for plan_id in plans})
        reason, details = "license.insufficient", {"products": ", ".join(products), "sku": ", ".join(sorted(lesser))}
    else:
        reason, details = "license.none", {}
    return case.verdict("license", reason, details, evidence=[evidence])


def _caveats(case: Case, candidates: Sequence[PlanCandidate], details: dict[str, str]) -> list[Caveat]:
    """Return a grace period, and a trial, where nothing better is there; trials that could not be read are a doubt."""
    present = [candidate for candidate in candidates if candidate.rank is Rank.MET]
    reasons: list[tuple[str, dict[str, str]]] = []
    if all(candidate.state.lower() == "warning" for candidate in present):
        reasons.append(("license.in_warning", {}))
    evidence = case.get(reads.SUBSCRIPTIONS)
    if not readable(evidence):
        problem = evidence.problem if evidence is not None else None
        reasons.append(("license.trial_not_told", {"said": problem.reason if problem else "it was not read"}))
    else:
        trial = _only_trials(evidence.data, {candidate.sku for candidate in present})
        if trial is not None:
            reasons.append(("license.trial_only", trial))
    return [case.caveat(reason, {**details, **more}) for reason, more in reasons]


def _only_trials(data: reads.SubscriptionData, skus: set[str]) -> dict[str, str] | None:
    """Return when the last trial ends, where every subscription of these products is known to be one; else None."""
    rows = [row for row in data["subscriptions"] if row["sku"] in skus and row["state"].lower() in reads.IN_FORCE]
    if data["left_out"] or {row["sku"] for row in rows} != skus or any(row["trial"] is not True for row in rows):
        return None
    ends = [moment for moment in (parse_time(row["ends"]) for row in rows) if moment is not None]
    return {"ends": max(ends).date().isoformat() if ends else "an unknown date"}


def _products(candidates: Sequence[PlanCandidate], best: PlanCandidate) -> str:
    """Return the products that give the verdict, at most three of them."""
    same = [candidate for candidate in candidates if (candidate.reason, candidate.sku) == (best.reason, best.sku)]
    names = list(dict.fromkeys(product_of(candidate.plan_id) for candidate in same))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def subscription_expiries(case: Case) -> Iterator[Expiry]:
    """Yield when subscriptions move on unless renewed; Microsoft does not say whether they renew themselves [doc]."""
    evidence = case.get(reads.SUBSCRIPTIONS)
    for row in evidence.data["subscriptions"] if readable(evidence) else ():
        yield from expiry(case, "subscription", row["sku"], row["sku"], row["ends"])
