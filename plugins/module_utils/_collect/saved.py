# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases as plain rows of a file, so that they can be judged again without asking Microsoft. Pure.

What is saved is the case of each tenant, whole, and nothing else: the shaped part of Microsoft's answers that verdicts
can rest on, with where, when and as whom each was read. No raw body, header, token or credential is part of a case;
text in the form of a token is removed all the same.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json, JsonObject

Kind = t.Literal["requirements", "access"]
FORMAT: t.Final = 1
# A JWT, and other tokens of Microsoft Entra: long words of the alphabet of base64url. No id or name is as long.
_TOKEN: t.Final = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|[\w.~-]{200,}")
_REMOVED: t.Final = "[removed: it looks like a token]"
_CASE_TEXTS: t.Final = ("home", "operator", "app", "consent_url", "defender_portal")
_EVIDENCE_TEXTS: t.Final = ("what", "url", "identity", "at", "request_id")
_RUN_TEXTS: t.Final = ("home_tenant_id", "operator", "cloud", "read_at")


class ProblemRow(t.TypedDict):
    """A problem in the file."""

    reason: str
    details: dict[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """One tenant as it was judged. With `unread` nothing could be read, and every verdict is unknown.

    `caused_by` is the link that has to be fixed first.
    """

    case: Case
    unread: Problem | None = None
    caused_by: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return a row of the file; `read_row` is the inverse."""
        case = self.case
        return {
            "tenant": dataclasses.asdict(case.tenant),
            "now": case.now.isoformat(),
            **{name: getattr(case, name) for name in _CASE_TEXTS},
            "expiry_warning_days": case.expiry_warning_days,
            "unread": _problem_row(self.unread),
            "caused_by": self.caused_by,
            "evidence": {
                key: {**evidence.as_dict(), "problem": _problem_row(evidence.problem)}
                for key, evidence in case.evidence.items()
            },
        }

    def at(self, now: dt.datetime | None) -> Saved:
        """Return the same at another time; None keeps its own."""
        return self if now is None else dataclasses.replace(self, case=dataclasses.replace(self.case, now=now))


@dataclasses.dataclass(frozen=True, slots=True)
class SavedRun:
    """What one run of a module was given. `returned` is what the module returned beside its rows."""

    home_tenant_id: str
    operator: str
    cloud: str
    read_at: str
    tenants: tuple[Saved, ...]
    returned: JsonObject = dataclasses.field(default_factory=dict)

    def context(self) -> dict[str, str]:
        """Return whose run it was, where, and when reading began."""
        return {name: getattr(self, name) for name in _RUN_TEXTS}

    def as_dict(self, kind: Kind) -> dict[str, object]:
        """Return the file: `{format, requirements: [run], access: [run]}`, with one run."""
        tenants = [saved.as_dict() for saved in self.tenants]
        run = without_tokens({**self.context(), "told": dict(self.returned), "tenants": tenants})
        return {"format": FORMAT, "requirements": [], "access": [], kind: [run]}


def without_tokens(value: Json) -> Json:
    """Return the same data, with everything that looks like a token removed from its texts."""
    if isinstance(value, str):
        return _TOKEN.sub(_REMOVED, value)
    if isinstance(value, dict):
        return {key: without_tokens(item) for key, item in value.items()}
    return [without_tokens(item) for item in value] if isinstance(value, list | tuple) else value


def _problem_row(problem: Problem | None) -> ProblemRow | None:
    return None if problem is None else {"reason": problem.reason, "details": dict(problem.details)}


def read_runs(body: Json, kind: Kind) -> SavedRun:
    """Return the runs of one kind as one; a play saves one for each batch. Raises OptionError for any other file."""
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise OptionError(
            f"from_evidence: this is not evidence of format {FORMAT}; give a file that mto_evidence_dir of the role, or"
            " return_evidence of the module, made with this version of the collection."
        )
    try:
        runs = [_read_run(row) for row in body[kind]]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise OptionError(
            f"from_evidence: the evidence is damaged ({type(error).__name__} under '{kind}'); save it again."
        ) from error
    if not runs:
        raise OptionError(f"from_evidence: it holds no evidence about {kind}; save it with that module.")
    keys = dict.fromkeys(key for run in runs for key in run.returned)
    returned = {key: _join([run.returned[key] for run in runs if key in run.returned]) for key in keys}
    tenants = tuple(saved for run in runs for saved in run.tenants)
    return dataclasses.replace(runs[0], tenants=tenants, returned=returned)


def _join(values: Sequence[Json]) -> Json:
    """Return the rows of all batches, each once; of anything but rows, the first batch's value."""
    if not all(isinstance(value, list) for value in values):
        return values[0]
    rows: list[Json] = []
    for row in (row for value in values for row in value):
        if row not in rows:
            rows.append(row)
    return rows


def _read_run(row: JsonObject) -> SavedRun:
    tenants = tuple(read_row(tenant) for tenant in row["tenants"])
    return SavedRun(**_texts(row, _RUN_TEXTS), tenants=tenants, returned=dict(row["told"]))


def read_row(row: JsonObject) -> Saved:
    """Return a saved tenant. Raises LookupError, TypeError, ValueError or AttributeError for any other row."""
    now = parse_time(row["now"])
    if now is None:
        raise ValueError("now")
    case = Case(
        tenant=_read_tenant(row["tenant"]),
        evidence={str(key): _read_evidence(evidence) for key, evidence in row["evidence"].items()},
        now=now,
        **_texts(row, _CASE_TEXTS),
        catalogue=CATALOGUE,
        expiry_warning_days=int(row["expiry_warning_days"]),
    )
    return Saved(case, _read_problem(row["unread"]), _optional_text(row["caused_by"]))


def _read_tenant(row: JsonObject) -> Tenant:
    return Tenant(
        **_texts(row, ("tenant_id", "name", "access")),
        roles=tuple(_text(role) for role in row["roles"]),
        licenses=tuple(_text(name) for name in row["licenses"]),
        cloud=_optional_text(row["cloud"]),
    )


def _read_evidence(row: JsonObject) -> Evidence:
    """Require data or a problem: evidence with neither could be taken for an answer."""
    problem = _read_problem(row["problem"])
    if (row["data"] is None) == (problem is None):
        raise ValueError("data")
    return Evidence(**_texts(row, _EVIDENCE_TEXTS), provenance=row["provenance"], data=row["data"], problem=problem)


def _read_problem(row: Json) -> Problem | None:
    if row is None:
        return None
    if row["reason"] not in CATALOGUE.reasons:
        raise ValueError("reason")
    return Problem(row["reason"], {str(key): _text(value) for key, value in row["details"].items()})


def _texts(row: JsonObject, names: Sequence[str]) -> dict[str, str]:
    return {name: _text(row[name]) for name in names}


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _optional_text(value: Json) -> str | None:
    return None if value is None else _text(value)


def chosen(run: SavedRun, tenants: Sequence[Tenant]) -> SavedRun:
    """Return only these tenants, in this order; all where none is named. Raises OptionError where one is missing.

    Evidence is trimmed to what a declaration asks about, so it cannot answer another declaration.
    """
    saved = {row.case.tenant.tenant_id: row for row in run.tenants}
    for tenant in tenants:
        if tenant.tenant_id not in saved:
            raise OptionError(f"from_evidence: it holds nothing about {tenant.name} ({tenant.tenant_id}).")
        before = saved[tenant.tenant_id].case.tenant
        changed = [f.name for f in dataclasses.fields(tenant) if getattr(tenant, f.name) != getattr(before, f.name)]
        if changed:
            raise OptionError(
                f"from_evidence: {tenant.name} was read with another {changed[0]} than tenants says, which this"
                " evidence cannot answer; leave tenants out, or read again."
            )
    return dataclasses.replace(run, tenants=tuple(saved[tenant.tenant_id] for tenant in tenants)) if tenants else run
