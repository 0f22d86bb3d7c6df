# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Learn the portal contract from a recording of a person who adds and removes tenants. Pure.

Nothing is known here about how the portal writes: whatever the page sent is described, tried on the recording, and
taken only if it gives the same requests again and nothing else could have changed the view.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._view.contract.answer_form import form_of
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.doubt import holds_any, is_secret
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.hypotheses import (
    Found,
    Search,
    is_about_use,
    kind_of,
    operation_of,
    search,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import (
    names_in,
    secrets_in,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import (
    UNDASHED,
    Recording,
    Step,
    read_steps,
    strings_in,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.replay import reproduces
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.words import (
    HOW_TO_RECORD,
    RECORD_AGAIN,
    doubts_about,
    lessons_of,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.har import har_entries, read_recording

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import Exchange

_NAME_IT: t.Final = (
    "Give the one that did as the option write, by its method and the beginning of its path, such as PUT /apiproxy/."
)
_BEGINS_LATE: t.Final = (
    "holds a change of the view, but no reading of the tenant group before it. Load the settings page again with the"
    " recording on, and only then change the view."
)
_MOST_NAMED: t.Final = 6
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
    private = (*names_in(rows), *secrets_in(entries))
    try:
        data, calls = _described(recording, private, place, write)
    except OptionError as error:
        # A path can hold what nobody may read in a log.
        raise OptionError(_told(str(error), place, private)) from None
    data = {"version": 1, "recorded": _date(rows), **data}
    return LearnedContract(data, lessons_of(parse_contract(data), calls), doubts_about(calls))


def _described(
    recording: Recording, private: Sequence[str], place: str, write: str | None
) -> tuple[dict[str, object], list[Found]]:
    """Return the contract without its date, and its calls. Raises OptionError."""
    # A full list that empties the view names no tenant.
    steps = [step for step in recording.steps if step.writes]
    looked = search(steps, recording.home_tenant_id, private)
    calls = _chosen(looked, steps, place, write)
    if len(steps) < len(recording.steps) and calls[0].name != "set":
        raise OptionError(_unexplained(place))
    data: dict[str, object] = {
        "source": "learned by m365.defender.mto_portal_contract",
        "answers": form_of(recording.bodies),
        "write": {found.name: found.call for found in calls},
    }
    if not reproduces(parse_contract({"version": 1, **data}), steps, [own for found in calls for own in found.writes]):
        raise OptionError(f"{place}: what was learned does not give the recorded requests again. {HOW_TO_RECORD}")
    _require_no_secret(data, private, place)
    return data, calls


def _told(text: str, place: str, private: Sequence[str]) -> str:
    """Return a refusal without names, ids and secrets of the recording. What the user gave stays."""
    head, said = (place, text.removeprefix(place)) if text.startswith(place) else ("", text)
    words = re.split(r"([\s,/?&='\"()]+)", said)
    hidden = [
        "*" if is_secret(word, "") or UNDASHED.search(word.lower()) or holds_any(word, private) else word
        for word in words
    ]
    return head + "".join(hidden)


def _require_recipe(recording: Recording, rows: Sequence[Exchange], place: str) -> None:
    """Raise OptionError for a recording that cannot say what stays the same from tenant to tenant."""
    steps = recording.steps
    bodiless = [row for row in rows if row.may_write and row.body_form == "missing"]
    if bodiless and not all(step.writes for step in steps):
        raise OptionError(f"{place} holds requests without their bodies. {RECORD_AGAIN}")
    if not steps and recording.begins_late:
        raise OptionError(f"{place} {_BEGINS_LATE} {HOW_TO_RECORD}")
    if not steps:
        refused = recording.refused
        said = f"the portal refused every change (HTTP {refused[-1]})" if refused else "the view does not change"
        raise OptionError(f"{place}: {said} in the recording. {HOW_TO_RECORD}")
    adding, removing = ([step for step in steps if getattr(step, name)] for name in ("added", "removed"))
    added = frozenset[str]().union(*(step.added for step in steps))
    removed = frozenset[str]().union(*(step.removed for step in steps))
    missing = (
        "no tenant is added"
        if not added
        else "no tenant is removed"
        if not removed
        else "only one tenant is added"
        if len(added) < 2
        else "only one tenant is removed"
        if len(removed) < 2
        else "no tenant stays in the view"
        if not all(any({*step.before} & {*step.after} for step in own) for own in (adding, removing))
        else None
    )
    if missing and recording.begins_late:
        raise OptionError(f"{place} {_BEGINS_LATE} {HOW_TO_RECORD}")
    if missing:
        raise OptionError(
            f"{place}: {missing} in the recording, so that it does not determine the request. {HOW_TO_RECORD}"
        )
    if not all(step.writes or not step.after for step in steps):
        raise OptionError(_unexplained(place))


def _unexplained(place: str) -> str:
    return (
        f"{place}: the view changes without a request that names the tenant, so another page or person changed it, or"
        f" the request is missing from the recording. {HOW_TO_RECORD}"
    )


def _chosen(looked: Search, steps: Sequence[Step], place: str, write: str | None) -> list[Found]:
    """Return the calls of the contract: of one kind of request for all steps, or of one for each direction."""
    named = [found for found in looked.found if _is_named(found.operation, write)]
    ways = [[found] for found in named if found.name in ("set", "change")]
    pairs = itertools.product(
        [found for found in named if found.name == "add"], [found for found in named if found.name == "remove"]
    )
    ways = [*map(list, pairs), *ways]
    right = [way for way in ways if _is_right(way, steps)]
    if not right:
        raise OptionError(_why_not(looked, steps, place, write))
    rest = right if write else [way for way in right if not any(is_about_use(found.operation) for found in way)]
    if not rest:
        kinds_of_use = dict.fromkeys(found.operation for way in right for found in way)
        raise OptionError(
            f"{place}: only requests that seem to report or to ask could have changed the view:"
            f" {', '.join(kinds_of_use)}. {_NAME_IT}"
        )
    kinds = {tuple(dict.fromkeys(found.operation for found in way)): way for way in reversed(rest)}
    others = [] if write else _rivals(steps, {kind for key in kinds for kind in key})
    if len(kinds) > 1 or others:
        both = list(dict.fromkeys([*(kind for key in kinds for kind in key), *others]))
        raise OptionError(
            f"{place}: more than one request could have changed the view: {', '.join(both[:_MOST_NAMED])}. {_NAME_IT}"
        )
    return rest[0]


def _is_named(operation: str, write: str | None) -> bool:
    if write is None:
        return True
    method, _space, path = write.strip().rpartition(" ")
    own_method, _space, own_path = operation.partition(" ")
    return (not method or method.upper() == own_method) and own_path.startswith(path)


def _is_right(way: Sequence[Found], steps: Sequence[Step]) -> bool:
    contract = parse_contract({"version": 1, "write": {found.name: found.call for found in way}})
    return reproduces(contract, steps, [write for found in way for write in found.writes])


def _rivals(steps: Sequence[Step], chosen: set[str]) -> list[str]:
    """Return kinds of requests that could be the write instead, although they are not understood.

    Where every step that adds, or every one that removes, has such a request, nobody can tell which of them did it: it
    may name the tenants in its own way.
    """
    rivals: dict[str, None] = {}
    for direction in ("added", "removed"):
        of_steps = [
            {kind for sent in _all_of(step) if not is_about_use(kind := kind_of(sent))} - chosen
            for step in steps
            if getattr(step, direction)
        ]
        if all(of_steps):
            rivals |= dict.fromkeys(sorted(frozenset[str]().union(*of_steps)))
    return list(rivals)


def _all_of(step: Step) -> list[Exchange]:
    return [*(write.exchange for write in step.writes), *step.others]


def _why_not(looked: Search, steps: Sequence[Step], place: str, write: str | None) -> str:
    kinds = list(dict.fromkeys(operation_of(own) for step in steps for own in step.writes))
    if write is not None and not any(_is_named(kind, write) for kind in kinds):
        return f"write: '{write}' is not a request of the recording that names tenants; there are {', '.join(kinds)}."
    failures = {kind: why for kind, why in looked.failures.items() if _is_named(kind, write)}
    own = next((kind for kind in failures if not is_about_use(kind)), next(iter(failures), None))
    why = f" {own}: {failures[own]}." if own else ""
    return f"{place}: no request explains every change of the view.{why} {HOW_TO_RECORD}"


def _require_no_secret(data: dict[str, object], private: Sequence[str], place: str) -> None:
    texts = [text.lower() for text in strings_in(data["write"])]
    if any(secret.lower() in text for secret in private if len(secret) >= 4 for text in texts):
        raise OptionError(f"{place}: the request holds a name or a secret that cannot be left out. {HOW_TO_RECORD}")


def _date(rows: Sequence[Exchange]) -> str:
    return rows[-1].start.date().isoformat()
