# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the parts of a run to one assessment of every declared tenant. Pure.

The declared list rules: each of its tenants gets one row, in its order, from the newest part that may be used. Where
there is none, everything about the tenant is unknown. A part may be used if it is of this operator, home tenant, cloud
and run, if the same access checks counted, and if it is not too old: verdicts of two days must not look like one.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import unread_access
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import unread_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import ANSIBLE_ADMIN
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.text import listed_words, named_list
from ansible_collections.m365.defender.plugins.module_utils._core.times import duration_text, timestamp
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.part import EVIDENCE_KINDS

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.part import Part, Row

# Clocks of two machines differ.
_CLOCK_SKEW: t.Final = 300.0
_AGAIN: t.Final = f"{ANSIBLE_ADMIN}run its slice again, or delete the file."


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """What the merge goes by: whose run it is, what counts, and which tenants are declared. `max_age` is in seconds.

    The operator may be known by a token only, so that nobody has named them; `run_id` is empty where there is none.
    """

    home_tenant_id: str
    cloud: str
    operator: str
    run_id: str
    checks: tuple[str, ...]
    tenants: Sequence[Tenant]
    now: dt.datetime
    max_age: float
    with_evidence: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Merged:
    """The assessment, and what people should know of the parts that it was made of.

    Its `complete` says that slices and merge agree on the list, and that each of its tenants has a result. If not,
    nothing may be purged. `superseded` are parts of this operator that nothing needs any more.
    """

    assessment: Mapping[str, object]
    messages: Sequence[str]
    superseded: Sequence[Part]


@dataclasses.dataclass(frozen=True, slots=True)
class _Selection:
    """The parts, the newest first: why some may not be used, and which one counts for each declared tenant."""

    wanted: Wanted
    parts: Sequence[Part]
    unfit: Mapping[Part, str]
    chosen: Mapping[str, Part]

    @property
    def fit(self) -> list[Part]:
        return [part for part in self.parts if part not in self.unfit]

    @property
    def used(self) -> list[Part]:
        used = {*self.chosen.values()}
        return [part for part in self.parts if part in used]

    @property
    def foreign(self) -> dict[Part, list[Tenant]]:
        """Tenants of a part that may be used that are not in the tenant list."""
        declared = {tenant.tenant_id for tenant in self.wanted.tenants}
        foreign = {part: [row for row in part.tenants.values() if row.tenant_id not in declared] for part in self.fit}
        return {part: tenants for part, tenants in foreign.items() if tenants}

    @property
    def missing(self) -> list[Tenant]:
        return [tenant for tenant in self.wanted.tenants if tenant.tenant_id not in self.chosen]


def merge_parts(wanted: Wanted, parts: Iterable[Part], damaged: Sequence[str] = ()) -> Merged:
    """Return one assessment. `damaged` are sentences about files that are not a whole part."""
    selection = _select(wanted, parts)
    complete = not (selection.missing or selection.foreign or damaged)
    superseded = _superseded(selection)
    return Merged(
        assessment={**_assessment(selection), "complete": complete},
        messages=[
            *damaged,
            *(
                f"{part.label} was not used: it {clause}. {_AGAIN}"
                for part, clause in selection.unfit.items()
                if part not in superseded
            ),
            *dict.fromkeys(part.problem for part in selection.used if part.problem),
            *_overlap_messages(selection),
            *_foreign_messages(selection),
            *_missing_messages(selection),
            *_evidence_messages(selection),
        ],
        superseded=superseded,
    )


def _select(wanted: Wanted, parts: Iterable[Part]) -> _Selection:
    # The order in which the files were found must not matter.
    newest_first = sorted(parts, key=lambda part: (part.read_at, part.path.name), reverse=True)
    unfit = _unfit(wanted, newest_first)
    oldest_first = [part for part in reversed(newest_first) if part not in unfit]
    # A newer part takes the place of an older one.
    chosen = {
        tenant.tenant_id: part
        for tenant in wanted.tenants
        for part in oldest_first
        if part.tenants.get(tenant.tenant_id) == tenant
    }
    return _Selection(wanted, newest_first, unfit, chosen)


def _unfit(wanted: Wanted, newest_first: Sequence[Part]) -> dict[Part, str]:
    """Return the parts that may not be used, each with what follows `it`."""
    clauses = {part: _other_identity(wanted, part) or _other_time_or_checks(wanted, part) for part in newest_first}
    left = [part for part, clause in clauses.items() if not clause]
    # Where nobody has named the operator, or the run, the newest part does.
    named = frozenset({wanted.operator.lower()} if wanted.operator else ())
    operators = named or next((part.operators for part in left if part.operators), named)
    strangers = [part for part in left if part.operators and operators and not part.operators & operators]
    left = [part for part in left if part not in strangers]
    run_id = wanted.run_id or next((part.run_id for part in left if part.run_id), "")
    # A slice that is relaunched is in no workflow any more.
    others = [part for part in left if part.run_id != run_id and (part.run_id or wanted.run_id)]
    clauses |= {part: f"is of another operator ({part.operator})" for part in strangers}
    clauses |= {part: f"is of another run ({part.run_id or 'none is named'})" for part in others}
    return {part: clause for part, clause in clauses.items() if clause}


def _other_identity(wanted: Wanted, part: Part) -> str:
    if part.home_tenant_id != wanted.home_tenant_id:
        return f"is of another home tenant ({part.home_tenant_id})"
    return f"is of another cloud ({part.cloud})" if part.cloud != wanted.cloud else ""


