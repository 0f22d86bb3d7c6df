# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge whether a tenant is in the operator's own multitenant view. Pure: an observed view in, a verdict out."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
        ExposedTenant,
        MultitenantView,
        ObservedView,
        OfferedTenant,
    )


def judge_registration(
    tenant_id: str, observed: ObservedView, details: Mapping[str, str], *, eligible: bool, over_limit: bool = False
) -> Verdict:
    """The verdict about one declared tenant. `details` fill the sentences: tenant, operator, settings_url and so on."""
    evidence = evidence_of(tenant_id, observed)
    view = observed.usable
    if view is None:
        return problem_verdict(observed.problem or Problem("registration.no_view"), details, evidence)
    problem = _obstacle(tenant_id, view)
    if problem is not None:
        return problem_verdict(problem, details, evidence)
    reason = _known_reason(tenant_id, view, eligible=eligible, over_limit=over_limit)
    return _verdict(reason, details, evidence)


def hidden_words(count: int) -> str:
    """Return how many tenants are hidden, in words."""
    return "1 tenant" if count == 1 else f"{count} tenants"


def judge_undeclared(tenant_id: str, observed: ObservedView, details: Mapping[str, str]) -> Verdict:
    """The verdict about a tenant that is in the view and not declared."""
    return _verdict("registration.not_declared", details, evidence_of(tenant_id, observed))


def problem_verdict(problem: Problem, details: Mapping[str, str], evidence: Sequence[Evidence] = ()) -> Verdict:
    """The verdict about a view that could not be read or may not be used."""
    return _verdict(problem.reason, {**details, **problem.details}, evidence)


def _verdict(reason: str, details: Mapping[str, str], evidence: Sequence[Evidence]) -> Verdict:
    return CATALOGUE.verdict("registration", reason, {**details, "object": ""}, evidence=evidence)


def _obstacle(tenant_id: str, view: MultitenantView) -> Problem | None:
    """Return why it cannot be said whether the tenant is in the view, or None."""
    unread = next((view.problems[part] for part in ("effective", "picker") if part in view.problems), None)
    if unread is not None:
        return unread
    state = view.registration_state(tenant_id)
    if state == "unknown":
        if view.answered:
            return Problem("registration.hidden_tenants", {"hidden": hidden_words(view.hidden)})
        failed = [f"{name}: {view.sources[name]}" for name in view.failed_sources]
        return Problem("registration.partial", {"sources": ", ".join(failed) or "no source is named"})
    return Problem("registration.differs") if state == "differs" else None


def _known_reason(tenant_id: str, view: MultitenantView, *, eligible: bool, over_limit: bool) -> str:
    row = view.offered_row(tenant_id)
    if view.registration_state(tenant_id) == "registered":
        return "registration.lost_access" if row is not None and row.lost_access else "registration.registered"
    if not eligible:
        return "registration.not_eligible"
    if over_limit:
        return "registration.over_limit"
    if row is None or row.lost_access:
        return "registration.not_offered"
    return "registration.not_registered"


def evidence_of(tenant_id: str, observed: ObservedView) -> tuple[Evidence, ...]:
    """Return what the portal's two answers hold about one tenant; both are community knowledge."""
    view = observed.view
    if view is None:
        return ()
    owner = {"operator": view.operator, "home_tenant_id": view.home_tenant_id}
    picker = {**owner, "sources": dict(view.sources), "row": _as_dict(view.offered_row(tenant_id))}
    effective = {**owner, "row": _as_dict(view.exposed_row(tenant_id))}
    answers = (("picker", "tenant_picker", picker), ("effective", "effective_tenant_group", effective))
    return tuple(
        Evidence(
            what=what,
            url=observed.url,
            identity="portal",
            at=view.taken_at,
            request_id="",
            provenance="community",
            data=None if part in view.problems else data,
            problem=view.problems.get(part),
        )
        for part, what, data in answers
    )


def _as_dict(row: OfferedTenant | ExposedTenant | None) -> dict[str, object] | None:
    return None if row is None else dataclasses.asdict(row)
