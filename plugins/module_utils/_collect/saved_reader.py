# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The door for saved evidence: a foreign file, which anybody can have written or changed. Pure.

Only what has the form that our own writer gives it is judged (`saved_forms.py`). The rows of the tenants are fenced
from each other: a damaged one leaves its tenant unknown, and the others are judged.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE, CHAIN
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import FORMAT, Saved, SavedRun
from ansible_collections.m365.defender.plugins.module_utils._collect.saved_forms import (
    RETURNED,
    CaseRow,
    FileRow,
    RunRow,
    data_forms,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.forms import Hint, misfit
from ansible_collections.m365.defender.plugins.module_utils._core.model import NOT_CHOSEN, Evidence, Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import GUID, parse_days
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_time

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._collect.saved import Kind
    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json, JsonObject

# By how much the clock of the machine that read the evidence may be ahead of ours.
_CLOCK_TOLERANCE: t.Final = dt.timedelta(minutes=5)


class _DamageError(Exception):
    """Something is not as our own writer writes it. The text is its path."""


def read_runs(body: Json, kind: Kind, clock: dt.datetime) -> SavedRun:
    """Return the runs of one kind as one; a play saves one for each batch. Raises OptionError for any other file.

    `clock` is the time now: evidence from the future is refused.
    """
    known = isinstance(body, dict) and misfit(body.get("format"), int, "format") is None and body["format"] == FORMAT
    if not known:
        raise OptionError(
            f"from_evidence: this is not evidence of format {FORMAT}; give a file that mto_evidence_dir of the role, or"
            " return_evidence of the module, made with this version of the collection."
        )
    try:
        _require(body, FileRow, "the file")
        runs = [_read_run(row, kind, f"{kind}[{index}]", clock) for index, row in enumerate(body[kind])]
    except _DamageError as damage:
        raise OptionError(f"from_evidence: the evidence is damaged at {damage}; save it again.") from damage
    tenants = _each_once([saved for run in runs for saved in run.tenants])
    if not tenants:
        raise OptionError(f"from_evidence: it holds no evidence about {kind}; save it with that module.")
    return dataclasses.replace(_as_one(runs), tenants=tenants)


def _as_one(runs: Sequence[SavedRun]) -> SavedRun:
    """Return the first run with what all of them returned. Raises OptionError where they do not belong together."""
    if len({(run.home_tenant_id, run.cloud, str(run.returned.get("checks"))) for run in runs}) > 1:
        raise OptionError(
            "from_evidence: its runs differ in the home tenant, the cloud or the checks, so that they are not batches"
            " of one play; give evidence of one play."
        )
    keys = dict.fromkeys(key for run in runs for key in run.returned)
    returned = {key: _join([run.returned[key] for run in runs if key in run.returned]) for key in keys}
    return dataclasses.replace(runs[0], returned=returned)


def _join(values: Sequence[Json]) -> Json:
    """Return the rows of all batches, each once; of anything but rows, the first batch's value."""
    if not all(isinstance(value, list) for value in values):
        return values[0]
    # By their text: to compare each row with all others costs minutes where a file holds many.
    return list({json.dumps(row, sort_keys=True): row for value in values for row in value}.values())


def _each_once(tenants: Sequence[Saved]) -> tuple[Saved, ...]:
    """Return a row for each tenant. Of two rows about one tenant nobody can tell which is right."""
    times = collections.Counter(saved.case.tenant.tenant_id for saved in tenants)
    rows = {saved.case.tenant.tenant_id: saved for saved in tenants}
    return tuple(
        saved if times[tenant_id] == 1 else saved.damaged("it holds this tenant more than once")
        for tenant_id, saved in rows.items()
    )


def _read_run(row: Json, kind: Kind, path: str, clock: dt.datetime) -> SavedRun:
    _require(row, RunRow, path)
    returned = row["told"]
    _require(returned, RETURNED[kind], f"{path}.told")
    if ("failed" in returned) != ("msg" in returned):
        raise _DamageError(f"{path}.told.failed")
    read_at = utc_time(row["read_at"])
    if read_at is None or timestamp(read_at) != row["read_at"]:
        raise _DamageError(f"{path}.read_at")
    if read_at > clock + _CLOCK_TOLERANCE:
        raise OptionError(
            f"from_evidence: it was read at {row['read_at']}, which is in the future; correct the clock of this"
            " machine, or save it again."
        )
    run = SavedRun(row["home_tenant_id"], row["operator"], row["cloud"], row["read_at"], (), returned)
    tenants = [
        _read_fenced(tenant, run, f"{path}.tenants[{index}]", read_at, clock)
        for index, tenant in enumerate(row["tenants"])
    ]
    return dataclasses.replace(run, tenants=tuple(tenants))


def _read_fenced(row: Json, run: SavedRun, path: str, read_at: dt.datetime, clock: dt.datetime) -> Saved:
    """Return a saved tenant; a damaged one without its evidence."""
    try:
        return _read_row(row, run.read_at, clock)
    except _DamageError as damage:
        return _unread(row, run, path, read_at).damaged(f"{damage} is not as this version of the collection writes it")


def _unread(row: Json, run: SavedRun, path: str, now: dt.datetime) -> Saved:
    """Return a tenant without evidence. One that cannot be identified is named by its place in the file."""
    declared = row.get("tenant") if isinstance(row, dict) else None
    fields = declared if isinstance(declared, dict) else {}
    tenant_id, name = (str(fields.get(field) or "") for field in ("tenant_id", "name"))
    tenant = Tenant(tenant_id, name or tenant_id) if GUID.match(tenant_id) else Tenant(path, path)
    return Saved(Case(tenant, {}, now, run.home_tenant_id, run.operator, "", "", CATALOGUE))


def _read_row(row: Json, read_at: str, clock: dt.datetime) -> Saved:
    _require(row, CaseRow, "")
    now = utc_time(row["now"])
    if now is None or timestamp(now) != read_at:
        raise _DamageError("now")
    if row["caused_by"] not in (None, *CHAIN.links):
        raise _DamageError("caused_by")
    case = Case(
        tenant=_read_tenant(row["tenant"]),
        evidence={key: _read_evidence(key, evidence, clock) for key, evidence in row["evidence"].items()},
        now=now,
        home=row["home"],
        operator=row["operator"],
        app=row["app"],
        consent_url=row["consent_url"],
        catalogue=CATALOGUE,
        expiry_warning_days=_read_days(row["expiry_warning_days"]),
        defender_portal=row["defender_portal"],
    )
    return Saved(case, _read_problem(row["unread"], "unread"), row["caused_by"])


def _read_tenant(row: JsonObject) -> Tenant:
    """Return the declaration, which the options would accept and leave as it is."""
    tenant = Tenant(**{**row, "roles": tuple(row["roles"]), "licenses": tuple(row["licenses"])})
    try:
        declared = parse_tenants([row], "")
    except OptionError:
        declared = []
    if declared != [tenant]:
        raise _DamageError("tenant")
    return tenant


def _read_days(days: int) -> int:
    try:
        return parse_days(days)
    except OptionError as error:
        raise _DamageError("expiry_warning_days") from error


def _read_evidence(key: str, row: JsonObject, clock: dt.datetime) -> Evidence:
    """Require data or a problem: evidence with neither could be taken for an answer."""
    path, form = f"evidence.{key}", data_forms().get(key.partition("/")[0])
    problem = _read_problem(row["problem"], f"{path}.problem")
    if form is None or (row["data"] is None) == (problem is None):
        raise _DamageError(path)
    if problem is None:
        _require(row["data"], form, f"{path}.data")
    at = utc_time(row["at"])
    if at is None or at > clock + _CLOCK_TOLERANCE:
        raise _DamageError(f"{path}.at")
    return Evidence(**{**row, "problem": problem})


def _read_problem(row: Json, path: str) -> Problem | None:
    """Return the problem. A reason that means met, or that the check was not chosen, is none."""
    if row is None:
        return None
    reason = row["reason"]
    if reason == NOT_CHOSEN or reason not in CATALOGUE.reasons or CATALOGUE.status(reason) not in ("unknown", "unmet"):
        raise _DamageError(f"{path}.reason")
    return Problem(reason, row["details"])


def _require(value: Json, form: Hint, path: str) -> None:
    """Raise _DamageError with the path of the first value that is not of the form. Keys in it are foreign."""
    place = misfit(value, form, path)
    if place is not None:
        raise _DamageError(shortened(one_line(place.lstrip(".")), 200) or "the row")
