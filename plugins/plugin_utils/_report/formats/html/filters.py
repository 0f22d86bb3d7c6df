# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the matrix of the page can be filtered by. Pure.

A row has a class for each choice that shows it, and the style sheet has a rule for each choice: no script is needed.
"""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import shortened
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.charts import method_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.headline import STATES, state_of

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, TenantRow
    from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import Work

_WIDEST: t.Final = 60


class Choice(t.NamedTuple):
    """What can be chosen; `token` is the class of the rows that it shows."""

    token: str
    label: str
    number: int


class Filter(t.NamedTuple):
    """A list of choices. One with a single choice would change nothing and is left out of the page."""

    name: str
    label: str
    choices: list[Choice]


class Filters(t.NamedTuple):
    """All lists, and the classes of each tenant's row, by its place in the report."""

    filters: list[Filter]
    tokens: list[str]


def filters_of(report: Report, works: Sequence[Work]) -> Filters:
    """Return what the tenants can be filtered by: state, reason, who acts, and access method."""
    acting: dict[str, list[str]] = {}
    reasons: dict[str, list[str]] = {}
    for work in works:
        for finding in work.findings:
            acting.setdefault(finding.tenant_id, []).append(work.title)
            reasons.setdefault(finding.tenant_id, []).append(finding.reason)
    fields: dict[str, tuple[str, t.Callable[[TenantRow], Iterable[str]]]] = {
        "state": ("State", lambda row: [STATES[state_of(row)]]),
        "actor": ("Who acts", lambda row: acting.get(row.tenant_id, ())),
        "reason": ("Reason", lambda row: reasons.get(row.tenant_id, ())),
        "method": ("Access method", lambda row: [method_of(row)]),
    }
    tokens: list[list[str]] = [[] for _row in report.tenants]
    filters = []
    for name, (label, labels_of) in fields.items():
        rows = [dict.fromkeys(labels_of(row)) for row in report.tenants]
        numbers = collections.Counter(value for labels in rows for value in labels)
        ordered = sorted(numbers, key=lambda value: (-numbers[value], value))
        if name == "state":
            ordered = [label for label in STATES.values() if numbers[label]]
        ids = {value: f"{name[0]}{number}" for number, value in enumerate(ordered)}
        filters.append(Filter(name, label, [Choice(ids[v], shortened(v, _WIDEST), numbers[v]) for v in ids]))
        for own, labels in zip(tokens, rows, strict=True):
            own += [ids[value] for value in labels]
    return Filters([known for known in filters if len(known.choices) > 1], [" ".join(own) for own in tokens])
