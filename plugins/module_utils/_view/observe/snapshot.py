# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A saved picture of the view: our own small JSON file, or a HAR of the portal's settings page.

A snapshot holds what the view consists of and nothing of a session: it is written from a View, which has no place for a
cookie, a token or an etag.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import pathlib
import re
import typing as t
from urllib.parse import urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    parse_effective,
    parse_groups,
    parse_picker,
    parse_session,
)
from ansible_collections.m365.defender.plugins.module_utils._view.view import WHAT, View

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._view.view import ExposedTenant

_UNITS: t.Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_DURATION: t.Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([smhdw]?)\s*\Z")
# A clock may be a little ahead of ours; more than that is a mistake.
_AHEAD: t.Final = dt.timedelta(minutes=5)
_FORMS: t.Final = "a file that m365.defender.snapshot wrote, or a HAR of the portal's settings page (docs/snapshot.md)"
# The ends of the portal's addresses, as its own page asks for them [community].
_PATHS: t.Final = {
    "picker": "/mtoapi/tenants/tenantpicker",
    "effective": "/mtoapi/tenantgroups/effective",
    "groups": "/mtoapi/tenantgroups",
    "context": "/sccmanagement/mgmt/tenantcontext",
}
_REFUSALS: t.Final = {
    400: "registration.feature_off",
    401: "registration.signed_out",
    403: "registration.forbidden",
    440: "registration.signed_out",
}


def parse_duration(text: str) -> float:
    """Seconds in `90m`, `24h`, `7d` or a number of seconds. Raises OptionError that names `snapshot_max_age`."""
    found = _DURATION.match(text)
    if not found:
        raise OptionError(f"snapshot_max_age: '{text}' is no duration; give one such as 90m, 24h or 7d.")
    return float(found[1]) * _UNITS[found[2]]


def age_problem(view: View, now: dt.datetime, max_age: float) -> Problem | None:
    """Why nothing may be concluded from a picture that old (`max_age` in seconds), or None."""
    age = (now - dt.datetime.fromisoformat(view.taken_at)).total_seconds()
    if age <= max_age:
        return None
    details = {"taken_at": view.taken_at, "age": duration_words(age), "max_age": duration_words(max_age)}
    return Problem("registration.snapshot_stale", details)


