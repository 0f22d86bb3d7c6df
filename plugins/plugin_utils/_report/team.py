# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The people of a team in a report: a row for each of them, with a cell for each tenant."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import TenantRow


@dataclasses.dataclass(frozen=True, slots=True)
class Cell:
    """One tenant as one person reaches it. `checks` are the statuses of the checks that counted.

    `eligible` is None where access was not looked at; `unready` is the first broken link of the requirements alone;
    `unread` are the reasons of advice that could not be judged.
    """

    tenant_id: str
    tenant_name: str
    ready: bool
    eligible: bool | None
    first_broken: str | None
    reason: str | None
    unready: str | None
    unready_reason: str | None
    checks: Mapping[str, str]
    unread: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[str, str] | None:
        """The link and the reason that a table shows: why the tenant is not ready, which outweighs a sign-in that only
        the person can prove, or else where the chain breaks first."""
        link, reason = (self.unready, self.unready_reason) if self.unready else (self.first_broken, self.reason)
        return None if link is None else (link, str(reason))

    def as_dict(self) -> dict[str, object]:
        """Return the fields; `unread` is left out where it is empty."""
        row = dataclasses.asdict(self)
        return row if row.pop("unread") == () else {**row, "unread": list(self.unread)}

    @classmethod
    def from_fields(cls, fields: Fields, name: str = "tenant_name") -> Cell:
        """Return a cell of a report, or of the module, where `name` is another field. Raises OptionError."""
        checks, value = fields.row("checks"), fields.value("checks")
        return cls(
            tenant_id=fields.text("tenant_id"),
            tenant_name=fields.text(name),
            ready=fields.flag("ready"),
            eligible=fields.optional_flag("eligible"),
            first_broken=fields.optional_text("first_broken"),
            reason=fields.optional_text("reason"),
            unready=fields.optional_text("unready"),
            unready_reason=fields.optional_text("unready_reason"),
            checks={check: checks.text(check) for check in t.cast("Mapping[str, object]", value)},
            unread=fields.optional_texts("unread") or (),
        )

    @classmethod
    def of(cls, row: TenantRow) -> Cell:
        """Return the operator's cell. The view comes later: it breaks nothing here."""
        broken, unready = row.first_broken != "registration", CHAIN.first_broken(row.requirements)
        return cls(
            tenant_id=row.tenant_id,
            tenant_name=row.name,
            ready=row.ready,
            eligible=row.eligible,
            first_broken=row.first_broken if broken else None,
            reason=row.reason if broken else None,
            unready=unready.link if unready else None,
            unready_reason=row.requirements[unready.check].reason if unready else None,
            checks={
                check: verdict.status
                for check, verdict in row.verdicts.items()
                if verdict.chosen and check != "registration"
            },
            unread=tuple(reason for verdict in row.verdicts.values() if verdict.chosen for reason in verdict.unread),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class AnalystRow:
    """One person of the team and every tenant."""

    operator: str
    name: str
    cells: tuple[Cell, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the fields; the cells are `tenants`."""
        return {
            "operator": self.operator,
            "name": self.name,
            "ready": sum(1 for cell in self.cells if cell.ready),
            "eligible": sum(1 for cell in self.cells if cell.eligible),
            "tenants": [cell.as_dict() for cell in self.cells],
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> AnalystRow:
        """Return a row of a report. Raises OptionError."""
        cells = tuple(Cell.from_fields(row) for row in fields.rows("tenants"))
        return cls(fields.text("operator"), fields.text("name"), cells)
