# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings: what somebody has to act on in one tenant, told by its root and once. Pure, on plain rows.

Four checks that nobody can make for want of consent are one finding.
"""

from __future__ import annotations

import hashlib
import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.chain import (
    is_broken,
    is_chosen,
    is_second_word,
    link_of,
    root_of,
    verdicts_of,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Row = Mapping[str, t.Any]
    Finding = dict[str, t.Any]

# The kinds of findings, in the order in which a reader wants them, with their headings.
KINDS: t.Final = {
    "access_lost": "Access lost",
    "not_met": "Not met",
    "registration": "Not in the view as declared",
    "not_checked": "Could not check",
    "advice": "Advice",
}
_WAYS_IN: t.Final = ("consent", "access", "sign_in", "defender")


def findings_of(row: Row, operator: str) -> list[Finding]:
    """The findings of one row of the report, in the order of the chain."""
    found: dict[tuple[str, ...], Finding] = {}
    for told in _told(row):
        finding = _finding(row, operator, told)
        _keep_worst(found.setdefault(_sameness(finding), finding), finding)
    return [{**finding, "kind": kind_of(finding)} for finding in found.values()]


def _told(row: Row) -> Iterator[Row]:
    """What is worth a finding, check by check: the root of a broken verdict, and caveats that somebody has to act on.

    The root of every broken verdict is told, so none is lost even where two verdicts name each other as the cause.
    """
    verdicts = verdicts_of(row)
    roots = {root.check: root for root in (root_of(verdicts, c) for c, v in verdicts.items() if is_broken(v))}
    for check in sorted(verdicts, key=lambda check: check in roots and is_second_word(roots[check])):
        verdict = verdicts[check]
        if check in roots:
            yield {**verdict, "check": roots[check].link}
        for caveat in verdict["caveats"] if is_chosen(verdict) else ():
            if caveat["actionable"]:
                yield {**caveat, "check": link_of(check), "severity": "recommended", "status": verdict["status"]}


def _sameness(finding: Finding) -> tuple[str, ...]:
    """Two findings with the same key are one. Consent is given once, whatever it was missed for."""
    return ("consent", finding["remedy"]) if finding["check"] == "consent" else ("id", finding["id"])


def _keep_worst(known: Finding, finding: Finding) -> None:
    """If a required and a recommended check share a root, it is a required one; what is unmet is no mere doubt."""
    if _badness(finding) > _badness(known):
        known.update(severity=finding["severity"], status=finding["status"])


def _badness(finding: Finding) -> tuple[bool, bool]:
    return finding["severity"] == "required", finding["status"] == "unmet"


def _finding(row: Row, operator: str, told: Row) -> Finding:
    identity = (row["tenant_id"], operator.lower(), told["check"], told["reason"], told["object"])
    return {
        # A name may hold half a surrogate pair, which no encoding knows.
        "id": hashlib.sha256("\n".join(identity).encode("utf-8", "backslashreplace")).hexdigest()[:20],
        "tenant_id": row["tenant_id"],
        "tenant_name": row["name"],
        "operator": operator,
        "check": told["check"],
        "severity": told["severity"],
        "status": told["status"],
        "reason": told["reason"],
        "object": told["object"],
        "message": told["message"],
        "remedy": told["remedy"],
        "doc_url": told["doc_url"],
    }


def kind_of(finding: Row) -> str:
    """The kind of a finding: a key of KINDS. What is only recommended is advice, whatever its status."""
    if finding["severity"] == "recommended":
        return "advice"
    if finding["status"] == "unknown":
        return "not_checked"
    if finding["check"] == "registration":
        return "registration"
    return "access_lost" if finding["check"] in _WAYS_IN else "not_met"
