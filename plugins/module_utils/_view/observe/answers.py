# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's answers, parsed into a view. Pure.

All shapes are known from public captures only [community: nodoc, XDRInternals, xdrlograider]. An answer that is not
wholly of a known form is rejected as a whole: half an answer would make a tenant look absent.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    ANSWER_NAMES,
    ExposedTenant,
    MultitenantView,
    OfferedTenant,
    TenantGroup,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_GUID: t.Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
_Row = t.TypeVar("_Row", OfferedTenant, ExposedTenant)
_Parsed = t.TypeVar("_Parsed")


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The body of one of the portal's answers, or why there is none. `recorded_at`: as a browser wrote it."""

    body: object = dataclasses.field(default=None, repr=False)
    problem: Problem | None = None
    recorded_at: object = None


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a view; None for what nobody says."""

    operator: str | None = None
    home_tenant_id: str | None = None


def view_from_answers(taken_at: str, answers: Mapping[str, Answer], owner: Owner) -> MultitenantView:
    """Make the view out of the answers, by the names in ANSWER_NAMES; `picker` and `effective` must be among them.

    What could not be read, or is not of a known form, is a problem of the view, never an empty list.
    """
    problems = {name: answer.problem for name, answer in answers.items() if answer.problem and name != "groups"}
    picker = _parsed(parse_picker, "picker", answers, problems)
    exposed = _parsed(parse_effective, "effective", answers, problems)
    return MultitenantView(
        taken_at=taken_at,
        operator=owner.operator,
        home_tenant_id=owner.home_tenant_id,
        offered=picker[0] if picker else None,
        exposed=exposed,
        sources=picker[1] if picker else {},
        groups=parse_groups(answers.get("groups", Answer()).body),
        problems={name: problems[name] for name in ANSWER_NAMES if name in problems},
    )


def _parsed(
    parse: Callable[[object], _Parsed | None], name: str, answers: Mapping[str, Answer], problems: dict[str, Problem]
) -> _Parsed | None:
    """The parsed answer. Where its form is not known, add that to the problems."""
    if name in problems:
        return None
    parsed = parse(answers[name].body)
    if parsed is None:
        problems[name] = Problem("registration.unreadable", {"what": ANSWER_NAMES[name]})
    return parsed


def parse_picker(body: object) -> tuple[dict[str, OfferedTenant], dict[str, str]] | None:
    """Rows of the tenant picker by tenant id, and what each source answered; None where the form is not known."""
    body = unwrapped(body)
    if not isinstance(body, dict):
        return None
    rows = _rows(body.get("tenantInfoList"), _offered)
    sources = body.get("responseTypes") or {}
    if rows is None or not isinstance(sources, dict):
        return None
    return rows, {str(name): str(answer) for name, answer in sources.items()}


def parse_effective(body: object) -> dict[str, ExposedTenant] | None:
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


def parse_groups(body: object) -> tuple[TenantGroup, ...] | None:
    """The tenant groups; captures disagree whether it is an array or one object, so both are read [community]."""
    body = unwrapped(body)
    rows = [body] if isinstance(body, dict) else body
    if not isinstance(rows, list):
        return None
    groups = [_group(row) for row in rows]
    return None if None in groups else tuple(group for group in groups if group is not None)


def parse_session(body: object) -> Owner:
    """Return whose session it is, and in which tenant; None for what the answer does not say."""
    body = unwrapped(body)
    context = body.get("AuthInfo") if isinstance(body, dict) else None
    auth_info = context if isinstance(context, dict) else {}
    return Owner(_text_or_none(auth_info.get("UserName")), _text_or_none(auth_info.get("TenantId")))


def unwrapped(body: object) -> object:
    """The content of the portal's fan-out wrapper {result, metadata, isMtoResponse}, or the body as it is."""
    if isinstance(body, dict) and body.get("isMtoResponse") is True and "result" in body:
        return body["result"]
    return body


def _rows(rows: object, parse_row: Callable[[Mapping[str, object], str, str], _Row | None]) -> dict[str, _Row] | None:
    """Rows by tenant id. One that cannot be read, or two that contradict each other, spoil the whole list."""
    if not isinstance(rows, list):
        return None
    by_tenant: dict[str, _Row] = {}
    for row in rows:
        parsed = _row(row, parse_row)
        if parsed is None or by_tenant.setdefault(parsed.tenant_id, parsed) != parsed:
            return None
    return by_tenant


def _row(row: object, parse_row: Callable[[Mapping[str, object], str, str], _Row | None]) -> _Row | None:
    if not isinstance(row, dict):
        return None
    tenant_id = str(row.get("tenantId")).lower()
    if not _GUID.match(tenant_id):
        return None
    return parse_row(row, tenant_id, _text_or_none(row.get("name")) or tenant_id)


def _offered(row: Mapping[str, object], tenant_id: str, name: str) -> OfferedTenant | None:
    selected, lost_access, added_on = row.get("selected", False), row.get("lostAccess", False), row.get("addedOn")
    if not isinstance(selected, bool) or not isinstance(lost_access, bool) or not _is_time(added_on):
        return None
    return OfferedTenant(tenant_id, name, selected, lost_access, _environment(row), _text_or_none(added_on))


def _exposed(row: Mapping[str, object], tenant_id: str, name: str) -> ExposedTenant | None:
    added_on = row.get("addedOn")
    if not _is_time(added_on):
        return None
    return ExposedTenant(tenant_id, name, _environment(row), _text_or_none(added_on))


def _group(row: object) -> TenantGroup | None:
    if not isinstance(row, dict):
        return None
    tenants = _rows(row.get("exposedTargetTenantsInfo"), _exposed)
    if tenants is None:
        return None
    name, group_id = (row.get(key) for key in ("name", "tenantGroupId"))
    return TenantGroup(str(name or ""), str(group_id or ""), tuple(tenants.values()))


def _environment(row: Mapping[str, object]) -> int | None:
    value = row.get("tenantAadEnvironment")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _is_time(value: object) -> bool:
    """Return whether it may be a time. Only its presence is used, so any text is accepted."""
    return value is None or isinstance(value, str)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
