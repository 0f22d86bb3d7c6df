# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who acts first on a finding: the one place that takes a remedy apart. Pure."""

from __future__ import annotations

import re
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding

# Whose people act: `none` where no action is needed, `microsoft` where Microsoft's service is still at work.
Organization = t.Literal["operator", "home", "partner", "target", "microsoft", "none"]
_NO_ACTION: t.Final = re.compile(r"No action needed( here)?\.\s*")
_MICROSOFT_WORKS: t.Final = "Run again"
_PARTNER: t.Final = "Partner administrator"


class FirstStep(t.NamedTuple):
    """The first actor of a remedy. `group` is the same for the same role in each target tenant.

    `what` is what this actor does, `steps` is that and what others do later or instead.
    """

    actor: str
    group: str
    what: str
    steps: str
    role: str = ""
    organization: Organization = "none"

    def as_dict(self) -> dict[str, str]:
        """Return who acts, as the report has it."""
        return {"name": self.actor, "role": self.role, "organization": self.organization}


def first_step(finding: Finding) -> FirstStep:
    """Return who acts first on a finding."""
    return split_remedy(finding.remedy, finding.tenant_name, finding.operator)


def split_remedy(remedy: str, tenant: str, operator: str) -> FirstStep:
    """Return who acts first, and what they do; without an actor where no action is needed."""
    idle = _NO_ACTION.match(remedy)
    if idle:
        return _for_nobody(remedy[idle.end() :])
    role, of, organization = remedy.partition(" of ")
    # The tenant's name is looked for as a whole, because it may hold a colon.
    own = f"{tenant}: "
    if of and ": " not in role and organization.startswith(own):
        actor, group, steps = f"{role} of {tenant}", f"{role} of each tenant", organization[len(own) :]
        return FirstStep(actor, group, _until_next_actor(steps, operator), steps, role, "target")
    actor, colon, steps = remedy.partition(": ")
    if not colon:
        return _for_nobody(remedy)
    role = actor.partition(" of ")[0]
    where: Organization = "partner" if role == _PARTNER else "home"
    where = "operator" if actor == operator else where
    return FirstStep(actor, actor, _until_next_actor(steps, operator), steps, role, where)


def _for_nobody(what: str) -> FirstStep:
    return FirstStep("", "", what, what, "", "microsoft" if what.startswith(_MICROSOFT_WORKS) else "none")


def _until_next_actor(steps: str, operator: str) -> str:
    """Return the steps of the first actor: those of the others come later, or instead."""
    next_actor = rf"(?<=\.) (?:Or )?(?:[A-Z][A-Za-z ]* of [^:]{{1,200}}|{re.escape(operator)}): "
    return re.split(next_actor, steps, maxsplit=1)[0]
