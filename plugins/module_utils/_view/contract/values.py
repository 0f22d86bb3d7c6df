# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values that the placeholders of a contract are filled with: what the portal has just answered. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True)
class PlaceholderValues:
    """What placeholders are filled with. `rows` are the portal's own, by lower-case tenant id.

    The answers hold the session's etag, so they are not shown. `offered` are the ids in the picker, in its order,
    `declared` those of the tenant list.
    """

    home_tenant_id: str
    picker: object = dataclasses.field(repr=False)
    effective: object = dataclasses.field(repr=False)
    rows: Mapping[str, Mapping[str, object]] = dataclasses.field(repr=False)
    offered: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()
    # The row of the same group in the list of tenant groups, whose session it is, and the header ETag of `effective`.
    group: object = dataclasses.field(default=None, repr=False)
    context: object = dataclasses.field(default=None, repr=False)
    effective_etag: object = dataclasses.field(default=None, repr=False)

    @property
    def tenant_ids(self) -> frozenset[str]:
        """Return the ids of all tenants that are known."""
        return frozenset({self.home_tenant_id, *self.rows, *self.declared})

    @property
    def answers(self) -> Mapping[str, object]:
        """Return the portal's answers by the names of their placeholders."""
        return {
            "picker": self.picker,
            "effective": self.effective,
            "group": self.group,
            "context": self.context,
            "effective_etag": self.effective_etag,
            "effective_version": _version(self.effective_etag) or _version(_field(self.effective, "_etag")),
        }


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerBodies:
    """The bodies of the portal's answers as they came, and the header ETag of the effective tenant group."""

    picker: object = dataclasses.field(default=None, repr=False)
    effective: object = dataclasses.field(default=None, repr=False)
    groups: object = dataclasses.field(default=None, repr=False)
    context: object = dataclasses.field(default=None, repr=False)
    effective_etag: str | None = dataclasses.field(default=None, repr=False)

    def placeholder_values(self, home_tenant_id: str, declared: tuple[str, ...] = ()) -> PlaceholderValues:
        """Return what a contract is filled with."""
        picker, effective = unwrapped(self.picker), first_of(unwrapped(self.effective))
        offered = rows_by_tenant(picker, "tenantInfoList")
        rows = rows_by_tenant(effective, "exposedTargetTenantsInfo")
        for tenant_id, row in offered.items():
            rows[tenant_id] = {**rows.get(tenant_id, {}), **row}
        return PlaceholderValues(
            home_tenant_id,
            picker,
            effective,
            rows,
            tuple(offered),
            declared,
            _same_group(unwrapped(self.groups), effective),
            unwrapped(self.context),
            self.effective_etag,
        )


def unwrapped(body: object) -> object:
    """The content of the portal's fan-out wrapper {result, metadata, isMtoResponse}, or the body as it is."""
    if isinstance(body, dict) and body.get("isMtoResponse") is True and "result" in body:
        return body["result"]
    return body


def first_of(body: object) -> object:
    """Return the only object of an answer that can be a list [community]."""
    return body[0] if isinstance(body, list) and body else body


def strings_in(value: object) -> list[str]:
    """Return every text in a value, the keys included."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for item in pair for text in strings_in(item)]
    return [text for item in value for text in strings_in(item)] if isinstance(value, list | tuple) else []


def rows_by_tenant(body: object, key: str) -> dict[str, Mapping[str, object]]:
    """Return the rows of an answer by lower-case tenant id."""
    rows = body.get(key) if isinstance(body, dict) else None
    listed = rows if isinstance(rows, list) else []
    return {str(row.get("tenantId", "")).lower(): row for row in listed if isinstance(row, dict)}


def _same_group(groups: object, effective: object) -> object:
    """Return the one row with the name of the effective group: captures show a list or one object [community]."""
    name = _field(effective, "name")
    rows = groups if isinstance(groups, list) else [groups]
    same = [row for row in rows if isinstance(row, dict) and row.get("name") == name]
    return same[0] if len(same) == 1 else None


def _field(answer: object, name: str) -> object:
    return answer.get(name) if isinstance(answer, dict) else None


def _version(etag: object) -> str | None:
    """Return an etag without the mark of a weak one and without quotes (RFC 9110, 8.8.3), None where there is none."""
    return etag.removeprefix("W/").strip('"') or None if isinstance(etag, str) else None
