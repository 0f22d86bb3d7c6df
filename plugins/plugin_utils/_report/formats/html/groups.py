# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings by who has to act and why, so that a sentence about many tenants is there once. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.details import MARKS
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import KINDS
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import marked

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding

_SHORTEST_NAME: t.Final = 3


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
    """Findings of the same kind, actor and reason."""

    actor: str
    reason: str
    number: int
    remedies: list[Remedy]


def findings_by_kind(findings: Sequence[Finding]) -> dict[str, list[Group]]:
    """Return the groups below their headings, those of many tenants first. A heading without any is left out."""
    kinds: dict[str, list[Group]] = {}
    for kind, title in KINDS.items():
        alike: dict[tuple[str, str], list[Finding]] = {}
        for finding in findings:
            if finding.kind == kind:
                alike.setdefault((first_step(finding).group, finding.reason), []).append(finding)
        if alike:
            kinds[title] = sorted(map(_group, alike.values()), key=lambda group: -group.number)
    return kinds


def _group(findings: list[Finding]) -> Group:
    step, remedies = first_step(findings[0]), _alike(findings, "remedy")
    actor = step.group if len(findings) > 1 else step.actor
    return Group(actor, findings[0].reason, len(findings), [_remedy(same) for same in remedies])


def _remedy(findings: list[Finding]) -> Remedy:
    first = findings[0]
    name, places = one_line(first.tenant_name), []
    for same in _alike(findings, "message"):
        places += [Place(finding, "" if index else finding.message) for index, finding in enumerate(same)]
    if len(findings) > 1 and len(name) > _SHORTEST_NAME:
        return Remedy(one_line(first.remedy).replace(name, "each tenant"), "", first.doc_url, places)
    return Remedy(first.remedy, first.tenant_name, first.doc_url, places)


def _alike(findings: Iterable[Finding], field: str) -> list[list[Finding]]:
    """Return the findings by the words of a field, which are the same but for the tenant's name."""
    alike: dict[str, list[Finding]] = {}
    for finding in findings:
        words = marked(one_line(getattr(finding, field)), one_line(finding.tenant_name), "", MARKS)
        alike.setdefault(words, []).append(finding)
    return list(alike.values())
