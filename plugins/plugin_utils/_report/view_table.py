# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The multitenant view beside the tenant list, and the tenant groups: what the portal offers and holds."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.masked import require_unmasked

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields


@dataclasses.dataclass(frozen=True, slots=True)
class ViewRow:
    """One tenant: in the list, in the portal's picker, in the view, in which groups. None is what nobody said."""

    tenant_id: str
    name: str
    declared: bool | None
    offered: bool | None
    registered: bool | None
    lost_access: bool | None
    groups: tuple[str, ...] | None

    @classmethod
    def from_fields(cls, fields: Fields) -> ViewRow:
        """Return a row of the module or of a report. Raises OptionError."""
        return cls(
            tenant_id=fields.text("tenant_id"),
            name=fields.text("name"),
            declared=fields.optional_flag("declared"),
            offered=fields.optional_flag("offered"),
            registered=fields.optional_flag("registered"),
            lost_access=fields.optional_flag("lost_access"),
            groups=fields.optional_texts("groups"),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class GroupRow:
    """A tenant group; `hidden` counts its tenants that this person cannot see."""

    name: str
    tenant_ids: tuple[str, ...]
    hidden: int

    @classmethod
    def from_fields(cls, fields: Fields) -> GroupRow:
        """Return a row of the module or of a report. Raises OptionError."""
        return cls(fields.text("name"), fields.texts("tenant_ids"), fields.number("hidden"))


@dataclasses.dataclass(frozen=True, slots=True)
class ViewTable:
    """All rows. `groups` is None where the groups were not read."""

    rows: tuple[ViewRow, ...]
    groups: tuple[GroupRow, ...] | None

    def as_dict(self) -> dict[str, object]:
        """Return the fields."""
        return dataclasses.asdict(self)

    @classmethod
    def from_fields(cls, fields: Fields) -> ViewTable:
        """Return the table of a report. Raises OptionError."""
        return _table(fields, "rows", "groups")

    @classmethod
    def from_result(cls, result: Fields) -> ViewTable | None:
        """Return the table of the result of `mto_tenant`, None where the view was not read. Raises OptionError."""
        if result.optional_rows("view") is None:
            return None
        require_unmasked("view", result.value("view"))
        table = _table(result, "view", "tenant_groups")
        return table if any(row.registered is not None for row in table.rows) else None


def _table(fields: Fields, rows: str, groups: str) -> ViewTable:
    group_rows = fields.optional_rows(groups)
    return ViewTable(
        tuple(ViewRow.from_fields(row) for row in fields.rows(rows)),
        None if group_rows is None else tuple(GroupRow.from_fields(row) for row in group_rows),
    )
