# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's answers, parsed into a view. Pure.

All shapes are known from public captures only [community: nodoc, XDRInternals, xdrlograider]. An answer that is not
wholly of a known form is rejected as a whole: half an answer would make a tenant look absent.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields, rows_of
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
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
    from collections.abc import Callable, Collection, Iterable, Mapping

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
        sources = answer.optional_row("responseTypes")
        answered = {name: sources.text(name) for name in sources.raw} if sources is not None else {}
        return _rows(answer.rows("tenantInfoList"), _offered), answered
    except OptionError:
        return None


def parse_effective(body: object) -> EffectiveGroup | None:
    """The effective group; None where the form is not known."""
    body = unwrapped(body)
    if isinstance(body, list):
        body = body[0] if len(body) == 1 else None
    try:
        answer = Fields(body, "group")
        exposed = _rows(answer.rows("exposedTargetTenantsInfo"), _exposed)
        return EffectiveGroup(_identity(answer), exposed, _hidden(answer, exposed))
    except OptionError:
        return None


def _identity(answer: Fields) -> GroupIdentity | None:
    """Which group it is, None where the answer says nothing about it."""
    identity = GroupIdentity(
        entity_type=answer.optional_text("entityType"),
        name=answer.optional_text("name"),
        kind=answer.optional_count("type"),
        group_id=answer.optional_text("tenantGroupId") or None,
    )
    return None if identity == GroupIdentity() else identity


def parse_groups(body: object) -> tuple[TenantGroup, ...] | None:
    """The tenant groups; captures disagree whether it is an array or one object, so both are read [community]."""
    body = unwrapped(body)
    try:
        return tuple(map(_group, rows_of([body] if isinstance(body, dict) else body, "groups")))
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


def _rows(rows: Iterable[Fields], parse_row: Callable[[Fields], _Row]) -> dict[str, _Row]:
    """Rows by tenant id. One that cannot be read, or two that contradict each other, spoil the whole list."""
    by_tenant: dict[str, _Row] = {}
    for row in map(parse_row, rows):
        if by_tenant.setdefault(row.tenant_id, row) != row:
            raise OptionError("two rows about one tenant contradict each other.")
    return by_tenant


def _exposed(row: Fields) -> ExposedTenant:
    tenant_id = row.guid("tenantId")
    name, added_on = row.optional_text("name") or tenant_id, row.optional_time("addedOn")
    return ExposedTenant(tenant_id, name, row.optional_count("tenantAadEnvironment"), added_on)


def _offered(row: Fields) -> OfferedTenant:
    selected, lost_access = (row.flag(name) if row.has(name) else False for name in ("selected", "lostAccess"))
    return OfferedTenant(**dataclasses.asdict(_exposed(row)), selected=selected, lost_access=lost_access)


def _group(row: Fields) -> TenantGroup:
    tenants = _rows(row.rows("exposedTargetTenantsInfo"), _exposed)
    name, group_id = (row.optional_text(key) or "" for key in ("name", "tenantGroupId"))
    # As in the effective group [guess].
    return TenantGroup(name, group_id, tuple(tenants.values()), _hidden(row, tenants))


def _hidden(group: Fields, shown: Collection[str]) -> int:
    """Return the number of tenants in a group that this person cannot see."""
    return max(0, (group.optional_count("allTenantsCount") or 0) - len(shown))


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
