# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a recording shows: the steps in which the view changed, with the requests that were sent in each. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import unquote

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.words import (
    HOW_TO_RECORD,
    RECORD_AGAIN,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import (
    AnswerBodies,
    PlaceholderValues,
    first_of,
    rows_by_tenant,
    strings_in,
    unwrapped,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    bodies_of,
    parse_effective,
    parse_session,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.har import usable

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import Exchange
    from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import Answer

EXPOSED: t.Final = "exposedTargetTenantsInfo"
UNDASHED: t.Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")
_LENGTH_OF_ID: t.Final = 36


@dataclasses.dataclass(frozen=True, slots=True)
class Write:
    """A request that names tenants, with what the page knew when it sent it. `mentioned` are their ids."""

    exchange: Exchange
    values: PlaceholderValues
    mentioned: frozenset[str]


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """A change of the view: the tenants in it before and after, and the requests in between that name tenants.

    `others` are requests in between that name none and could have changed something.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    writes: tuple[Write, ...]
    others: tuple[Exchange, ...] = ()

    @property
    def requests(self) -> list[Exchange]:
        """Return every request that could have made the change."""
        return [*(write.exchange for write in self.writes), *self.others]

    @property
    def added(self) -> frozenset[str]:
        """Return what the view shows that it did not show before."""
        return frozenset(self.after) - frozenset(self.before)

    @property
    def removed(self) -> frozenset[str]:
        """Return what the view does not show any more."""
        return frozenset(self.before) - frozenset(self.after)


@dataclasses.dataclass(frozen=True, slots=True)
class Recording:
    """The steps of a recording, and all of the portal's answers in it. `refused` are the statuses of refused writes."""

    steps: tuple[Step, ...]
    bodies: tuple[AnswerBodies, ...] = dataclasses.field(repr=False)
    refused: tuple[int, ...]
    home_tenant_id: str
    # Whether a request that names tenants came before the first reading of the view.
    begins_late: bool = False


def read_steps(rows: Sequence[Exchange], place: str) -> Recording:
    """Return what changed in the view, and the requests that may have done it. Raises OptionError."""
    readings = [row for row in rows if row.name is not None]
    effective = [row for row in readings if row.name == "effective" and _is_usable(row)]
    if not effective:
        raise OptionError(_why_no_reading(readings, place))
    home = _home_tenant_id(readings)
    known = frozenset(_known_ids(readings))
    _require_private_group(effective, place)
    hosts = {row.host for row in effective}
    sent = [row for row in rows if row.may_write and (row.host in hosts or row.method != "POST")]
    named = [row for row in sent if row.host in hosts and mentioned_in(row, known)]
    writes = [row for row in named if row.accepted]
    story = _Story(home, known)
    for event in _events(readings, writes, [row for row in sent if row.accepted and row not in named]):
        story.take(event)
    refused = tuple(row.status for row in named if row.status >= 400)
    return Recording(tuple(story.steps), tuple(story.seen), refused, home, story.unread)


class _Event(t.NamedTuple):
    """An answer of the portal (`name` is set), or a request, at the moment that counts for it."""

    moment: dt.datetime
    row: Exchange
    name: str | None = None
    answer: Answer | None = None
    names_tenants: bool = True


def _events(readings: Sequence[Exchange], writes: Sequence[Exchange], others: Sequence[Exchange]) -> list[_Event]:
    """Return what happened, in order. An answer to a write that shows the view counts as a reading of it."""
    events = [_Event(row.start, row, row.name, row.answer) for row in readings if _is_usable(row)]
    events += [_Event(row.start, row, names_tenants=False) for row in others]
    for row in writes:
        events.append(_Event(row.start, row))
        if row.written is not None and parse_effective(row.written.body) is not None:
            events.append(_Event(row.end, row, "effective", row.written))
    return sorted(events, key=lambda event: event.moment)


class _Story:
    """The view as the page saw it, request by request."""

    def __init__(self, home: str, known: frozenset[str]) -> None:
        self.steps: list[Step] = []
        self.seen: list[AnswerBodies] = []
        self.unread = False
        self._home = home
        self._known = known
        self._answers: list[_Event] = []
        self._base: tuple[str, ...] | None = None
        self._pending: list[Write] = []
        self._others: list[Exchange] = []
        self._versions: set[str] = set()
        self._version = ""

    def take(self, event: _Event) -> None:
        """Take over what happened next."""
        if not event.names_tenants:
            self._others.append(event.row)
            return
        if event.name is None:
            self._write(event.row)
            return
        self._answers.append(event)
        if event.name in ("effective", "picker"):
            self.seen.append(self._bodies(event.row.end))
        if event.name == "effective" and event.answer is not None:
            self._show(event.answer, event.row.end)

    def _show(self, answer: Answer, moment: dt.datetime) -> None:
        """End the step if the view has changed and nothing is under way."""
        values = bodies_of({"effective": answer}).placeholder_values(self._home)
        shown, version = tuple(rows_by_tenant(values.effective, EXPOSED)), values.answers["effective_version"]
        outdated = version in self._versions and version != self._version
        if version is not None and not outdated:
            self._version = str(version)
            self._versions.add(self._version)
        # A server that is behind shows an earlier version again.
        if outdated or any(write.exchange.end > moment for write in self._pending):
            return
        if self._base is not None and {*shown} != {*self._base}:
            self.steps.append(Step(self._base, shown, tuple(self._pending), tuple(self._others)))
            self._pending = []
        # A view that shows a write late belongs to the same step.
        if not self._pending:
            self._base = shown
            self._others = []

    def _write(self, row: Exchange) -> None:
        if self._base is None:
            self.unread = True
            return
        values = self._bodies(row.start).placeholder_values(self._home)
        self._pending.append(Write(row, values, mentioned_in(row, self._known)))

    def _bodies(self, moment: dt.datetime) -> AnswerBodies:
        """Return what the page knew at a moment: the last answers that it had read to their end."""
        known: dict[str, Answer] = {}
        for event in reversed(self._answers):
            if event.row.end <= moment and event.answer is not None:
                known.setdefault(str(event.name), event.answer)
        return bodies_of(known)


def _is_usable(row: Exchange) -> bool:
    if row.answer is None or row.answer.problem is not None:
        return False
    return row.name == "session" or usable(str(row.name), row.answer)


def _require_private_group(effective: Iterable[Exchange], place: str) -> None:
    for row in effective:
        group = parse_effective(row.answer.body) if row.answer else None
        if group is None or group.identity is None or not group.identity.private:
            raise OptionError(
                f"{place} shows another tenant group than My private group, the only one that is written. Select My"
                f" private group as the tenant group. {HOW_TO_RECORD}"
            )


def _why_no_reading(readings: Sequence[Exchange], place: str) -> str:
    asked = [row for row in readings if row.name == "effective"]
    if not asked:
        return f"{place} holds no reading of the multitenant view. {HOW_TO_RECORD}"
    if any(row.accepted for row in asked):
        return f"{place} holds requests of the multitenant portal without the bodies of its answers. {RECORD_AGAIN}"
    return f"{place}: the portal did not show the view (HTTP {asked[-1].status}). {HOW_TO_RECORD}"


def _home_tenant_id(readings: Iterable[Exchange]) -> str:
    owners = [parse_session(row.answer.body) for row in readings if row.name == "session" and row.answer]
    return next((owner.home_tenant_id.lower() for owner in owners if owner.home_tenant_id), "")


def _known_ids(readings: Iterable[Exchange]) -> set[str]:
    ids: set[str] = set()
    for row in readings:
        if row.answer is not None and _is_usable(row):
            body = unwrapped(row.answer.body)
            ids |= rows_by_tenant(body, "tenantInfoList").keys()
            ids |= rows_by_tenant(first_of(body), EXPOSED).keys()
    return {tenant_id for tenant_id in ids if len(tenant_id) == _LENGTH_OF_ID}


def mentioned_in(row: Exchange, known: frozenset[str]) -> frozenset[str]:
    """Return which of the known ids a request names, wherever and however they are written."""
    texts = [unquote(row.path), *(text for pair in row.query for text in pair), *strings_in(row.body)]
    written = {found.replace("-", "") for text in texts for found in UNDASHED.findall(text.lower())}
    return frozenset(each for each in known if each.replace("-", "") in written)


def scalars_in(value: object) -> list[str]:
    """Return every text, number and truth value in a value as text."""
    if isinstance(value, dict | list):
        fields = value.values() if isinstance(value, dict) else value
        return [text for field in fields for text in scalars_in(field)]
    return [str(value)]
