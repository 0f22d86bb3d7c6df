# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a judge was given, as plain rows: a saved case is judged again without anybody being asked. Pure.

The rule of what is saved: the case of each tenant, whole, and nothing else. That is the shaped part of Microsoft's
answers that verdicts can rest on, with where, when and as whom each was read. No body as it came, no header, no token
and no credential is part of a case; text in the form of a token is taken out all the same.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, t.Any]

Kind = t.Literal["requirements", "access"]
FORMAT: t.Final = 1
# A JWT, and other tokens of Microsoft Entra: long words of the alphabet of base64url. No id or name is as long.
_TOKEN: t.Final = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|[\w.~-]{200,}")
_REMOVED: t.Final = "[removed: it looks like a token]"
_CASE_WORDS: t.Final = ("home", "operator", "app", "consent_url", "defender_portal")
_EVIDENCE_WORDS: t.Final = ("what", "url", "identity", "at", "request_id")
_RUN_WORDS: t.Final = ("home_tenant_id", "operator", "cloud", "read_at")


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """One tenant as it was judged. With `unread` nothing could be read; `caused_by` is the link that has to be mended.

    Nothing is judged by `unread` but that everything is unknown.
    """

    case: Case
    unread: Problem | None = None
    caused_by: str | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """A row of the file; read_row is its opposite."""
        case = self.case
        return {
            "tenant": dataclasses.asdict(case.tenant),
            "now": case.now.isoformat(),
            **{word: getattr(case, word) for word in _CASE_WORDS},
            "expiry_warning_days": case.expiry_warning_days,
            "unread": None if self.unread is None else _problem_row(self.unread),
            "caused_by": self.caused_by,
            "evidence": {key: _evidence_row(piece) for key, piece in case.evidence.items()},
        }

    def at(self, now: dt.datetime | None) -> Saved:
        """The same at another time; None leaves it at its own."""
        return self if now is None else dataclasses.replace(self, case=dataclasses.replace(self.case, now=now))


@dataclasses.dataclass(frozen=True, slots=True)
class SavedRun:
    """What one run of a module was given. `told` is what it returned beside its rows, the same again."""

    home_tenant_id: str
    operator: str
    cloud: str
    read_at: str
    tenants: tuple[Saved, ...]
    told: Row = dataclasses.field(default_factory=dict)

    def context(self) -> dict[str, str]:
        """Return whose run it was, where, and when reading began."""
        return {word: getattr(self, word) for word in _RUN_WORDS}

    def as_dict(self, kind: Kind) -> dict[str, t.Any]:
        """The file: `{format, requirements: [run], access: [run]}`, with one run."""
        run = {
            **self.context(),
            "told": dict(self.told),
            "tenants": [saved.as_dict() for saved in self.tenants],
        }
        return {"format": FORMAT, "requirements": [], "access": [], kind: [without_tokens(run)]}


def without_tokens(value: t.Any) -> t.Any:
    """The same data, with what looks like a token taken out of every text."""
    if isinstance(value, str):
        return _TOKEN.sub(_REMOVED, value)
    if isinstance(value, dict):
        return {key: without_tokens(item) for key, item in value.items()}
    return [without_tokens(item) for item in value] if isinstance(value, list | tuple) else value


def _evidence_row(piece: Evidence) -> dict[str, t.Any]:
    problem = None if piece.problem is None else _problem_row(piece.problem)
    return {**piece.as_dict(), "problem": problem}


def _problem_row(problem: Problem) -> dict[str, t.Any]:
    return {"reason": problem.reason, "details": dict(problem.details)}


