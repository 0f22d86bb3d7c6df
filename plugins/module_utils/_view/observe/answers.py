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

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies, unwrapped
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    ANSWER_NAMES,
    ExposedTenant,
    GroupIdentity,
    MultitenantView,
    OfferedTenant,
    TenantGroup,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_GUID: t.Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_Row = t.TypeVar("_Row", OfferedTenant, ExposedTenant)
_Parsed = t.TypeVar("_Parsed")


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """The body of one of the portal's answers, or why there is none. `recorded_at`: as a browser wrote it.

    `etag` is its header ETag.
    """

    body: object = dataclasses.field(default=None, repr=False)
    problem: Problem | None = None
    recorded_at: object = None
    etag: str | None = dataclasses.field(default=None, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Owner:
    """The owner of a view; None for what nobody says."""

    operator: str | None = None
    home_tenant_id: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class EffectiveGroup:
    """The tenant group that the view shows: which one it is (None where the answer does not say), and its tenants.

    `hidden` is the number of its tenants that this person cannot see.
    """

    identity: GroupIdentity | None
    exposed: dict[str, ExposedTenant]
    hidden: int = 0


def view_from_answers(
    taken_at: str, answers: Mapping[str, Answer], owner: Owner, *, unnamed_group: bool = False
) -> MultitenantView:
    """Make the view out of the answers, by the names in ANSWER_NAMES; `picker` and `effective` must be among them.

    What could not be read, or is not of a known form, is a problem of the view, never an empty list. `unnamed_group`
    accepts an effective group that does not say which one it is: files of earlier versions do not.
    """
    problems = {name: answer.problem for name, answer in answers.items() if answer.problem and name != "groups"}
    picker = _parsed(parse_picker, "picker", answers, problems)
    group = _parsed(parse_effective, "effective", answers, problems)
    identity = group.identity if group else None
    if group is not None and not (unnamed_group if identity is None else identity.private):
        name = one_line(identity and identity.name) or "without a name"
        problems["effective"] = Problem("registration.other_group", {"group": name})
    shown = None if "effective" in problems else group
    return MultitenantView(
        taken_at=taken_at,
        operator=owner.operator,
        home_tenant_id=owner.home_tenant_id,
        offered=picker[0] if picker else None,
        exposed=shown.exposed if shown else None,
        sources=picker[1] if picker else {},
        groups=parse_groups(answers.get("groups", Answer()).body),
        problems={name: problems[name] for name in ANSWER_NAMES if name in problems},
        group=identity,
        hidden=shown.hidden if shown else 0,
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
    try:
        answer = Fields(unwrapped(body), "picker")
        return _rows(answer.value("tenantInfoList"), _offered), _sources(answer.value("responseTypes"))
    except OptionError:
        return None


def parse_effective(body: object) -> EffectiveGroup | None:
    """The effective group; None where the form is not known."""
    body = unwrapped(body)
    if isinstance(body, list):
        body = body[0] if len(body) == 1 else None
    try:
        answer = Fields(body, "group")
        exposed = _rows(answer.value("exposedTargetTenantsInfo"), _exposed)
        count = _whole_number(answer, "allTenantsCount")
        return EffectiveGroup(_identity(answer), exposed, max(0, (count or 0) - len(exposed)))
    except OptionError:
        return None


def _identity(answer: Fields) -> GroupIdentity | None:
    """Which group it is, None where the answer says nothing about it."""
    identity = GroupIdentity(
        entity_type=answer.optional_text("entityType"),
        name=answer.optional_text("name"),
        kind=_whole_number(answer, "type"),
        group_id=answer.optional_text("tenantGroupId") or None,
    )
    return None if identity == GroupIdentity() else identity


def parse_groups(body: object) -> tuple[TenantGroup, ...] | None:
    """The tenant groups; captures disagree whether it is an array or one object, so both are read [community]."""
    body = unwrapped(body)
    rows = [body] if isinstance(body, dict) else body
    if not isinstance(rows, list):
        return None
    try:
        return tuple(_group(Fields(row, "group")) for row in rows)
    except OptionError:
        return None


def parse_session(body: object) -> Owner:
    """Return whose session it is, and in which tenant; None for what the answer does not say."""
    body = unwrapped(body)
    context = body.get("AuthInfo") if isinstance(body, dict) else None
    auth_info = context if isinstance(context, dict) else {}
    return Owner(_text_or_none(auth_info.get("UserName")), _text_or_none(auth_info.get("TenantId")))


def bodies_of(answers: Mapping[str, Answer]) -> AnswerBodies:
    """Return the bodies of the answers, to fill a contract with."""
    body = {name: answer.body for name, answer in answers.items()}
    etag = answers["effective"].etag if "effective" in answers else None
    return AnswerBodies(body.get("picker"), body.get("effective"), body.get("groups"), body.get("session"), etag)


def _rows(rows: object, parse_row: Callable[[Mapping[str, object], Fields, str], _Row]) -> dict[str, _Row]:
    """Rows by tenant id. One that cannot be read, or two that contradict each other, spoil the whole list."""
    if not isinstance(rows, list):
        raise OptionError("the rows must be a list.")
    by_tenant: dict[str, _Row] = {}
    for row in rows:
        fields = Fields(row, "row")
        tenant_id = fields.text("tenantId").lower()
        if not _GUID.fullmatch(tenant_id):
            raise OptionError("tenantId must be a GUID.")
        parsed = parse_row(row, fields, tenant_id)
        if by_tenant.setdefault(tenant_id, parsed) != parsed:
            raise OptionError("two rows about one tenant contradict each other.")
    return by_tenant


def _offered(row: Mapping[str, object], fields: Fields, tenant_id: str) -> OfferedTenant:
    selected, lost_access = (fields.flag(name) if name in row else False for name in ("selected", "lostAccess"))
    name = fields.optional_text("name") or tenant_id
    return OfferedTenant(tenant_id, name, selected, lost_access, _environment(fields), _added_on(fields))


def _exposed(_row: Mapping[str, object], fields: Fields, tenant_id: str) -> ExposedTenant:
    name = fields.optional_text("name") or tenant_id
    return ExposedTenant(tenant_id, name, _environment(fields), _added_on(fields))


def _group(row: Fields) -> TenantGroup:
    tenants = _rows(row.value("exposedTargetTenantsInfo"), _exposed)
    name, group_id = (row.optional_text(key) or "" for key in ("name", "tenantGroupId"))
    # As in the effective group [guess].
    count = _whole_number(row, "allTenantsCount")
    return TenantGroup(name, group_id, tuple(tenants.values()), max(0, (count or 0) - len(tenants)))


def _sources(answered: object) -> dict[str, str]:
    """What each source of the picker answered; none where the answer names no source."""
    if answered is None:
        return {}
    sources = Fields(answered, "responseTypes")
    return {str(name): sources.text(name) for name in answered} if isinstance(answered, dict) else {}


def _environment(fields: Fields) -> int | None:
    return _whole_number(fields, "tenantAadEnvironment")


def _added_on(fields: Fields) -> str | None:
    added_on = fields.optional_text("addedOn")
    if added_on is not None and parse_time(added_on) is None:
        raise OptionError("addedOn must be a time.")
    return added_on


def _whole_number(fields: Fields, name: str) -> int | None:
    """A number that is not negative, or None. True and false are not numbers."""
    number = fields.optional_number(name)
    if isinstance(number, bool) or (number is not None and number < 0):
        raise OptionError(f"{name} must be a whole number.")
    return number


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
