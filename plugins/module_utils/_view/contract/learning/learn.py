# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Learn the portal contract from a recording of a person who adds and removes tenants. Pure.

Nothing is known here about how the portal writes: whatever the page sent is described, tried on the recording, and
taken only if it gives the same requests again and nothing else could have changed the view.
"""

from __future__ import annotations

import dataclasses
import itertools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._view.contract.answer_form import form_of
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.hypotheses import (
    Found,
    Search,
    is_about_use,
    search,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import private_in
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import (
    Recording,
    Step,
    read_steps,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.replay import reproduces
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.words import (
    HOW_TO_RECORD,
    RECORD_AGAIN,
    doubts_about,
    lessons_of,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import strings_in
from ansible_collections.m365.defender.plugins.module_utils._view.observe.har import har_entries, read_recording

if t.TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import Exchange
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import Private

_NAME_IT: t.Final = (
    "Give the one that did as the option write, by its method and the beginning of its path, such as PUT /apiproxy/."
)
_BEGINS_LATE: t.Final = (
    "holds a change of the view, but no reading of the tenant group before it. Load the settings page again with the"
    " recording on, and only then change the view."
)
_MOST_NAMED: t.Final = 6
# With fewer, nobody can tell what changes from tenant to tenant.
_CHANGED: t.Final = 2
_FORM: t.Final = f"give a HAR, a browser's recording of the portal's settings page ({CONTRACT})."


@dataclasses.dataclass(frozen=True, slots=True)
class LearnedContract:
    """A contract as plain data, and sentences: what was learned, and what remains unsure."""

    contract: dict[str, object]
    learned: tuple[str, ...]
    unsure: tuple[str, ...]


def learn_contract(har: object, place: str, write: str | None = None) -> LearnedContract:
    """Return the contract that a recording determines. `place` begins a refusal; `write` names the request that counts.

    Raises OptionError for a recording that does not determine it, with what is missing and what to click next.
    """
    entries = har_entries(har)
    if entries is None:
        raise OptionError(f"{place} is not a HAR; {_FORM}")
    try:
        return _learned(entries, place, write)
    except RecursionError:
        raise OptionError(f"{place}: a body in the recording is nested too deeply. {HOW_TO_RECORD}") from None


def _learned(entries: list[object], place: str, write: str | None) -> LearnedContract:
    rows = exchanges(entries)
    # The sessions of two people are refused here.
    read_recording(entries, place)
    recording = read_steps(rows, place)
    _require_recipe(recording, rows, place)
    private = private_in(rows, entries)
    # A full list that empties the view names no tenant.
    steps = [step for step in recording.steps if step.writes]
    looked = search(steps, recording.home_tenant_id, private)
    calls = _Choice(looked, steps, place, private).calls(write)
    if len(steps) < len(recording.steps) and calls[0].name != "set":
        raise OptionError(_unexplained(place))
    data: dict[str, object] = {
        "version": 1,
        "recorded": rows[-1].start.date().isoformat(),
        "source": "learned by m365.defender.mto_portal_contract",
        "answers": form_of(recording.bodies),
        "write": {found.name: found.call for found in calls},
    }
    if any(private.in_text(text) for text in strings_in(data["write"])):
        raise OptionError(f"{place}: the request holds a name or a secret that cannot be left out. {HOW_TO_RECORD}")
    return LearnedContract(data, lessons_of(parse_contract(data), calls), doubts_about(calls))


def _require_recipe(recording: Recording, rows: Sequence[Exchange], place: str) -> None:
    """Raise OptionError for a recording that cannot say what stays the same from tenant to tenant."""
    steps = recording.steps
    bodiless = any(row.may_write and row.body_form == "missing" for row in rows)
    if bodiless and not all(step.writes for step in steps):
        raise OptionError(f"{place} holds requests without their bodies. {RECORD_AGAIN}")
    missing = _missing(recording)
    if missing and recording.begins_late:
        raise OptionError(f"{place} {_BEGINS_LATE} {HOW_TO_RECORD}")
    if missing:
        raise OptionError(f"{place}: {missing}. {HOW_TO_RECORD}")
    if not all(step.writes or not step.after for step in steps):
        raise OptionError(_unexplained(place))


def _missing(recording: Recording) -> str:
    """Return what the steps of a recording lack, an empty text where they determine the request."""
    steps, refused = recording.steps, recording.refused
    adding, removing = ([step for step in steps if getattr(step, name)] for name in ("added", "removed"))
    added, removed = ({each for step in steps for each in getattr(step, name)} for name in ("added", "removed"))
    stays = all(any({*step.before} & {*step.after} for step in own) for own in (adding, removing))
    lacks = {
        f"the portal refused every change (HTTP {refused[-1] if refused else 0})": not steps and bool(refused),
        "the view does not change in the recording": not steps,
        "no tenant is added in the recording": not added,
        "no tenant is removed in the recording": not removed,
        "only one tenant is added in the recording, and two say more": len(added) < _CHANGED,
        "only one tenant is removed in the recording, and two say more": len(removed) < _CHANGED,
        "no tenant stays in the view, so that a full list looks like the tenants to be added": not stays,
    }
    return next((text for text, lacking in lacks.items() if lacking), "")


def _unexplained(place: str) -> str:
    return (
        f"{place}: the view changes without a request that names the tenant, so another page or person changed it, or"
        f" the request is missing from the recording. {HOW_TO_RECORD}"
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Choice:
    """The one way of writing that is right in every step. A refusal shows nothing of the recording that is private."""

    looked: Search
    steps: Sequence[Step]
    place: str
    private: Private

    def calls(self, write: str | None) -> list[Found]:
        """Return the calls of the contract: of one kind of request for all steps, or of one for each direction."""
        named = [found for found in self.looked.found if _is_named(found.operation, write)]
        pairs = itertools.product(
            [found for found in named if found.name == "add"], [found for found in named if found.name == "remove"]
        )
        ways = [*map(list, pairs), *([found] for found in named if found.name in ("set", "change"))]
        right = [way for way in ways if _is_right(way, self.steps)]
        if not right:
            raise OptionError(self._why_not(write))
        rest = right if write else [way for way in right if not any(is_about_use(found.operation) for found in way)]
        if not rest:
            kinds = self._shown(found.operation for way in right for found in way)
            raise OptionError(
                f"{self.place}: only requests that seem to report or to ask could have changed the view: {kinds}."
                f" {_NAME_IT}"
            )
        chosen = {found.operation: None for way in rest for found in way}
        others = [] if write else _rivals(self.steps, chosen)
        if others or any({found.operation for found in way} != {found.operation for found in rest[0]} for way in rest):
            raise OptionError(
                f"{self.place}: more than one request could have changed the view:"
                f" {self._shown((*chosen, *others))}. {_NAME_IT}"
            )
        return rest[0]

    def _why_not(self, write: str | None) -> str:
        kinds = list(dict.fromkeys(own.exchange.kind for step in self.steps for own in step.writes))
        if write is not None and not any(_is_named(kind, write) for kind in kinds):
            there = self._shown(kinds)
            return f"write: '{write}' is not a request of the recording that names tenants; there are {there}."
        failures = {kind: error for kind, error in self.looked.failures.items() if _is_named(kind, write)}
        own = next((kind for kind in failures if not is_about_use(kind)), next(iter(failures), None))
        why = f" {self._shown([own])}: {self.private.hide(failures[own].place)} {failures[own].why}." if own else ""
        return f"{self.place}: no request explains every change of the view.{why} {HOW_TO_RECORD}"

    def _shown(self, kinds: Iterable[str]) -> str:
        return ", ".join(map(self.private.hide, [*dict.fromkeys(kinds)][:_MOST_NAMED]))


def _is_named(operation: str, write: str | None) -> bool:
    if write is None:
        return True
    method, _space, path = write.strip().rpartition(" ")
    own_method, _space, own_path = operation.partition(" ")
    return (not method or method.upper() == own_method) and own_path.startswith(path)


def _is_right(way: Sequence[Found], steps: Sequence[Step]) -> bool:
    contract = parse_contract({"version": 1, "write": {found.name: found.call for found in way}})
    return reproduces(contract, steps, [write for found in way for write in found.writes])


def _rivals(steps: Sequence[Step], chosen: Container[str]) -> list[str]:
    """Return kinds of requests that could be the write instead, although they are not understood.

    Where every step that adds, or every one that removes, has such a request, nobody can tell which of them did it: it
    may name the tenants in its own way.
    """
    rivals: dict[str, None] = {}
    for direction in ("added", "removed"):
        of_steps = [
            {sent.kind for sent in step.requests if not is_about_use(sent.kind) and sent.kind not in chosen}
            for step in steps
            if getattr(step, direction)
        ]
        if all(of_steps):
            rivals |= dict.fromkeys(sorted(frozenset[str]().union(*of_steps)))
    return list(rivals)
