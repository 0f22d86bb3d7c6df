# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A part of a run: what one slice of the tenants was found to be, in a file that the merge reads.

The name of the file follows from whose run it is and from the tenants, so that a slice that is run again replaces its
part. Files that are read may be anything: cut off, of another version, of another run.
"""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_time
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import MEGABYTE, read_user_json
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import AccessRow, RequirementRow

if t.TYPE_CHECKING:
    import datetime as dt
    import pathlib
    from collections.abc import Iterable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant

    Row = Mapping[str, object]

FORMAT: t.Final = 1
PATTERN: t.Final = "part-*.json"
EVIDENCE_KINDS: t.Final = ("requirements", "access")
# A part with the evidence of 2,000 tenants has about 60 MB.
_LARGEST: t.Final = 256 * MEGABYTE
# What the merge needs of the result of mto_assessment_info.
_KEPT: t.Final = (
    *("read_at", "home_tenant_id", "home_tenant_name", "operator", "cloud", "checks", "requirements", "tenants"),
    *("evidence", "home_problem", "msg"),
)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A part that was read; two files are never the same part.

    Rows are by tenant id, as the module returned them, and have the form that a report needs.
    `operators` are the names by which the operator is known: as given, and as read. Both are in lower case.
    `problem` is why nothing could be read in the home tenant.
    """

    path: pathlib.Path
    home_tenant_id: str
    cloud: str
    operator: str
    operators: frozenset[str]
    run_id: str
    slice_number: int
    slice_count: int
    read_at: dt.datetime
    checks: tuple[str, ...]
    tenants: Mapping[str, Tenant]
    requirements: Mapping[str, Row] = dataclasses.field(repr=False)
    access: Mapping[str, Row] = dataclasses.field(repr=False)
    evidence: Mapping[str, Sequence[Mapping[str, t.Any]]] | None = dataclasses.field(default=None, repr=False)
    problem: str = ""
    home_tenant_name: str = ""

    @property
    def label(self) -> str:
        """Return the name of the file, with the number of the slice where it is known."""
        number = f" (slice {self.slice_number} of {self.slice_count})" if self.slice_count else ""
        return f"{self.path.name}{number}"


def file_name(run: Mapping[str, object], tenant_ids: Iterable[str]) -> str:
    """Return the name of the file for these tenants of this operator."""
    identity = [str(run[name] or "").lower() for name in ("home_tenant_id", "cloud", "operator")]
    text = "\n".join([*identity, *sorted(tenant_ids)])
    return f"part-{hashlib.sha256(text.encode('utf-8', 'backslashreplace')).hexdigest()[:16]}.json"


def part_body(run: Row, tenants: Sequence[Row], assessment: Row) -> dict[str, object]:
    """Return what the file holds."""
    kept = {name: assessment[name] for name in _KEPT if name in assessment}
    return {"format": FORMAT, "run": {**run}, "tenants": [*tenants], "assessment": kept}


def read_part(path: pathlib.Path) -> Part:
    """Return the part of a file. Raise OptionError, a sentence with the file's name, where it is damaged."""
    way_out = "run its slice again, or delete it if there is no such slice any more."
    body = read_user_json(option_name("parts_dir"), path, way_out, most=_LARGEST)
    try:
        return _part(path, Fields(body, "the part"))
    except OptionError as error:
        cause = str(error).rstrip(".")
        raise OptionError(f"{option_name('parts_dir')}: {path} is damaged ({cause}); {way_out}") from error


def _part(path: pathlib.Path, body: Fields) -> Part:
    if body.number("format") != FORMAT:
        raise OptionError(f"the part.format must be {FORMAT}.")
    run, assessment = body.row("run"), body.row("assessment")
    tenants = {tenant.tenant_id: tenant for tenant in parse_tenants([row.raw for row in body.rows("tenants")], "")}
    requirements, access = _requirements(assessment), _access(assessment)
    if not tenants.keys() == requirements.keys() == access.keys():
        raise OptionError("its rows are not those of its tenants.")
    problem = assessment.optional_row("home_problem")
    operator = assessment.text("operator")
    names = (run.optional_text("operator"), None if problem else operator)
    return Part(
        path=path,
        home_tenant_id=assessment.guid("home_tenant_id"),
        cloud=assessment.text("cloud"),
        operator=operator,
        operators=frozenset(name.lower() for name in names if name),
        run_id=run.text("run_id"),
        slice_number=run.count("slice_number"),
        slice_count=run.count("slice_count"),
        read_at=t.cast("dt.datetime", utc_time(assessment.time("read_at"))),
        checks=assessment.texts("checks"),
        tenants=tenants,
        requirements=requirements,
        access=access,
        evidence=_evidence(assessment.optional_row("evidence")),
        problem=f"{problem.text('message')} {problem.text('remedy')}" if problem else "",
        home_tenant_name=assessment.optional_text("home_tenant_name") or "",
    )


def _requirements(assessment: Fields) -> dict[str, Row]:
    rows = assessment.by_name("requirements").values()
    return {RequirementRow.from_fields(row).tenant_id: row.raw for row in rows}


def _access(assessment: Fields) -> dict[str, Row]:
    return {AccessRow.from_fields(row).tenant_id: row.raw for row in assessment.rows("tenants")}


def _evidence(evidence: Fields | None) -> Mapping[str, Sequence[Mapping[str, t.Any]]] | None:
    """Return the runs of both kinds, each of which says of every row whose it is."""
    if evidence is None:
        return None
    kinds = {kind: evidence.rows(kind) for kind in EVIDENCE_KINDS}
    for run in (run for runs in kinds.values() for run in runs):
        for row in run.rows("tenants"):
            row.row("tenant").text("tenant_id")
    return {kind: [run.raw for run in runs] for kind, runs in kinds.items()}