def read_runs(body: t.Any, kind: Kind) -> SavedRun:
    """The runs of one kind as one; a play saves one for each batch. Raises OptionError where it is no such file."""
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise OptionError(
            f"from_evidence: this is no evidence of format {FORMAT}; give a file that mto_evidence_dir of the role, or"
            " return_evidence of the module, has made with this version of the collection."
        )
    try:
        runs = [_read_run(row) for row in body[kind]]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise OptionError(
            f"from_evidence: the evidence is damaged ({type(error).__name__} under '{kind}'); save it again."
        ) from error
    if not runs:
        raise OptionError(f"from_evidence: there is no evidence about {kind} in it; save it with that module.")
    first = runs[0]
    told = {key: _joined([run.told[key] for run in runs if key in run.told]) for run in runs for key in run.told}
    return dataclasses.replace(first, tenants=tuple(saved for run in runs for saved in run.tenants), told=told)


def _joined(values: list[t.Any]) -> t.Any:
    """Lists of rows of several batches in a row, each once; of anything else what the first batch said."""
    if not all(isinstance(value, list) for value in values):
        return values[0]
    rows: list[t.Any] = []
    for row in (row for value in values for row in value):
        if row not in rows:
            rows.append(row)
    return rows


def _read_run(row: Row) -> SavedRun:
    words = {word: _text(row[word]) for word in _RUN_WORDS}
    return SavedRun(**words, tenants=tuple(read_row(one) for one in row["tenants"]), told=dict(row["told"]))


def read_row(row: Row) -> Saved:
    """A saved tenant. Raises LookupError, TypeError or ValueError where it is none."""
    now = parse_time(row["now"])
    if now is None:
        raise ValueError("now")
    case = Case(
        tenant=_read_tenant(row["tenant"]),
        evidence={str(key): _read_evidence(piece) for key, piece in row["evidence"].items()},
        now=now,
        **{word: _text(row[word]) for word in _CASE_WORDS},
        catalogue=CATALOGUE,
        expiry_warning_days=int(row["expiry_warning_days"]),
    )
    unread = row["unread"]
    cause = row["caused_by"]
    return Saved(case, None if unread is None else _read_problem(unread), None if cause is None else _text(cause))


def _read_tenant(row: Row) -> Tenant:
    return Tenant(
        tenant_id=_text(row["tenant_id"]),
        name=_text(row["name"]),
        access=_text(row["access"]),
        roles=tuple(_text(role) for role in row["roles"]),
        licenses=tuple(_text(licence) for licence in row["licenses"]),
        cloud=None if row["cloud"] is None else _text(row["cloud"]),
    )


def _read_evidence(row: Row) -> Evidence:
    """Data or a problem: a piece with neither could be taken for an answer."""
    problem = None if row["problem"] is None else _read_problem(row["problem"])
    if (row["data"] is None) == (problem is None):
        raise ValueError("data")
    words = {word: _text(row[word]) for word in _EVIDENCE_WORDS}
    return Evidence(**words, provenance=row["provenance"], data=row["data"], problem=problem)


def _read_problem(row: Row) -> Problem:
    if row["reason"] not in CATALOGUE.reasons:
        raise ValueError("reason")
    return Problem(row["reason"], {str(key): _text(value) for key, value in row["details"].items()})


def _text(value: t.Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def chosen(run: SavedRun, tenants: Sequence[Tenant]) -> SavedRun:
    """Only these tenants, in this order; all where none is named. Raises OptionError where the file cannot answer.

    Evidence is cut down to what a declaration asks about, so that it answers no other declaration.
    """
    saved = {one.case.tenant.tenant_id: one for one in run.tenants}
    for tenant in tenants:
        if tenant.tenant_id not in saved:
            raise OptionError(f"from_evidence: there is nothing in it about {tenant.name} ({tenant.tenant_id}).")
        before = saved[tenant.tenant_id].case.tenant
        changed = [f.name for f in dataclasses.fields(tenant) if getattr(tenant, f.name) != getattr(before, f.name)]
        if changed:
            raise OptionError(
                f"from_evidence: {tenant.name} was read with another {changed[0]} than tenants says, which this"
                " evidence cannot answer; leave tenants out, or read again."
            )
    return dataclasses.replace(run, tenants=tuple(saved[one.tenant_id] for one in tenants)) if tenants else run
