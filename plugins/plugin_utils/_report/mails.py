# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mails to those who have to act, to copy: plain text, one for each actor. One to a customer names no other. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import end_with_stop, one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._core.times import day_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.grouped import grouped

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, RunInfo
    from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import Work

# What a person can read in one mail; the rest is in the report.
_MOST_TASKS: t.Final = 20
_WIDEST_NAME: t.Final = 80


class Mail(t.NamedTuple):
    """To whom, and what: `text` has lines, each of them made harmless."""

    to: str
    subject: str
    text: str


def mails_of(work: Work, run: RunInfo) -> list[Mail]:
    """Return a mail for each person or role that acts; none where nobody has to."""
    # Two customers can have the same name.
    actors = grouped(
        (finding for finding in work.findings if first_step(finding).actor),
        lambda finding: (first_step(finding).actor, finding.tenant_id if work.organization == "target" else ""),
    )
    return [_mail(findings, run) for findings in actors.values()]


def _mail(findings: Sequence[Finding], run: RunInfo) -> Mail:
    to = shortened(one_line(first_step(findings[0]).actor), _WIDEST_NAME * 2)
    tenants = list(dict.fromkeys(shortened(one_line(row.tenant_name), _WIDEST_NAME) for row in findings))
    where = tenants[0] if len(tenants) == 1 else f"{len(tenants)} tenants"
    number = "1 task" if len(findings) == 1 else f"{len(findings)} tasks"
    left = len(findings) - _MOST_TASKS
    more = [f"And {left} more: see the report."] if left > 0 else []
    why = (
        f"we check our access to {where} for Microsoft Defender multitenant management. The check of"
        f" {day_of(run.generated_at)} found {number} for you ({to}). Please reply when it is done, and we check again."
    )
    lines = [
        "Hello,",
        "",
        why,
        *(line for number, row in enumerate(findings[:_MOST_TASKS], 1) for line in _task(number, row)),
        *(["", *more] if more else []),
        "",
        f"Operator: {one_line(run.operator)}",
        f"Home tenant: {' '.join(filter(None, (one_line(run.home_tenant_name), one_line(run.home_tenant_id))))}",
    ]
    return Mail(to, f"Defender access to {where}: {number}", "\n".join(lines))


def _task(number: int, finding: Finding) -> list[str]:
    step = one_line(first_step(finding).steps)
    tenant = f"Tenant: {one_line(finding.tenant_name)} ({one_line(finding.tenant_id)})"
    return [
        "",
        f"{number}. {one_line(finding.message)}",
        f"   To do: {end_with_stop(step[:1].upper() + step[1:])}",
        f"   {tenant}",
        f"   Microsoft's page: {one_line(finding.doc_url)}",
        f"   Reference: {one_line(finding.id)} ({one_line(finding.reason)})",
    ]
