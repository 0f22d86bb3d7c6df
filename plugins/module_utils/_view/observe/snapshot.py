# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved view: this collection's own small JSON file, or a HAR of the portal's settings page.

A snapshot holds what the view consists of and nothing of a session: it is made of a MultitenantView, which has no place
for a cookie, a token or an etag.
"""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import SNAPSHOT
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import duration_text, timestamp
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_json
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    Answer,
    Owner,
    view_from_answers,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.har import har_entries, read_recording
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import ANSWER_NAMES

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
        ExposedTenant,
        MultitenantView,
        OfferedTenant,
    )

# A clock may be a little ahead of ours; more than that is a mistake.
_AHEAD: t.Final = dt.timedelta(minutes=5)
_EARLIEST_YEAR: t.Final = 2000
_NOBODY: t.Final = Owner()
_FORMS: t.Final = f"a file that m365.defender.snapshot wrote, or a HAR of the portal's settings page ({SNAPSHOT})"


def load_snapshot(path: str, now: dt.datetime, option: str = "portal_snapshot") -> MultitenantView:
    """The view in a file. Raises OptionError that names the option and the way out."""
    place = f"{option}: '{path}'"
    data = read_user_json(option, path, f"give {_FORMS}.")
    entries = har_entries(data)
    if entries is not None:
        view = view_of_recording(entries, place, _vouched_owner(data))
    elif isinstance(data, dict) and data.get("mto_snapshot") == 1 and data["mto_snapshot"] is not True:
        view = _from_own_file(data, place)
    else:
        raise OptionError(f"{place} does not hold a multitenant view; give {_FORMS}.")
    if dt.datetime.fromisoformat(view.taken_at) > now + _AHEAD:
        raise OptionError(f"{place} says that it was taken at {view.taken_at}, which is in the future.")
    return view


def _from_own_file(data: Mapping[str, object], place: str) -> MultitenantView:
    bodies = {"picker": data.get("picker"), "effective": data.get("effective"), "groups": data.get("tenant_groups")}
    answers = {name: Answer(body) for name, body in bodies.items() if body is not None}
    taken_at = _moment(data.get("taken_at"), place)
    return view_from_answers(taken_at, _with_gaps(answers), _vouched_owner(data), unnamed_group=True)


def view_of_recording(entries: Iterable[object], place: str, vouched: Owner = _NOBODY) -> MultitenantView:
    """The view in a HAR. It is as old as the older one of the two answers that it consists of.

    `vouched` is whose view it is where the portal's answers do not say so. Raises OptionError, which begins with
    `place`.
    """
    answers, recorded = read_recording(entries, place)
    # What the portal itself said counts; what a person wrote into the file fills the gap.
    owner = Owner(recorded.operator or vouched.operator, recorded.home_tenant_id or vouched.home_tenant_id)
    oldest = min(_moment(answers[name].recorded_at, place) for name in ("picker", "effective") if name in answers)
    return view_from_answers(oldest, _with_gaps(answers), owner)


def _with_gaps(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers, with a problem for each of the two that a view consists of and that is not there."""
    gaps = {
        name: Answer(problem=Problem("registration.not_in_snapshot", {"what": ANSWER_NAMES[name]}))
        for name in ("picker", "effective")
    }
    return {**gaps, **answers}


def _vouched_owner(data: Mapping[str, object]) -> Owner:
    """Return whose view it is, as a person has written into the file."""
    operator, home_tenant_id = data.get("operator"), data.get("home_tenant_id")
    return Owner(
        operator if isinstance(operator, str) else None, home_tenant_id if isinstance(home_tenant_id, str) else None
    )


def _moment(value: object, place: str) -> str:
    """A time with its zone, in UTC to the second."""
    try:
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        # A year of three digits could not be read back.
        if moment is not None and moment.tzinfo is not None and moment.year >= _EARLIEST_YEAR:
            return timestamp(moment)
    except (ValueError, OverflowError):
        pass
    raise OptionError(f"{place} does not say when it was taken; taken_at must be a time such as 2026-11-24T10:00:00Z.")


def snapshot_of(view: MultitenantView) -> dict[str, object]:
    """Return what a file for `portal_snapshot` holds, in the portal's own shapes. Only a whole view is saved."""
    return {
        "mto_snapshot": 1,
        "taken_at": view.taken_at,
        "operator": view.operator,
        "home_tenant_id": view.home_tenant_id,
        "picker": {
            "tenantInfoList": [
                {**_portal_row(row), "selected": row.selected, "lostAccess": row.lost_access}
                for row in (view.offered or {}).values()
            ],
            "responseTypes": dict(view.sources),
        },
        "effective": {
            **_group_fields(view),
            "exposedTargetTenantsInfo": [_portal_row(row) for row in (view.exposed or {}).values()],
        },
        "tenant_groups": [
            {
                "name": group.name,
                "tenantGroupId": group.group_id,
                "exposedTargetTenantsInfo": [_portal_row(row) for row in group.tenants],
                **({"allTenantsCount": len(group.tenants) + group.hidden} if group.hidden else {}),
            }
            for group in view.groups or ()
        ],
    }


def _group_fields(view: MultitenantView) -> dict[str, object]:
    """Return which group the view shows, and how many tenants it holds, seen or hidden."""
    count = {"allTenantsCount": len(view.exposed or {}) + view.hidden}
    if view.group is None:
        return {**count}
    group = view.group
    named = {"entityType": group.entity_type, "name": group.name, "type": group.kind, "tenantGroupId": group.group_id}
    return {**named, **count}


def _portal_row(row: OfferedTenant | ExposedTenant) -> dict[str, object]:
    return {
        "tenantId": row.tenant_id,
        "name": row.name,
        "tenantAadEnvironment": row.environment,
        "addedOn": row.added_on,
    }


def age_problem(view: MultitenantView, now: dt.datetime, max_age: float) -> Problem | None:
    """Return why nothing may be concluded from a view that old (`max_age` in seconds), or None."""
    age = (now - dt.datetime.fromisoformat(view.taken_at)).total_seconds()
    if age <= max_age:
        return None
    details = {"taken_at": view.taken_at, "age": duration_text(age), "max_age": duration_text(max_age)}
    return Problem("registration.snapshot_stale", details)
