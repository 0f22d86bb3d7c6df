# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a team has accepted: findings by their id or by a pattern, each with why, by whom, and until when."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE, CHECKS
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.acceptance import LINK
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.manual import REPORT
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import quoted
from ansible_collections.m365.defender.plugins.module_utils._core.strict_yaml import load_strict
from ansible_collections.m365.defender.plugins.module_utils._core.text import did_you_mean
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path
from ansible_collections.m365.defender.plugins.plugin_utils._report.findings import Subject, advice_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, Report

# An entry for more findings than this accepts what nobody has looked at.
MOST_FINDINGS: t.Final = 25
_LARGEST: t.Final = 8
_PATTERN: t.Final = ("id", "reason", "tenant", "check")
_KEYS: t.Final = (*_PATTERN, "why", "owner", "until")
_WAY_OUT: t.Final = f"correct it, as {REPORT}#what-is-accepted says."
_OWNER: t.Final = re.compile(r"[^:\n]{1,100}")


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the baseline. A text of the pattern that is empty says nothing."""

    id: str
    reason: str
    tenant: str
    check: str
    acceptance: Acceptance

    def matches(self, finding: Finding) -> bool:
        """Return whether it is about a finding."""
        return (
            self.id in ("", finding.id)
            and self.reason in ("", finding.reason)
            and self.check in ("", finding.check)
            and self.tenant.lower() in ("", finding.tenant_id.lower(), finding.tenant_name.lower())
        )

    def __str__(self) -> str:
        """Return what it is called in sentences."""
        named = {name: getattr(self, name) for name in _PATTERN}
        return ", ".join(f"{name} {value}" for name, value in named.items() if value)

    @classmethod
    def from_fields(cls, fields: Fields) -> Entry:
        """Return the entry of a row. Raises OptionError."""
        unknown = next((str(key) for key in fields.raw if key not in _KEYS), None)
        if unknown is not None:
            raise OptionError(f"{quoted(unknown)} is not a key{did_you_mean(unknown, _KEYS)}.")
        texts = {name: fields.non_empty(name) if fields.has(name) else "" for name in _PATTERN}
        if not any(texts.values()):
            raise OptionError("it does not say what is accepted: give an id or a reason.")
        owner = fields.non_empty("owner")
        if not _OWNER.fullmatch(owner):
            raise OptionError("owner must be a person or a team, in at most 100 characters without a colon.")
        return cls(**texts, acceptance=Acceptance(fields.non_empty("why"), owner, parse_day(fields.value("until"))))


def parse_day(value: object) -> str:
    """Return a day in ISO 8601; YAML makes a date of one without quotes. Raises OptionError."""
    text = str(value)
    try:
        if len(text) == len("2027-01-31"):
            return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise OptionError("until must be a day such as 2027-01-31.")


def read_baseline(option: str, path: str) -> list[Entry]:
    """Return the entries of a file. Raises OptionError that names the entry and the way out."""
    full_path = user_path(path)
    value = load_strict(option, full_path, _WAY_OUT, times=_LARGEST)
    rows = value["accepted"] if isinstance(value, dict) and {*value} == {"accepted"} else None
    if not isinstance(rows, list):
        raise OptionError(f"{option}: {full_path} is not a dictionary with only the list accepted; {_WAY_OUT}")
    entries = []
    for number, row in enumerate(rows, 1):
        try:
            entries.append(Entry.from_fields(Fields(row, "")))
        except OptionError as error:
            raise OptionError(f"{option}: {full_path}, entry {number}: {str(error).rstrip('.')}; {_WAY_OUT}") from None
    return entries


def with_acceptances(report: Report, entries: Sequence[Entry], maybe: Collection[Finding]) -> Report:
    """Return the report in which findings are accepted, with a finding for each entry that is not as it should be.

    `maybe` are findings of the run before that may still be there: an entry about one of them is not unused.
    """
    findings, about = {finding.id: finding for finding in report.findings}, []
    # The home tenant is where the owners are, and no customer is told what they have accepted.
    subject = Subject(report.run.home_tenant_id, "the home tenant", report.run.operator)
    for entry in entries:
        matching = [finding for finding in report.findings if entry.matches(finding)]
        problem = _problem(entry, matching, maybe, report)
        if problem:
            details = {"accepted": str(entry), "object": str(entry), "most": str(MOST_FINDINGS)}
            caveat = CATALOGUE.caveat(problem, {**details, **entry.acceptance.as_dict()})
            about.append(advice_of(subject, LINK, caveat))
        for finding in () if problem else matching:
            findings[finding.id] = dataclasses.replace(finding, acceptance=entry.acceptance)
    # Two entries for the same have the same finding.
    told = {finding.id: finding for finding in (*findings.values(), *about)}
    summary = dataclasses.replace(report.summary, findings=len(told))
    return dataclasses.replace(report, findings=tuple(told.values()), summary=summary)


def _problem(entry: Entry, matching: Sequence[Finding], maybe: Iterable[Finding], report: Report) -> str | None:
    if entry.acceptance.until < report.run.generated_at[:10]:
        return "acceptance.expired"
    if (not entry.id and not entry.reason) or len(matching) > MOST_FINDINGS:
        return "acceptance.too_wide"
    if matching or any(map(entry.matches, maybe)):
        return None
    # Whether an entry is unused is not known where the run did not make the check of its reason.
    check = entry.reason.partition(".")[0]
    made = {check for row in report.tenants for check, verdict in row.verdicts.items() if verdict.chosen}
    return None if check not in made and check in {known.name for known in CHECKS} else "acceptance.unused"
