# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways in which a page can write, each tried on the recorded requests: full list, both lists, or a difference.

Pure. A way is taken only where one kind of request explains every step, and where nothing else could have done it.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import CallName, parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.calls import Described, call_of
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import scalars_in
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.template import (
    TemplateFinder,
    Unexplained,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import Exchange
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import Private
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import Step, Write

# A request about what a person did, or that asks for data, by the words in its path: it explains a change as well as
# the real one.
_ABOUT_USE: t.Final = re.compile(
    r"telemetry|analytics|metric|beacon|diagnos|tracking|/track|/logs?\b|/events?\b|usage|recentitems|audit"
    r"|/(?:query|queries|search|count|summary|run|list|export|validate|preview|dryrun|batchget|queryexecutor)\b",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A call that explains its requests in every step. `operation` is the kind of request, `smallest` and `largest` are
    how many tenants one request named, `split` says whether a step took several requests.
    """

    name: CallName
    operation: str
    call: dict[str, object]
    writes: tuple[Write, ...]
    notes: tuple[str, ...]
    smallest: int = 1
    largest: int = 1
    split: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Search:
    """What was found for each name of a call, and why nothing was found for the requests that could be it."""

    found: tuple[Found, ...]
    failures: dict[str, Unexplained]


def _steady_kinds(steps: Sequence[Step]) -> list[str]:
    """Return the kinds of requests that are in every step that adds, or in every one that removes."""
    of_steps = [{write.exchange.kind: None for write in step.writes} for step in steps]
    directions = (
        [kinds for step, kinds in zip(steps, of_steps, strict=True) if step.added],
        [kinds for step, kinds in zip(steps, of_steps, strict=True) if step.removed],
    )
    return list(
        dict.fromkeys(kind for own in directions if own for kind in own[0] if all(kind in others for others in own))
    )


class Texts(t.NamedTuple):
    """What no contract may hold, texts of several steps, and those that additions and removals have in common.

    What requests of several steps hold does not change from request to request.
    """

    private: Private
    repeated: frozenset[str]
    steady: frozenset[str]


def _texts_in(steps: Sequence[Step], private: Private) -> Texts:
    of_steps = [(step, {text for write in step.writes for text in _texts_of(write.exchange)}) for step in steps]
    counts = collections.Counter(text for _step, texts in of_steps for text in texts)
    adding, removing = (
        {text for step, texts in of_steps if getattr(step, name) for text in texts} for name in ("added", "removed")
    )
    repeated = frozenset(text for text, number in counts.items() if number > 1)
    return Texts(private, repeated, frozenset(adding & removing))


def _texts_of(sent: Exchange) -> Iterator[str]:
    yield from sent.path.split("/")
    yield from (value for _name, value in sent.query)
    yield from sent.headers.values()
    yield from scalars_in(sent.body)


def is_about_use(operation: str) -> bool:
    """Return whether a kind of request reports what a person did, by the words in its path."""
    return operation.startswith("POST ") and _ABOUT_USE.search(operation) is not None


def search(steps: Sequence[Step], home: str, private: Private) -> Search:
    """Try every way with every kind of request."""
    texts = _texts_in(steps, private)
    found: list[Found] = []
    failures: dict[str, Unexplained] = {}
    ways = (_whole, _change, functools.partial(_one_way, "add"), functools.partial(_one_way, "remove"))
    for operation in _steady_kinds(steps):
        for attempt in ways:
            try:
                result = attempt(steps, operation, home, texts)
            except Unexplained as error:
                failures.setdefault(operation, error)
                continue
            if result is not None:
                found.append(result)
    return Search(tuple(found), failures)


def _whole(steps: Sequence[Step], operation: str, _home: str, texts: Texts) -> Found | None:
    """The full list, in every step: of all tenants in the view, or a flag for every one that is offered."""
    requests: list[Described] = []
    for step in steps:
        own = _of(step, operation)
        if not own:
            return None
        requests += [_described(write, step.after, tenants=step.after, offered=write.values.offered) for write in own]
    full = [request.write.mentioned >= {*request.lists["tenants"]} for request in requests]
    return _checked("set", operation, requests, texts, {}) if all(full) else None


def _change(steps: Sequence[Step], operation: str, home: str, texts: Texts) -> Found | None:
    """Both lists in one request, whatever is changed."""
    requests: list[Described] = []
    for step in steps:
        own = _parts(_of(step, operation), step.added | step.removed, home)
        if own is None:
            return None
        for write, ids in own:
            added, removed = tuple(sorted(ids & step.added)), tuple(sorted(ids & step.removed))
            requests.append(_described(write, added, tenants=(*added, *removed), added=added, removed=removed))
    return _difference("change", operation, requests, texts, steps, ("list",))


def _one_way(
    name: t.Literal["add", "remove"], steps: Sequence[Step], operation: str, home: str, texts: Texts
) -> Found | None:
    """Requests for what is added alone, or for what is removed alone."""
    requests: list[Described] = []
    those = [(step, changed) for step in steps if (changed := step.added if name == "add" else step.removed)]
    for step, changed in those:
        mine = [write for write in _of(step, operation) if write.mentioned & changed]
        own = _parts(mine, changed, home)
        if own is None:
            return None
        for write, ids in own:
            requests.append(_described(write, tuple(sorted(ids)) if name == "add" else (), tenants=tuple(sorted(ids))))
    return _difference(name, operation, requests, texts, [step for step, _changed in those], ("tenant", "list"))


def _difference(
    name: CallName,
    operation: str,
    requests: list[Described],
    texts: Texts,
    steps: Sequence[Step],
    scopes: Sequence[str],
) -> Found | None:
    """Try each scope. Where only requests for one tenant were seen, more of them in one request is not proven."""
    if not requests:
        return None
    sizes = [len(request.lists["tenants"]) for request in requests]
    largest = max(sizes)
    split = any(sum(request.write in step.writes for request in requests) > 1 for step in steps)
    error: Unexplained | None = None
    for scope in scopes:
        if scope == "tenant" and largest > 1:
            continue
        own = requests
        if scope == "tenant":
            own = [dataclasses.replace(request, tenant_id=request.lists["tenants"][0]) for request in requests]
        extra: dict[str, object] = {"per": "tenant"} if scope == "tenant" else {"max_per_request": largest}
        try:
            found = _checked(name, operation, own, texts, extra)
        except Unexplained as problem:
            error = error or problem
            continue
        return dataclasses.replace(found, smallest=min(sizes), largest=largest, split=split)
    raise error or Unexplained("the request", "is not understood")


def _checked(
    name: CallName, operation: str, requests: Sequence[Described], texts: Texts, extra: dict[str, object]
) -> Found:
    """Return the call if it is one that a contract may hold. Raises Unexplained."""
    finder = TemplateFinder(texts.private, texts.repeated, texts.steady)
    call = {**extra, **call_of(requests, finder)}
    write = {name: call} if name != "remove" else {"add": call, "remove": call}
    try:
        parse_contract({"version": 1, "write": write})
    except OptionError:
        raise Unexplained("the request", "has a form that a contract cannot describe") from None
    return Found(
        name, operation, call, tuple(request.write for request in requests), tuple(dict.fromkeys(finder.notes))
    )


def _of(step: Step, operation: str) -> list[Write]:
    """Return the requests of one kind in a step; one that was sent again unchanged counts once."""
    unique: list[Write] = []
    for write in step.writes:
        sent = write.exchange
        if write.exchange.kind == operation and not any(
            (sent.path, sent.query, sent.body) == (other.exchange.path, other.exchange.query, other.exchange.body)
            for other in unique
        ):
            unique.append(write)
    return unique


def _parts(writes: Sequence[Write], changed: frozenset[str], home: str) -> list[tuple[Write, frozenset[str]]] | None:
    """Return which of the changed tenants each request is about; None where they are not exactly these, each once."""
    parts = [(write, write.mentioned - ({home} - changed)) for write in writes]
    named = [tenant_id for _write, ids in parts for tenant_id in ids]
    exact = bool(changed) and len(named) == len(changed) and {*named} == changed
    return parts if exact and all(ids for _write, ids in parts) else None


def _described(write: Write, selected: Iterable[str], **lists: tuple[str, ...]) -> Described:
    return Described(write, t.cast("t.Any", lists), frozenset(selected))
