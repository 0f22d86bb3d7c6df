# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module returns about one remedy of one tenant. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import JsonRow, Tenant
    from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look

# `planned`: in check mode. `changed`: written and read back. `unknown`: not read, or written and not seen.
RowStatus = t.Literal["planned", "changed", "unchanged", "waiting", "declined", "failed", "unknown"]


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One remedy of one tenant: what was found last, and the changes that were read back. `where` was written to."""

    tenant: Tenant
    remedy: str
    where: str
    reason: str
    status: RowStatus
    look: Look
    changed: bool = False
    changes: tuple[Look, ...] = ()

    @property
    def shown(self) -> tuple[Look, ...]:
        """What was changed, or would be."""
        return self.changes or ((self.look,) if self.status == "planned" else ())

    def as_dict(self) -> JsonRow:
        """Return a row of the module's `remedies`."""
        return {
            "tenant_id": self.tenant.tenant_id,
            "name": self.tenant.name,
            "remedy": self.remedy,
            "reason": self.reason,
            "status": self.status,
            "changed": self.changed,
            "where": self.where,
            "object": self.look.object,
            "message": self.look.message,
            # What a change has is for the case that it is refused, and the checks say what is left after it.
            "todo": "" if self.status in ("planned", "changed") else self.look.remedy.replace("{mto_}", option_name()),
            "since": self.look.since or None,
            "approval_url": self.look.approval_url or None,
            "mail": self.look.mail or None,
            "changes": [{"object": look.object, "before": look.before, "after": look.after} for look in self.shown],
        }