def _other_time_or_checks(wanted: Wanted, part: Part) -> str:
    age, read_at = (wanted.now - part.read_at).total_seconds(), timestamp(part.read_at)
    if age < -_CLOCK_SKEW:
        return f"was read at {read_at}, which is in the future"
    if age > wanted.max_age:
        option = option_name("max_age", "parts_max_age")
        return f"was read at {read_at}, more than {duration_text(wanted.max_age)} ago ({option})"
    if part.checks != wanted.checks:
        wanted_checks = f"{option_name('checks')} says {listed_words(wanted.checks)}"
        return f"counts the checks {listed_words(part.checks)}, and {wanted_checks}"
    return ""


def _superseded(selection: _Selection) -> list[Part]:
    """Return older parts of this operator of which every tenant has a newer result that counts."""
    chosen = selection.chosen
    operators = {name for part in selection.used for name in part.operators}
    return [
        part
        for part in selection.parts
        if part.operators & operators
        and not _other_identity(selection.wanted, part)
        and all(key in chosen and part.read_at < chosen[key].read_at for key in part.tenants)
    ]


def _assessment(selection: _Selection) -> dict[str, object]:
    """Return what mto_assessment_info would have returned for the whole list."""
    wanted, used = selection.wanted, selection.used
    operators = [*(part.operator for part in used if not part.problem), wanted.operator, "the operator"]
    operator = next(name for name in operators if name)
    home_name = next((part.home_tenant_name for part in used if part.home_tenant_name), "")
    rows = {tenant.tenant_id: _rows(selection, tenant, operator) for tenant in wanted.tenants}
    return {
        "requirements": {tenant_id: requirements for tenant_id, (requirements, _access) in rows.items()},
        "tenants": [access for _requirements, access in rows.values()],
        "checks": [*wanted.checks],
        "home_tenant_id": wanted.home_tenant_id,
        **({"home_tenant_name": home_name} if home_name else {}),
        "operator": operator,
        "cloud": wanted.cloud,
        # Nothing in the report is older.
        "read_at": timestamp(min((part.read_at for part in used), default=wanted.now)),
        **({"evidence": _evidence(selection)} if wanted.with_evidence else {}),
    }


def _rows(selection: _Selection, tenant: Tenant, operator: str) -> tuple[Row, Row]:
    """Return the requirements of a tenant, and its access."""
    part = selection.chosen.get(tenant.tenant_id)
    if part is not None:
        return part.requirements[tenant.tenant_id], part.access[tenant.tenant_id]
    case = Case(
        tenant, {}, now=selection.wanted.now, home="", operator=operator, app="", consent_url="", catalogue=CATALOGUE
    )
    problem = Problem("read.no_part", {"said": _why_missing(selection, tenant)})
    # One finding says it for all checks.
    requirements = unread_requirements(case, problem, caused_by="sign_in")
    return requirements.as_dict(), unread_access(case, problem, selection.wanted.checks).as_dict()


def _why_missing(selection: _Selection, tenant: Tenant) -> str:
    for part in selection.parts:
        if tenant.tenant_id in part.tenants:
            clause = selection.unfit.get(part, "is about another declaration of this tenant than the list holds now")
            return f"the newest part with it, {part.label}, {clause}"
    return "no part holds it"


def _evidence(selection: _Selection) -> dict[str, object]:
    """Return the evidence of the rows that count, as far as the parts hold it."""
    evidence: dict[str, list[Row]] = {kind: [] for kind in EVIDENCE_KINDS}
    runs = ((part, *item) for part in selection.used for item in (part.evidence or {}).items())
    for part, kind, run in ((part, kind, run) for part, kind, rows in runs for run in rows):
        rows = [row for row in run["tenants"] if selection.chosen.get(row["tenant"]["tenant_id"]) is part]
        evidence[kind] += [{**run, "tenants": rows}] if rows else []
    return {"format": 1, **evidence}


def _evidence_messages(selection: _Selection) -> Iterator[str]:
    without = [part.label for part in selection.used if part.evidence is None]
    if selection.wanted.with_evidence and without:
        yield (
            f"{listed_words(without)}: without evidence, so that evidence.json lacks that of these tenants."
            f" {ANSIBLE_ADMIN}set mto_evidence_dir of the role for the slices, too."
        )


def _overlap_messages(selection: _Selection) -> Iterator[str]:
    for part in selection.fit:
        newer: dict[Part, list[Tenant]] = {}
        for tenant_id, tenant in part.tenants.items():
            other = selection.chosen.get(tenant_id, part)
            if other is not part:
                newer.setdefault(other, []).append(tenant)
        for other, tenants in newer.items():
            yield f"{_names(tenants)}: in {part.label} and in {other.label}, of which the newer one counts."


def _foreign_messages(selection: _Selection) -> Iterator[str]:
    for part, tenants in selection.foreign.items():
        yield (
            f"{_names(tenants)}: in {part.label}, but not in the tenant list of the merge, so that"
            f" the report leaves out what was found. {ANSIBLE_ADMIN}give slices and merge the same inventory."
        )


def _missing_messages(selection: _Selection) -> Iterator[str]:
    if not selection.missing:
        return
    numbers = {part.slice_number for part in selection.used}
    count = max((part.slice_count for part in selection.used), default=0)
    slices = [str(number) for number in range(1, count + 1) if number not in numbers]
    which = f" (of {count} slices, number {listed_words(slices)})" if slices else ""
    yield (
        f"{_names(selection.missing)}: no slice has left a result that can be used{which}."
        f" {ANSIBLE_ADMIN}run their slices again (m365.defender.slice), then m365.defender.merge."
    )


def _names(tenants: Sequence[Tenant]) -> str:
    return named_list(tenant.name for tenant in tenants)
