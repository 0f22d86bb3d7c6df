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

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_time
from ansible_collections.m365.defender.plugins.plugin_utils._report.chain import (
    breaks,
    is_broken,
    is_chosen,
    shown_checks,
    verdicts_of,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Row = Mapping[str, t.Any]

# The report does not measure how long a check took.
_NO_TIME: t.Final = "0"
_COUNTED: t.Final = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def report_junit(report: Row) -> str:
    """The text of the XML file, with its declaration. Characters that XML 1.0 forbids are left out."""
    root = ET.Element("testsuites", {"name": "m365.defender", "time": _NO_TIME})
    checks = shown_checks(report)
    for row, classname in zip(report["tenants"], _class_names(report["tenants"]), strict=True):
        root.append(_suite(report, row, classname, checks))
    if report.get("undeclared"):
        root.append(_undeclared(report))
    _count(root)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _class_names(tenants: Sequence[Row]) -> list[str]:
    """`mto.<name>`, each of them once: GitLab takes cases of the same class and name for one.

    Jenkins takes what stands before the last dot for a package, so a dot of the name becomes a space.
    """
    ids = [f" ({one_line(row['tenant_id'])})" for row in tenants]
    names = [one_line(one_line(row["name"]).replace(".", " ")) for row in tenants]
    times = collections.Counter(names)
    # A name that looks as if it had an id behind it gets one, so that it stays apart from the one that has.
    plain = [name != "" and times[name] == 1 and not name.endswith(tuple(ids)) for name in names]
    return [f"mto.{name}" + ("" if alone else own) for name, own, alone in zip(names, ids, plain, strict=True)]


def _suite(report: Row, row: Row, classname: str, checks: Sequence[str]) -> ET.Element:
    suite = ET.Element("testsuite", {"name": one_line(row["name"]) or row["tenant_id"], "time": _NO_TIME})
    moment = utc_time(report["generated_at"])
    if moment is not None:
        suite.set("timestamp", moment.replace(tzinfo=None).isoformat(timespec="seconds"))
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report, row).items():
        ET.SubElement(properties, "property", {"name": name, "value": one_line(value)})
    verdicts = verdicts_of(row)
    for check in checks:
        case = ET.SubElement(suite, "testcase", {"name": check, "classname": classname, "time": _NO_TIME})
        _tell(case, verdicts.get(check))
    _count(suite)
    return suite


def _undeclared(report: Row) -> ET.Element:
    """What stands in the view and is declared nowhere: a suite of its own."""
    rows = report["undeclared"]
    suite = ET.Element("testsuite", {"name": "In the view, not declared", "time": _NO_TIME})
    for row in rows:
        names = {"name": one_line(row["tenant_id"]), "classname": "mto (not declared)", "time": _NO_TIME}
        _tell(ET.SubElement(suite, "testcase", names), row["registration"])
    _count(suite)
    return suite


def _properties(report: Row, row: Row) -> dict[str, t.Any]:
    """What a reader of one suite wants to know beside its cases."""
    run = {name: report[name] for name in ("home_tenant_id", "operator", "cloud")}
    broken = {"first_broken": row["first_broken"], "reason": row["reason"]} if row["first_broken"] else {}
    return {"tenant_id": row["tenant_id"], **run, **broken}


def _tell(case: ET.Element, verdict: Row | None) -> None:
    """What came of a check. One that was not made for this tenant, though for others, is an error."""
    if verdict is None:
        ET.SubElement(case, "error", {"message": "Not looked at.", "type": "not_looked_at"})
        return
    message = one_line(verdict["message"])
    if breaks(verdict):
        kind = "failure" if verdict["status"] == "unmet" else "error"
        ET.SubElement(case, kind, {"message": message, "type": one_line(verdict["reason"])}).text = _body(verdict)
    elif is_broken(verdict) or not is_chosen(verdict):
        ET.SubElement(case, "skipped", {"message": message}).text = _body(verdict)
    doubts = [caveat for caveat in verdict["caveats"] if caveat["actionable"]]
    if doubts:
        ET.SubElement(case, "system-out").text = "\n\n".join(
            "\n".join((one_line(doubt["message"]), _body(doubt))) for doubt in doubts
        )


def _body(told: Row) -> str:
    """Who must do what, Microsoft's page, the reason, and what has to be mended first."""
    lines = [told["remedy"], told["doc_url"], f"Reason: {told['reason']}"]
    if told.get("caused_by"):
        lines.append(f"Cause: {told['caused_by']}")
    return "\n".join(filter(None, map(one_line, lines)))


def _count(element: ET.Element) -> None:
    """How many cases there are below, and how they ended."""
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    for attribute, tag in _COUNTED.items():
        element.set(attribute, str(sum(1 for case in cases if case.find(tag) is not None)))
