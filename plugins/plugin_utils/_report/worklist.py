# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to do what: a row for each actor, with all remedies by reason. A sentence about many tenants is there once.

Pure. What somebody has accepted is not work.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.grouped import grouped
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import KINDS
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import marked

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import Organization
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding

# No text on one line holds them. They stand for a tenant's own name and id; the page's script knows them, too.
MARKS: t.Final = ("\x01", "\x02")
# A name as short as a word of the sentence stays in it.
SHORTEST_NAME: t.Final = 3
# So few waiting tenants do not change the order.
_FEW: t.Final = 3
URGENCY: t.Final = {kind: index for index, kind in enumerate(KINDS)}
_MICROSOFT: t.Final = "Microsoft"
NOBODY: t.Final = "No action needed now"


class Place(t.NamedTuple):
    """A finding in its group; `message` is empty where it says the same as the one before."""

    finding: Finding
    message: str


class Remedy(t.NamedTuple):
    """What to do, in whose words it is, and where."""

    text: str
    name: str
    doc_url: str
    places: list[Place]


class Group(t.NamedTuple):
    """Findings of the same kind, actor and reason. `kind` is its heading."""

    kind: str
    reason: str
    number: int
    remedies: list[Remedy]


class Work(t.NamedTuple):
    """All that one actor has to do; the same role in each target tenant is one actor.

    `since` is when the oldest of the findings was first seen. `urgent` counts what is not only advice.
    """

    title: str
    organization: Organization
    findings: list[Finding]
    tenants: int
    urgent: int
    new: int
    since: str
    groups: list[Group]


def worklist(findings: Iterable[Finding]) -> list[Work]:
    """Return who has to act: first who keeps many tenants waiting, then the urgent. Advice and nobody come last."""
    actors = grouped((finding for finding in findings if finding.state != "accepted"), _acting)
    return sorted((_work(title, own) for title, own in actors.items()), key=_rank)


def _acting(finding: Finding) -> str:
    step = first_step(finding)
    return one_line(step.group) or (_MICROSOFT if step.organization == "microsoft" else NOBODY)


def _work(group: str, findings: list[Finding]) -> Work:
    steps = [first_step(finding) for finding in findings]
    urgent_first = sorted(findings, key=lambda finding: URGENCY[finding.kind])
    kinds = grouped(urgent_first, lambda finding: (KINDS[finding.kind], finding.reason))
    alone = len({step.actor for step in steps}) == 1
    return Work(
        title=one_line(steps[0].actor) or group if alone else group,
        organization=steps[0].organization,
        findings=findings,
        tenants=len({finding.tenant_id for finding in findings}),
        urgent=sum(1 for finding in findings if finding.kind != "advice"),
        new=sum(1 for finding in findings if finding.state == "new"),
        since=min((finding.first_seen for finding in findings if finding.first_seen), default=""),
        groups=[_group(heading, alike) for (heading, _reason), alike in kinds.items()],
    )


def _rank(work: Work) -> tuple[bool, bool, int, int, int]:
    waiting = {finding.tenant_id for finding in work.findings if finding.kind not in ("advice", "registration")}
    alone = work.organization != "target" and len(waiting) > _FEW
    urgency = min(URGENCY[finding.kind] for finding in work.findings)
    nobody = work.organization in ("microsoft", "none")
    return nobody, not work.urgent, -len(waiting) if alone else 0, urgency, -work.tenants


def _group(kind: str, findings: list[Finding]) -> Group:
    remedies = [_remedy(same) for same in _alike(findings, "remedy")]
    return Group(kind, findings[0].reason, len(findings), remedies)


def _remedy(findings: list[Finding]) -> Remedy:
    first = findings[0]
    name, places = one_line(first.tenant_name), []
    for same in _alike(findings, "message"):
        places += [Place(finding, "" if index else finding.message) for index, finding in enumerate(same)]
    if len(findings) > 1 and len(name) > SHORTEST_NAME:
        return Remedy(one_line(first.remedy).replace(name, "each tenant"), "", first.doc_url, places)
    return Remedy(first.remedy, first.tenant_name, first.doc_url, places)


def _alike(findings: Sequence[Finding], field: str) -> list[list[Finding]]:
    """Return the findings by the words of a field, which are the same but for the tenant's name."""
    alike = grouped(findings, lambda row: marked(one_line(getattr(row, field)), one_line(row.tenant_name), "", MARKS))
    return list(alike.values())
