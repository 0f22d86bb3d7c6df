# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the view with a live portal session. The portal's whole answers stay in memory, to fill a contract with."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    ServiceError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_now
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import (
    CONTEXT,
    EFFECTIVE,
    GROUPS,
    PICKER,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Filling
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    parse_effective,
    parse_groups,
    parse_picker,
    parse_session,
)
from ansible_collections.m365.defender.plugins.module_utils._view.view import WHAT, View

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import Portal

_SIGNED_OUT: t.Final = (401, 440)

_Parsed = t.TypeVar("_Parsed")


@dataclasses.dataclass(frozen=True, slots=True)
class Live:
    """A view and the bodies that it was made from, which hold the session's etag."""

    view: View
    picker: t.Any = dataclasses.field(repr=False)
    effective: t.Any = dataclasses.field(repr=False)

    def filling(self, home_tenant_id: str) -> Filling:
        """What a contract is filled with."""
        effective = self.effective[0] if isinstance(self.effective, list) and self.effective else self.effective
        rows = _rows(effective, "exposedTargetTenantsInfo")
        for tenant_id, row in _rows(self.picker, "tenantInfoList").items():
            rows[tenant_id] = {**rows.get(tenant_id, {}), **row}
        return Filling(home_tenant_id, self.picker, effective, rows)


def _rows(body: t.Any, key: str) -> dict[str, Mapping[str, t.Any]]:
    rows = body.get(key) if isinstance(body, dict) else None
    return {str(row.get("tenantId", "")).lower(): row for row in rows or () if isinstance(row, dict)}


def read_live(portal: Portal, *, groups: bool = False) -> Live:
    """The view as the portal shows it now. Never raises for what the portal, or the way to it, does."""
    taken_at = timestamp(utc_now())
    context, context_problem = _read(portal, CONTEXT, WHAT["session"])
    operator, home = parse_session(context)
    picker, picker_problem = _read(portal, PICKER, WHAT["picker"])
    effective, effective_problem = _read(portal, EFFECTIVE, WHAT["effective"])
    group_body = _read(portal, GROUPS, WHAT["groups"])[0] if groups else None
    offered, picker_problem = _parsed(parse_picker, picker, picker_problem, "picker")
    exposed, effective_problem = _parsed(parse_effective, effective, effective_problem, "effective")
    problems = {"session": context_problem, "picker": picker_problem, "effective": effective_problem}
    view = View(
        taken_at=taken_at,
        operator=operator,
        home_tenant_id=home,
        offered=offered[0] if offered else None,
        exposed=exposed,
        sources=offered[1] if offered else {},
        groups=parse_groups(group_body),
        problems=_off_only_if_all_say_so({part: problem for part, problem in problems.items() if problem}),
    )
    return Live(view, picker, effective)


def _off_only_if_all_say_so(problems: dict[str, Problem]) -> dict[str, Problem]:
    """Where the feature is off, nothing multitenant answers; where one part does, the other one just failed."""
    off = {part for part, problem in problems.items() if problem.reason == "registration.feature_off"}
    if {"picker", "effective"} <= off:
        return problems
    return problems | {part: dataclasses.replace(problems[part], reason="read.failed") for part in off}


def _parsed(
    parse: Callable[[t.Any], _Parsed | None], body: t.Any, problem: Problem | None, part: str
) -> tuple[_Parsed | None, Problem | None]:
    if problem is not None:
        return None, problem
    parsed = parse(body)
    return parsed, Problem("registration.unreadable", {"what": WHAT[part]}) if parsed is None else None


def _read(portal: Portal, path: str, what: str) -> tuple[t.Any, Problem | None]:
    """The body, or why there is none."""
    try:
        response = portal.read(path)
        problem = refusal_of(response, what)
        return (None, problem) if problem else (response.json(), None)
    except UnreachableError as error:
        return None, Problem("read.unreachable", {"what": what, "where": "the portal", "said": str(error)})
    except DeadlineError:
        return None, Problem("read.deadline", {"what": what, "where": "the portal"})
    except ServiceError:
        said = "it answers a page instead of data, as it does where the session has ended"
        return None, Problem("read.failed", {"what": what, "where": "the portal", "said": said})


def refusal_of(response: Response, what: str) -> Problem | None:
    """Why the portal does not answer, by its HTTP status [community]; None where it does."""
    status = response.status
    details = {"what": what, "status": str(status), "where": "the portal", "said": f"HTTP {status}"}
    if status < 300:
        return None
    # A redirect leads to the sign-in.
    if status in _SIGNED_OUT or status < 400:
        return Problem("registration.signed_out", details)
    reasons = {400: "registration.feature_off", 403: "registration.forbidden", 429: "read.throttled"}
    return Problem(reasons.get(status, "read.failed"), details)
