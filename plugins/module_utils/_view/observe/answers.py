# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's answers as plain data. Pure.

All shapes are known from public captures only [community: nodoc, XDRInternals, xdrlograider]. An answer that is not
wholly of a known form is not read at all: half an answer would let a tenant look absent.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._view.view import (
    ExposedTenant,
    OfferedTenant,
    TenantGroup,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_GUID: t.Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_Row = t.TypeVar("_Row", OfferedTenant, ExposedTenant)


def parse_picker(body: t.Any) -> tuple[dict[str, OfferedTenant], dict[str, str]] | None:
    """Rows of the tenant picker by tenant id, and what each source said; None where the form is not known."""
    body = unwrapped(body)
    if not isinstance(body, dict):
        return None
    rows = _rows(body.get("tenantInfoList"), _offered)
    sources = body.get("responseTypes") or {}
    if rows is None or not isinstance(sources, dict):
        return None
    return rows, {str(name): str(word) for name, word in sources.items()}


def parse_effective(body: t.Any) -> dict[str, ExposedTenant] | None:
    """Tenants of the effective group by tenant id; None where the form is not known, or not all of them are shown."""
    body = unwrapped(body)
    if isinstance(body, list):
        body = body[0] if len(body) == 1 else None
    if not isinstance(body, dict):
        return None
    rows = _rows(body.get("exposedTargetTenantsInfo"), _exposed)
    count = body.get("allTenantsCount")
    if rows is None or (isinstance(count, int) and count > len(rows)):
        return None
    return rows


def parse_groups(body: t.Any) -> tuple[TenantGroup, ...] | None:
    """The tenant groups; captures disagree whether it is an array or one object, so both are read [community]."""
    body = unwrapped(body)
    rows = [body] if isinstance(body, dict) else body
    if not isinstance(rows, list):
        return None
    groups = [_group(row) for row in rows]
    return None if None in groups else tuple(group for group in groups if group is not None)


def parse_session(body: t.Any) -> tuple[str | None, str | None]:
    """Whose session it is, and in which tenant; None for what the answer does not say."""
    body = unwrapped(body)
    found = body.get("AuthInfo") if isinstance(body, dict) else None
    told = found if isinstance(found, dict) else {}
    return _text_or_none(told.get("UserName")), _text_or_none(told.get("TenantId"))


def unwrapped(body: t.Any) -> t.Any:
    """What stands in the portal's fan-out wrapper {result, metadata, isMtoResponse}, or the body as it is."""
    wrapped = isinstance(body, dict) and body.get("isMtoResponse") is True and "result" in body
    return body["result"] if wrapped else body


def _rows(rows: t.Any, row_of: Callable[[Mapping[str, t.Any], str, str], _Row | None]) -> dict[str, _Row] | None:
    """Rows by tenant id. One that cannot be read, or two that contradict each other, spoil the whole list."""
    if not isinstance(rows, list):
        return None
    found: dict[str, _Row] = {}
    for row in rows:
        made = _row(row, row_of)
        if made is None or found.setdefault(made.tenant_id, made) != made:
            return None
    return found


def _row(row: t.Any, row_of: Callable[[Mapping[str, t.Any], str, str], _Row | None]) -> _Row | None:
    tenant_id = str(row.get("tenantId")).lower() if isinstance(row, dict) else ""
    if not _GUID.match(tenant_id):
        return None
    name = row.get("name")
    return row_of(row, tenant_id, name if isinstance(name, str) and name else tenant_id)


def _offered(row: Mapping[str, t.Any], tenant_id: str, name: str) -> OfferedTenant | None:
    flags = [row.get(key, False) for key in ("selected", "lostAccess")]
    if not all(isinstance(flag, bool) for flag in flags) or not _is_time(row.get("addedOn")):
        return None
    return OfferedTenant(tenant_id, name, flags[0], flags[1], _number(row), row.get("addedOn") or None)


def _exposed(row: Mapping[str, t.Any], tenant_id: str, name: str) -> ExposedTenant | None:
    if not _is_time(row.get("addedOn")):
        return None
    return ExposedTenant(tenant_id, name, _number(row), row.get("addedOn") or None)


def _group(row: t.Any) -> TenantGroup | None:
    if not isinstance(row, dict):
        return None
    tenants = _rows(row.get("exposedTargetTenantsInfo"), _exposed)
    if tenants is None:
        return None
    name, group_id = (row.get(key) for key in ("name", "tenantGroupId"))
    return TenantGroup(str(name or ""), str(group_id or ""), tuple(tenants.values()))


def _number(row: Mapping[str, t.Any]) -> int | None:
    value = row.get("tenantAadEnvironment")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_time(value: t.Any) -> bool:
    """Times have up to seven fractional digits; only their presence is used, so any text will do."""
    return value is None or isinstance(value, str)


def _text_or_none(value: t.Any) -> str | None:
    return value if isinstance(value, str) and value else None
