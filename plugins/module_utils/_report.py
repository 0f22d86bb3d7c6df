# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: one model that every other format is made from. Pure; plain data in, plain data out.

Findings are told by their root: four requirements that nobody can read for want of consent are one finding.
"""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._model import CHAIN

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Row = Mapping[str, t.Any]

FAIL_ON: t.Final = ("required", "recommended", "unknown", "registration")
_BROKEN: t.Final = ("unmet", "unknown")
_RECOMMENDED_LAST: t.Final = (*CHAIN, "mfa_trust")


def make_report(
    requirements: Mapping[str, Row], *, generated_at: str, home_tenant_id: str, operator: str, cloud: str
) -> dict[str, t.Any]:
    """The report of a run. What it did not look at (access, registration) is None, never a number that looks good."""
    tenants = [_tenant_row(row) for row in requirements.values()]
    findings = [finding for row in tenants for finding in _findings(row, operator)]
    return {
        "generated_at": generated_at,
        "home_tenant_id": home_tenant_id,
        "operator": operator,
        "cloud": cloud,
        "summary": {
            "declared": len(tenants),
            "ready": sum(1 for row in tenants if row["ready"]),
            "verified": None,
            "eligible": None,
            "registered": None,
            "findings": len(findings),
        },
        "tenants": tenants,
        "findings": findings,
    }


def _tenant_row(row: Row) -> dict[str, t.Any]:
    return {
        "tenant_id": row["tenant_id"],
        "name": row["name"],
        "ready": row["ready"],
        "first_broken": row["first_broken"],
        "reason": row["reason"],
        "requirements": row["requirements"],
        "access": None,
        "registration": None,
    }


def _findings(row: Row, operator: str) -> list[dict[str, t.Any]]:
    """What somebody has to act on in one tenant: roots first, in the order of the chain, each once."""
    found: dict[str, dict[str, t.Any]] = {}
    for check, verdict in _in_chain_order(row["requirements"]):
        if verdict["status"] in _BROKEN and not _explained(row["requirements"], verdict):
            link = verdict["caused_by"] if verdict["caused_by"] not in row["requirements"] else None
            _keep_worst(found, _finding(row, operator, link or check, verdict))
        for caveat in verdict["caveats"]:
            if caveat["to_act_on"]:
                told = {"severity": "recommended", "status": verdict["status"], **caveat}
                _keep_worst(found, _finding(row, operator, check, told))
    return list(found.values())


def _in_chain_order(requirements: Mapping[str, Row]) -> Iterator[tuple[str, Row]]:
    return iter(sorted(requirements.items(), key=lambda item: _RECOMMENDED_LAST.index(item[0])))


def _explained(requirements: Mapping[str, Row], verdict: Row) -> bool:
    """Is the cause a broken verdict of its own, which has its own finding?"""
    cause = requirements.get(verdict["caused_by"] or "")
    return cause is not None and cause["status"] in _BROKEN


def _keep_worst(found: dict[str, dict[str, t.Any]], finding: dict[str, t.Any]) -> None:
    """One finding per id; if a required and a recommended check share a root, it is a required one."""
    known = found.setdefault(finding["id"], finding)
    if finding["severity"] == "required":
        known["severity"] = "required"


def _finding(row: Row, operator: str, check: str, told: Row) -> dict[str, t.Any]:
    identity = (row["tenant_id"], operator.lower(), check, told["reason"], told["object"])
    return {
        "id": hashlib.sha256("\n".join(identity).encode()).hexdigest()[:20],
        "tenant_id": row["tenant_id"],
        "tenant_name": row["name"],
        "operator": operator,
        "check": check,
        "severity": told["severity"],
        "status": told["status"],
        "reason": told["reason"],
        "object": told["object"],
        "message": told["message"],
        "remedy": told["remedy"],
        "doc_url": told["doc_url"],
    }


def failing_findings(report: Row, fail_on: Sequence[str]) -> list[dict[str, t.Any]]:
    """The findings that fail a run by `mto_fail_on`. Raises OptionError for a word that is not one of its choices."""
    unknown = [word for word in fail_on if word not in FAIL_ON]
    if unknown:
        raise OptionError(f"mto_fail_on: '{unknown[0]}' is not a choice; choose among {', '.join(FAIL_ON)}.")
    return [finding for finding in report["findings"] if _class_of(finding) in fail_on]


def _class_of(finding: Row) -> str:
    if finding["check"] == "registration":
        return "registration"
    if finding["severity"] == "recommended":
        return "recommended"
    return "unknown" if finding["status"] == "unknown" else "required"


_LABELS: t.Final = {"required": "NOT MET", "unknown": "UNKNOWN", "recommended": "advice", "registration": "VIEW"}
# A longer name breaks the column and not the line.
WIDEST_NAME: t.Final = 32


def summary_lines(report: Row) -> list[str]:
    """The report at a glance: how many are in order, then a line for each tenant that is not: who must do what."""
    by_tenant: dict[str, list[Row]] = {}
    for finding in report["findings"]:
        by_tenant.setdefault(finding["tenant_id"], []).append(finding)
    urgent = [rows for rows in by_tenant.values() if _urgent(rows)]
    advice = [rows for rows in by_tenant.values() if not _urgent(rows)]
    width = max((len(rows[0]["tenant_name"]) for rows in by_tenant.values()), default=0)
    declared, ready = report["summary"]["declared"], report["summary"]["ready"]
    head = f"{ready} of {declared} tenants meet every requirement; {len(urgent)} do not, {len(advice)} have advice."
    return [head, *(_line(rows, min(width, WIDEST_NAME)) for rows in (*urgent, *advice))]


def _urgent(rows: Sequence[Row]) -> bool:
    return any(row["severity"] == "required" for row in rows)


def _line(rows: Sequence[Row], width: int) -> str:
    """The first broken link of one tenant, and how much more there is. A name is foreign: it stays on its line."""
    first = next((row for row in rows if row["severity"] == "required"), rows[0])
    more = f" (+{len(rows) - 1} more)" if len(rows) > 1 else ""
    name = " ".join(first["tenant_name"].split())
    remedy = " ".join(first["remedy"].split())
    return f"{_LABELS[_class_of(first)]:<8} {name:<{width}}  {first['reason']}{more}: {remedy}"
