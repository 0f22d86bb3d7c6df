# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three sentences that a report begins with: how many are in order, what changed since, what to do first. Pure."""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.text import listed_words, one_line
from ansible_collections.m365.defender.plugins.module_utils._core.times import minute_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import actors

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, TenantRow

# `unmet`: somebody said no. `unknown`: it could not be checked. `partly`: nothing is broken, but not all was looked at.
State = t.Literal["unmet", "unknown", "partly", "met"]
STATES: t.Final[dict[State, str]] = {
    "unmet": "needs work",
    "unknown": "could not be checked",
    "partly": "partly checked",
    "met": "in order",
}


def state_of(row: TenantRow) -> State:
    """Return how a tenant is: never in order where something was not looked at or could not be read."""
    root = CHAIN.first_broken(row.verdicts)
    if root is not None:
        return "unmet" if row.verdicts[root.check].status == "unmet" else "unknown"
    return "met" if row.eligible else "partly"


def headline(report: Report) -> list[str]:
    """Return the three sentences. What others have named is in them, so that no address in them may become a link."""
    # The tenants are as the operator reaches them, not their colleagues.
    whose = f"{one_line(report.operators[0].name)}: " if report.operators else ""
    return [f"{whose}{_in_order(report)}", _changed(report), _first(report)]


def _in_order(report: Report) -> str:
    states = collections.Counter(state_of(row) for row in report.tenants)
    number = len(report.tenants)
    if not number:
        return "No tenant is declared."
    if states["met"] == number:
        return "The tenant is in order." if number == 1 else f"All {number} tenants are in order."
    if number == 1:
        return {
            "unmet": "The tenant needs work.",
            "unknown": "The tenant could not be checked.",
            "partly": "Nothing is broken in the tenant, but not everything was looked at.",
        }[next(iter(states))]
    rest: dict[State, tuple[str, str]] = {
        "unmet": ("needs work", "need work"),
        "unknown": ("could not be checked", "could not be checked"),
        "partly": ("was looked at in part", "were looked at in part"),
    }
    parts = [f"{states[key]} {words[states[key] > 1]}" for key, words in rest.items() if states[key]]
    return f"{states['met']} of {number} tenants are in order: {listed_words(parts)}."


def _changed(report: Report) -> str:
    changes = report.changes
    if changes.not_compared:
        return changes.not_compared
    if changes.previous_at is None:
        return "There is no earlier run to compare with."
    since = f"Since the run of {minute_of(changes.previous_at)}"
    if changes.nothing:
        return f"{since}, nothing changed."
    findings = {"new": changes.new, "resolved": changes.resolved, "unread this time": changes.unread}
    parts = [f"{number} {word}" for word, number in findings.items() if number]
    tenants = {"worse": changes.worse, "better": changes.better}
    moved = [f"{number} {word}" for word, number in tenants.items() if number]
    sentences = [
        *([f"findings: {listed_words(parts)}"] if parts else []),
        *([f"tenants: {listed_words(moved)}"] if moved else []),
        *([f"no longer looked for: {changes.left_out}"] if changes.left_out else []),
    ]
    return f"{since}: {'; '.join(sentences)}."


def _first(report: Report) -> str:
    first = next(iter(actors(report)), None)
    if first:
        return f"First: {first.title}. {first.text}"
    waiting = [finding for finding in report.findings if finding.state != "accepted"]
    return "Nothing is urgent; there is advice below." if waiting else "No action is needed."
