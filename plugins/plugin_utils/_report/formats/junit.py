# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JUnit XML: a test suite per tenant, a test case per check. Pure.

There is no standard for this format; what is written here is what the readers of Jenkins, GitLab, GitHub actions and
Azure DevOps have in common [community]. tests/schemas/junit.xsd says it exactly.
"""

from __future__ import annotations

import collections
import typing as t
import xml.etree.ElementTree as ET

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_time
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, RunInfo, TenantRow
    from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import UndeclaredRow
    from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance

    # What is accepted, by tenant, reason and object.
    Accepted = Mapping[tuple[str, str, str], Acceptance]

# The report does not measure how long a check took.
_NO_TIME: t.Final = "0"
_COUNTED: t.Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


class JunitFormat(ReportFormat):
    """Test results, as CI servers read them."""

    name = "junit"
    file_name = "report.junit.xml"

    def render(self, report: Report) -> str:
        """Return the text of the XML file, with its declaration. Characters that XML 1.0 forbids are left out."""
        root = ET.Element("testsuites", {"name": "m365.defender", "time": _NO_TIME})
        checks, accepted = report.shown_checks, _accepted(report)
        for row, classname in zip(report.tenants, _class_names(report.tenants), strict=True):
            root.append(_suite(report.run, row, classname, checks, accepted))
        if report.undeclared:
            root.append(_undeclared(report.undeclared, accepted))
        _count(root)
        ET.indent(root)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _accepted(report: Report) -> Accepted:
    own = (row for row in report.findings if row.operator.lower() == report.run.operator.lower())
    return {(row.tenant_id, row.reason, row.object): row.acceptance for row in own if row.acceptance}


def _class_names(tenants: Sequence[TenantRow]) -> list[str]:
    """Return `mto.<name>` for each tenant, each of them once: GitLab takes cases of the same class and name for one.

    Jenkins takes what is before the last dot for a package, so a dot of the name becomes a space.
    """
    ids = [f" ({one_line(row.tenant_id)})" for row in tenants]
    names = [one_line(one_line(row.name).replace(".", " ")) for row in tenants]
    times = collections.Counter(names)
    # A name that looks as if it had an id behind it gets one, so that it stays apart from the one that has.
    plain = [name != "" and times[name] == 1 and not name.endswith(tuple(ids)) for name in names]
    return [f"mto.{name}" + ("" if alone else own) for name, own, alone in zip(names, ids, plain, strict=True)]


def _suite(run: RunInfo, row: TenantRow, classname: str, checks: Sequence[str], accepted: Accepted) -> ET.Element:
    suite = ET.Element("testsuite", {"name": one_line(row.name) or row.tenant_id, "time": _NO_TIME})
    moment = utc_time(run.generated_at)
    if moment is not None:
        suite.set("timestamp", moment.replace(tzinfo=None).isoformat(timespec="seconds"))
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(run, row).items():
        ET.SubElement(properties, "property", {"name": name, "value": one_line(value)})
    verdicts = row.verdicts
    for check in checks:
        case = ET.SubElement(suite, "testcase", {"name": check, "classname": classname, "time": _NO_TIME})
        verdict = verdicts.get(check)
        root = verdicts[CHAIN.root_of(verdicts, check).check] if verdict and verdict.broken else verdict
        _fill(case, verdict, accepted.get((row.tenant_id, root.reason, root.object)) if root else None)
    _count(suite)
    return suite


def _undeclared(rows: Sequence[UndeclaredRow], accepted: Accepted) -> ET.Element:
    """Return the suite of the tenants that are in the view and declared nowhere."""
    suite = ET.Element("testsuite", {"name": "In the view, not declared", "time": _NO_TIME})
    for row in rows:
        names = {"name": one_line(row.tenant_id), "classname": "mto (not declared)", "time": _NO_TIME}
        acceptance = accepted.get((row.tenant_id, row.verdict.reason, row.verdict.object))
        _fill(ET.SubElement(suite, "testcase", names), row.verdict, acceptance)
    _count(suite)
    return suite


def _properties(run: RunInfo, row: TenantRow) -> dict[str, str | None]:
    """Return what a reader of one suite wants to know beside its cases."""
    broken = {"first_broken": row.first_broken, "reason": row.reason} if row.first_broken else {}
    return {
        "tenant_id": row.tenant_id,
        "home_tenant_id": run.home_tenant_id,
        "operator": run.operator,
        "cloud": run.cloud,
        **broken,
    }


def _fill(case: ET.Element, verdict: Verdict | None, acceptance: Acceptance | None) -> None:
    """Put the result of a check into its case. One that was made for other tenants only is an error.

    A check that is broken by what somebody has accepted is skipped, and says why.
    """
    if verdict is None:
        ET.SubElement(case, "error", {"message": "Not looked at.", "type": "not_looked_at"})
        return
    message = one_line(verdict.message)
    if acceptance and verdict.broken:
        words = f"Accepted by {acceptance.owner} until {acceptance.until}: {acceptance.why}"
        ET.SubElement(case, "skipped", {"message": one_line(words)}).text = f"{message}\n{_body(verdict)}"
    elif verdict.breaks:
        kind = "failure" if verdict.status == "unmet" else "error"
        ET.SubElement(case, kind, {"message": message, "type": one_line(verdict.reason)}).text = _body(verdict)
    elif verdict.broken or not verdict.chosen:
        ET.SubElement(case, "skipped", {"message": message}).text = _body(verdict)
    doubts = [caveat for caveat in verdict.caveats if caveat.actionable]
    if doubts:
        ET.SubElement(case, "system-out").text = "\n\n".join(
            "\n".join((one_line(doubt.message), _body(doubt))) for doubt in doubts
        )


def _body(words: Verdict | Caveat) -> str:
    """Return who must do what, Microsoft's page, the reason, and what has to be resolved first."""
    lines = [words.remedy, words.doc_url, f"Reason: {words.reason}"]
    if isinstance(words, Verdict) and words.caused_by:
        lines.append(f"Cause: {words.caused_by}")
    return "\n".join(filter(None, map(one_line, lines)))


def _count(element: ET.Element) -> None:
    """Set how many cases there are below, and how they ended."""
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for attribute, tag in _COUNTED.items():
        element.set(attribute, str(sum(1 for case in cases if case.find(tag) is not None)))
