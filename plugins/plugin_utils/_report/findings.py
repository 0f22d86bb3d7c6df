# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings: each root cause in a tenant, once. Pure.

Four checks that nobody can make for want of consent are one finding.
"""

from __future__ import annotations

import dataclasses
import hashlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Severity, Status, Verdict


class _Candidate(t.NamedTuple):
    """What may become a finding: the link of the chain it belongs to, and the verdict or caveat that words it."""

    link: str
    severity: Severity
    status: Status
    words: Verdict | Caveat


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """Whom findings are about: a tenant, and the operator whose access was judged."""

    tenant_id: str
    name: str
    operator: str


def findings_of(subject: Subject, verdicts: Mapping[str, Verdict]) -> list[Finding]:
    """Return the findings about one tenant, in the order of the chain."""
    findings: dict[tuple[str, ...], Finding] = {}
    for candidate in _candidates(verdicts):
        finding = _finding(subject, candidate)
        known = findings.setdefault(_sameness(finding), finding)
        worst = max(known, finding, key=lambda same: (same.severity == "required", same.status == "unmet"))
        findings[_sameness(finding)] = dataclasses.replace(known, severity=worst.severity, status=worst.status)
    return list(findings.values())


def advice_of(subject: Subject, link: str, caveat: Caveat) -> Finding:
    """Return the finding of a caveat that belongs to no verdict."""
    return _finding(subject, _Candidate(link, "recommended", "unmet", caveat))


def _candidates(verdicts: Mapping[str, Verdict]) -> Iterator[_Candidate]:
    """Yield the root of every broken verdict, and the caveats that somebody has to act on, check by check.

    Every root is there, so that none is lost even where two verdicts name each other as the cause.
    """
    broken = [check for check, verdict in verdicts.items() if verdict.broken]
    roots = {root.check: root for root in (CHAIN.root_of(verdicts, check) for check in broken)}
    for check in sorted(verdicts, key=lambda check: check in roots and CHAIN.repeats_consent(roots[check])):
        verdict = verdicts[check]
        if check in roots:
            yield _Candidate(roots[check].link, verdict.severity, verdict.status, verdict)
        for caveat in verdict.caveats if verdict.chosen else ():
            if caveat.actionable:
                yield _Candidate(CHAIN.link_of(check), "recommended", verdict.status, caveat)


def _sameness(finding: Finding) -> tuple[str, ...]:
    """Return the key of a finding: two with the same key are one. Consent is given once, whatever it was missed for."""
    return ("consent", finding.remedy) if finding.check == "consent" else ("id", finding.id)


def _finding(subject: Subject, candidate: _Candidate) -> Finding:
    words = candidate.words
    identity = (subject.tenant_id, subject.operator.lower(), candidate.link, words.reason, words.object)
    return Finding(
        # A name may hold half a surrogate pair, which no encoding knows.
        id=hashlib.sha256("\n".join(identity).encode("utf-8", "backslashreplace")).hexdigest()[:20],
        tenant_id=subject.tenant_id,
        tenant_name=subject.name,
        operator=subject.operator,
        check=candidate.link,
        severity=candidate.severity,
        status=candidate.status,
        reason=words.reason,
        object=words.object,
        message=words.message,
        remedy=words.remedy,
        doc_url=words.doc_url,
    )
