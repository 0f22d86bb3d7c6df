# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who acts first on a finding: the one place that takes a remedy apart. Pure."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding

_NO_ACTION: t.Final = re.compile(r"No action needed( here)?\.\s*")


class FirstStep(t.NamedTuple):
    """The first actor of a remedy. `group` is the same for the same role in each target tenant.

    `what` is what this actor does, `steps` is that and what others do later or instead.
    """

    actor: str
    group: str
    what: str
    steps: str


def first_step(finding: Finding) -> FirstStep:
    """Return who acts first, and what they do; without an actor where no action is needed."""
    idle = _NO_ACTION.match(finding.remedy)
    if idle:
        return _for_nobody(finding.remedy[idle.end() :])
    role, of, organization = finding.remedy.partition(" of ")
    # The tenant's name is looked for as a whole, because it may hold a colon.
    own = f"{finding.tenant_name}: "
    if of and ": " not in role and organization.startswith(own):
        actor, group, steps = f"{role} of {finding.tenant_name}", f"{role} of each tenant", organization[len(own) :]
    else:
        actor, colon, steps = finding.remedy.partition(": ")
        group = actor
        if not colon:
            return _for_nobody(finding.remedy)
    return FirstStep(actor, group, _until_next_actor(steps, finding.operator), steps)


def _for_nobody(what: str) -> FirstStep:
    return FirstStep("", "", what, what)


def _until_next_actor(steps: str, operator: str) -> str:
    """Return the steps of the first actor: those of the others come later, or instead."""
    next_actor = rf"(?<=\.) (?:Or )?(?:[A-Z][A-Za-z ]* of [^:]{{1,200}}|{re.escape(operator)}): "
    return re.split(next_actor, steps, maxsplit=1)[0]
