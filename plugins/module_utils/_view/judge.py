# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Does a tenant stand in the operator's own multitenant view? Pure: a picture in, a verdict out."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
    from ansible_collections.m365.defender.plugins.module_utils._view.view import View


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A view, and why it may not be used, if so: it is another person's, it is too old, there is none."""

    view: View | None
    problem: Problem | None = None
    url: str = ""

    @property
    def usable(self) -> View | None:
        """The view, where something may be concluded from it."""
        return None if self.problem else self.view


def judge_registration(
    tenant_id: str, picture: Picture, details: Mapping[str, str], *, eligible: bool, over_limit: bool = False
) -> Verdict:
    """The verdict about one declared tenant. `details` fill the sentences: tenant, operator, settings_url and so on."""
    problem = _unknown(tenant_id, picture)
    if problem is not None:
        reason, more = problem.reason, problem.details
    else:
        reason, more = _known(tenant_id, picture, eligible=eligible, over_limit=over_limit), {}
    evidence = evidence_of(tenant_id, picture)
    return CATALOGUE.verdict("registration", reason, {**details, **more, "object": ""}, evidence=evidence)


def judge_undeclared(tenant_id: str, picture: Picture, details: Mapping[str, str]) -> Verdict:
    """The verdict about a tenant that stands in the view and is not declared."""
    evidence = evidence_of(tenant_id, picture)
    return CATALOGUE.verdict("registration", "registration.not_declared", {**details, "object": ""}, evidence=evidence)


def _unknown(tenant_id: str, picture: Picture) -> Problem | None:
    """Why nobody can tell, or None."""
    from_picture = picture.problem
    if from_picture is not None or picture.view is None:
        return from_picture or _problem("registration.no_view")
    view = picture.view
    broken = next((view.problems[part] for part in ("effective", "picker") if part in view.problems), None)
    if broken is not None:
        return broken
    standing = view.standing(tenant_id)
    if standing == "unknown":
        return _problem("registration.partial", sources=_sources(view))
    return _problem("registration.differs") if standing == "differs" else None


def _known(tenant_id: str, picture: Picture, *, eligible: bool, over_limit: bool) -> str:
    view = picture.usable
    row = (view.offered or {}).get(tenant_id) if view else None
    if view is not None and view.standing(tenant_id) == "registered":
        return "registration.lost_access" if row is not None and row.lost_access else "registration.registered"
    if not eligible:
        return "registration.not_eligible"
    if over_limit:
        return "registration.over_limit"
    if row is None or row.lost_access:
        return "registration.not_offered"
    return "registration.not_registered"


def _sources(view: View) -> str:
    failed = [f"{name}: {view.sources[name]}" for name in view.failed_sources]
    return ", ".join(failed) or "no source is named"


def _problem(reason: str, **details: str) -> Problem:
    return Problem(reason, details)


def evidence_of(tenant_id: str, picture: Picture) -> tuple[Evidence, ...]:
    """What the portal's two answers hold about one tenant; both are community knowledge."""
    view = picture.view
    if view is None:
        return ()
    offered = None if view.offered is None else view.offered.get(tenant_id)
    exposed = None if view.exposed is None else view.exposed.get(tenant_id)
    told = {"operator": view.operator, "home_tenant_id": view.home_tenant_id}
    return (
        _piece(picture, view, "picker", offered, {**told, "sources": dict(view.sources)}),
        _piece(picture, view, "effective", exposed, told),
    )


def _piece(picture: Picture, view: View, part: str, row: t.Any, told: Mapping[str, t.Any]) -> Evidence:
    problem = view.problems.get(part)
    return Evidence(
        what="tenant_picker" if part == "picker" else "effective_tenant_group",
        url=picture.url,
        identity="portal",
        at=view.taken_at,
        request_id="",
        provenance="community",
        data=None if problem else {**told, "row": None if row is None else dataclasses.asdict(row)},
        problem=problem,
    )