def duration_words(seconds: float) -> str:
    """`3 days`, `1 hour`: in the largest unit of which there is at least one, rounded down."""
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            number = int(seconds // size)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{int(seconds)} seconds"


def load_snapshot(path: str, now: dt.datetime, option: str = "portal_snapshot") -> View:
    """The view in a file. Raises OptionError that names the option and the way out."""
    try:
        data = json.loads(pathlib.Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise OptionError(f"{option}: '{path}' cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        raise OptionError(f"{option}: '{path}' is not JSON; give {_FORMS}.") from None
    log = data.get("log") if isinstance(data, dict) else None
    if isinstance(log, dict) and isinstance(log.get("entries"), list):
        view = _from_har(log["entries"], data, path, option)
    elif isinstance(data, dict) and data.get("mto_snapshot") == 1:
        view = _from_file(data, path, option)
    else:
        raise OptionError(f"{option}: '{path}' is no picture of the view; give {_FORMS}.")
    if dt.datetime.fromisoformat(view.taken_at) > now + _AHEAD:
        raise OptionError(f"{option}: '{path}' says that it was taken at {view.taken_at}, which is in the future.")
    return view


def _from_file(data: Mapping[str, t.Any], path: str, option: str) -> View:
    taken_at = _moment(data.get("taken_at"), path, option)
    return _view(taken_at, {**data, "groups": data.get("tenant_groups")}, {}, _named(data))


def _named(data: Mapping[str, t.Any]) -> dict[str, str]:
    """Whose picture it is, as a person has written into the file."""
    return {key: data[key] for key in ("operator", "home_tenant_id") if isinstance(data.get(key), str)}


def _view(
    taken_at: str, bodies: Mapping[str, t.Any], refusals: Mapping[str, Problem], named: Mapping[str, str]
) -> View:
    """The view that these bodies make. What is not there, or not of a known form, is a problem, never an empty list."""
    picker = parse_picker(bodies.get("picker"))
    exposed = parse_effective(bodies.get("effective"))
    problems = {}
    for part, parsed in (("picker", picker), ("effective", exposed)):
        if parsed is None:
            there = bodies.get(part) is not None
            reason = "registration.unreadable" if there else "registration.not_in_snapshot"
            problems[part] = refusals.get(part) or Problem(reason, {"what": WHAT[part]})
    return View(
        taken_at=taken_at,
        operator=named.get("operator"),
        home_tenant_id=named.get("home_tenant_id"),
        offered=picker[0] if picker else None,
        exposed=exposed,
        sources=picker[1] if picker else {},
        groups=parse_groups(bodies.get("groups")),
        problems=problems,
    )


def _moment(value: t.Any, path: str, option: str) -> str:
    """A time with its zone, in UTC to the second."""
    try:
        # Python reads six fractional digits, browsers and the portal write up to seven.
        moment = dt.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(value)))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise OptionError(
            f"{option}: '{path}' does not say when it was taken; taken_at must be a time such as 2026-11-24T10:00:00Z."
        )
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _from_har(entries: list[t.Any], data: Mapping[str, t.Any], path: str, option: str) -> View:
    """The last answer of each kind. The picture is as old as the older one of the two that it consists of."""
    bodies: dict[str, t.Any] = {}
    refusals: dict[str, Problem] = {}
    times: dict[str, str] = {}
    people = set()
    for entry in entries:
        part = _part(entry)
        if part is None:
            continue
        status = entry["response"].get("status")
        body = _content(entry["response"])
        if part == "context":
            people.add(parse_session(body))
            continue
        times[part] = _moment(entry.get("startedDateTime"), path, option)
        bodies[part] = body if status == 200 else None
        refusals[part] = _refusal(part, status)
    people.discard((None, None))
    if len(people) > 1:
        raise OptionError(f"{option}: '{path}' holds the sessions of more than one person; record one page load.")
    operator, home = people.pop() if people else (None, None)
    taken = [times[part] for part in ("picker", "effective") if part in times]
    if not taken:
        raise OptionError(
            f"{option}: '{path}' holds no answer of the multitenant portal; record the load of its settings page"
            " (docs/snapshot.md)."
        )
    named = {"operator": operator, "home_tenant_id": home}
    # What the portal itself said counts; what a person wrote into the file fills the gap.
    told = {**_named(data), **{key: value for key, value in named.items() if value}}
    known = {part: problem for part, problem in refusals.items() if bodies.get(part) is None}
    return _view(min(taken), bodies, known, told)


def _part(entry: t.Any) -> str | None:
    """Which of the portal's answers an entry holds, by the path alone: a proxy may have changed the host."""
    request = entry.get("request") if isinstance(entry, dict) else None
    url = request.get("url") if isinstance(request, dict) and request.get("method") == "GET" else None
    if not isinstance(url, str) or not isinstance(entry.get("response"), dict):
        return None
    try:
        path = urlsplit(url).path.rstrip("/").lower()
    except ValueError:
        return None
    return next((part for part, end in _PATHS.items() if path.endswith(end)), None)


def _content(response: Mapping[str, t.Any]) -> t.Any:
    """The body of an answer as JSON, None where there is none."""
    content = response.get("content")
    text = content.get("text") if isinstance(content, dict) else None
    if not isinstance(text, str):
        return None
    try:
        if isinstance(content, dict) and content.get("encoding") == "base64":
            text = base64.b64decode(text, validate=True).decode("utf-8")
        return json.loads(text)
    except (ValueError, binascii.Error, RecursionError):
        return None


def _refusal(part: str, status: t.Any) -> Problem:
    what = WHAT[part]
    if status == 200:
        return Problem("registration.unreadable", {"what": what})
    details = {"what": what, "status": str(status), "where": "the snapshot", "said": f"HTTP {status}"}
    return Problem(_REFUSALS.get(status, "read.failed"), details)


def snapshot_of(view: View) -> dict[str, t.Any]:
    """What a file for `portal_snapshot` holds, in the portal's own shapes. Only a whole view is saved."""
    return {
        "mto_snapshot": 1,
        "taken_at": view.taken_at,
        "operator": view.operator,
        "home_tenant_id": view.home_tenant_id,
        "picker": {
            "tenantInfoList": [
                {**_plain(row), "selected": row.selected, "lostAccess": row.lost_access}
                for row in (view.offered or {}).values()
            ],
            "responseTypes": dict(view.sources),
        },
        "effective": {"exposedTargetTenantsInfo": [_plain(row) for row in (view.exposed or {}).values()]},
        "tenant_groups": [
            {
                "name": group.name,
                "tenantGroupId": group.group_id,
                "exposedTargetTenantsInfo": [_plain(row) for row in group.tenants],
            }
            for group in view.groups or ()
        ],
    }


def _plain(row: t.Any) -> dict[str, t.Any]:
    exposed: ExposedTenant = row
    return {
        "tenantId": exposed.tenant_id,
        "name": exposed.name,
        "tenantAadEnvironment": exposed.environment,
        "addedOn": exposed.added_on,
    }
