# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cases as plain rows of a file, so that they can be judged again without asking Microsoft. Pure.

What is saved is the case of each tenant, whole, and nothing else: the shaped part of Microsoft's answers that verdicts
can rest on, with where, when and as whom each was read. No raw body, header, token or credential is part of a case;
text in the form of a token is removed all the same. `saved_reader.py` reads the file again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import GUID

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._collect.saved_forms import ProblemRow
    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json, JsonObject

Kind = t.Literal["requirements", "access"]
FORMAT: t.Final = 1
DAMAGED: t.Final = "read.evidence_damaged"
# A JWT, and other tokens of Microsoft Entra: long words of the alphabet of base64url. No id or name is as long.
_TOKEN: t.Final = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|[\w.~-]{200,}")
_REMOVED: t.Final = "[removed: it looks like a token]"
# What of a tenant is saved: all that it is judged by.
_JUDGED: t.Final = tuple(field.name for field in dataclasses.fields(Tenant) if field.compare)
_CASE_TEXTS: t.Final = ("home", "operator", "app", "consent_url", "defender_portal")
_RUN_TEXTS: t.Final = ("home_tenant_id", "operator", "cloud", "read_at")
# Nobody asks what ends later, and a calendar has an end.
_FARTHEST: t.Final = dt.timedelta(days=36500)


@dataclasses.dataclass(frozen=True, slots=True)
class Saved:
    """One tenant as it was judged. With `unread` nothing could be read, and every verdict is unknown.

    `caused_by` is the link that has to be fixed first.
    """

    case: Case
    unread: Problem | None = None
    caused_by: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Return a row of the file; `saved_reader` reads it again."""
        case = self.case
        return {
            "tenant": {name: getattr(case.tenant, name) for name in _JUDGED},
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

    def damaged(self, cause: str) -> Saved:
        """Return the same tenant without any evidence, since that cannot be trusted."""
        return Saved(dataclasses.replace(self.case, evidence={}), Problem(DAMAGED, {"said": cause}))

    def declared_as(self, tenant: Tenant) -> Saved:
        """Return the evidence for this declaration. Raise OptionError where it was read for another one.

        Evidence is trimmed to what a declaration asks about, so it cannot answer another declaration.
        """
        before = self.case.tenant
        changed = [name for name in _JUDGED if getattr(tenant, name) != getattr(before, name)]
        if self.unread is not None and self.unread.reason == DAMAGED:
            return dataclasses.replace(self, case=dataclasses.replace(self.case, tenant=tenant))
        if changed:
            raise OptionError(
                f"from_evidence: {tenant.name} was read with another {changed[0]} than tenants says, which this"
                " evidence cannot answer; leave tenants out, or read again."
            )
        return self


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


def chosen(run: SavedRun, tenants: Sequence[Tenant]) -> SavedRun:
    """Return only these tenants, in this order; all where none is named. Raises OptionError where one is missing."""
    saved = {row.case.tenant.tenant_id: row for row in run.tenants}
    # A damaged row that does not say which tenant it is about can be about any tenant that no other row is about.
    nameless = next((row for tenant_id, row in saved.items() if not GUID.match(tenant_id)), None)
    rows: list[Saved] = []
    for tenant in tenants:
        row = saved.get(tenant.tenant_id, nameless)
        if row is None:
            raise OptionError(f"from_evidence: it holds nothing about {tenant.name} ({tenant.tenant_id}).")
        rows.append(row.declared_as(tenant))
    return dataclasses.replace(run, tenants=tuple(rows)) if tenants else run


def require_time(run: SavedRun, now: dt.datetime | None) -> None:
    """Raise OptionError for a time to judge at before the evidence was read, or later than anybody plans."""
    read_at = min(saved.case.now for saved in run.tenants).replace(microsecond=0)
    if now is not None and not read_at <= now <= read_at + _FARTHEST:
        raise OptionError(
            f"judged_at: the evidence was read at {read_at.isoformat()}; give that time, or a later one within 100"
            " years."
        )
