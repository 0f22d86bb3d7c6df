# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the template that gives a recorded value in every request of a call. Pure.

A value that every request repeats stays as it is, unless it names something or looks like a secret; any other has to
be a value that the portal answered before, or a list of tenants. What cannot be explained is never guessed. Whatever is
found here is tried on the recording before it is used (`replay.py`).
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.doubt import (
    holds_number_of_tenants,
    is_secret,
    is_time,
    is_unlikely,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.sample import (
    GUID,
    is_same,
    tenants_in,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import (
    COPY,
    EACH,
    ID_LISTS,
    KEY,
    PLACEHOLDER,
    VALUE,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import Private
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.sample import Sample
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import TenantList

# Shorter texts occur in many places by chance.
_TELLING: t.Final = 4
# Which source is named where several hold the value.
_ROOTS: t.Final = (
    "tenant_id",
    "selected",
    "tenant",
    "effective",
    "group",
    "picker",
    "home_tenant_id",
    "context",
    "effective_etag",
)
# The number of a cloud is the tenant's, whatever its name is in the request.
_CLOUD: t.Final = re.compile(r"env|cloud", re.IGNORECASE)
_EACH_OF: t.Final = {tenants: key for key, tenants in EACH.items()}
_IDS_OF: t.Final = {tenants: name for name, tenants in ID_LISTS.items()}
_NOT_FROM_AN_ANSWER: t.Final = "differs from request to request and is in no answer of the portal"


class Unexplained(Exception):
    """A recorded value that no template gives: its place, which the recording names, and why."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place} {why}")
        self.place = place
        self.why = why


class TemplateFinder:
    """Find templates. `private` is what no contract may hold; `notes` says what more than one template gives."""

    def __init__(
        self, private: Private, repeated: Container[str] = frozenset(), steady: Container[str] = frozenset()
    ) -> None:
        self.notes: list[str] = []
        self._private = private
        # Values that requests of several steps hold, and those that additions and removals have in common.
        self._repeated = repeated
        self._steady = steady

    def value(self, samples: Sequence[Sample], place: str) -> object:
        """Return the template of a value in a body. Raises Unexplained."""
        values = [sample.value for sample in samples]
        if all(isinstance(value, dict) for value in values):
            return self._dictionary(samples, place)
        if all(isinstance(value, list) for value in values):
            return self._list(samples, place)
        if all(isinstance(value, str) for value in values):
            return self.text(samples, place)
        return self._scalar(samples, place)

    def text(self, samples: Sequence[Sample], place: str, *, joined: bool = False) -> str:
        """Return the template of a text. Raises Unexplained.

        `joined`: it is in an address, where ids can be joined by commas.
        """
        if joined and samples[0].tenant_id is None:
            parts = [sample.of(str(sample.value).lower().split(",")) for sample in samples]
            which = _list_of(parts, lambda part: [str(part)] if GUID.fullmatch(str(part)) else [])
            if which in _IDS_OF:
                return f"${_IDS_OF[which]}"
        try:
            return str(self._scalar(samples, place))
        except Unexplained as error:
            embedded = self._embedded(samples)
            if embedded is None:
                raise error from None
            return embedded

    def _scalar(self, samples: Sequence[Sample], place: str) -> object:
        value, names = samples[0].value, _names(samples)
        key = place.rsplit(".", 1)[-1]
        same = all(is_same(sample.value, value) for sample in samples)
        if same and isinstance(value, str) and not is_unlikely(value):
            # A single digit is equal to many a number.
            names = [name for name in names if isinstance(samples[0].named[name], str)]
        best = _best(names, place)
        once = same and self._may_change(samples)
        if best is not None and (not same or once or best.rsplit(".", 1)[-1].lower() == key.lower()):
            return f"${best}"
        own = [name for name in names if name.startswith("tenant.")]
        if own and _CLOUD.search(key) and isinstance(value, int) and not isinstance(value, bool):
            best = _best(own, place)
            self.notes.append(f"{place} was {value} in every request; it is taken from ${best}, which was the same.")
            return f"${best}"
        if best is not None and isinstance(value, str) and (is_unlikely(value) or best.startswith("tenant")):
            return f"${best}"
        if not same:
            raise Unexplained(place, _NOT_FROM_AN_ANSWER)
        if once:
            raise Unexplained(
                place, "was recorded once, so that nobody can tell whether it changes; add two tenants again"
            )
        if str(value) not in self._steady and holds_number_of_tenants(value, samples):
            raise Unexplained(place, "could be a number or a position of tenants, which no placeholder gives")
        return self.literal(value, place)

    def _may_change(self, samples: Sequence[Sample]) -> bool:
        """Return whether a value of one request alone looks like one that the next request would not repeat."""
        text = str(samples[0].value)
        if len({sample.request for sample in samples}) > 1 or text in self._repeated:
            return False
        return any(character.isdigit() for character in text)

    def literal(self, value: object, place: str) -> object:
        """Return a value as a template that gives it. Raises Unexplained for one that must not stay."""
        if isinstance(value, str) and GUID.search(value.lower()):
            raise Unexplained(place, "holds an id that is in no answer of the portal")
        if is_time(value, place):
            raise Unexplained(place, "looks like a time, or the number of one, which the next request would not repeat")
        if not isinstance(value, str):
            return value
        if is_secret(value, place) or self._private.in_text(value):
            raise Unexplained(place, "holds a name, or what looks like a secret, that is in no answer of the portal")
        return value.replace("$", "$$")

    def _embedded(self, samples: Sequence[Sample]) -> str | None:
        """Return the template of texts with values of the portal in them, None if there is none."""
        first = samples[0]
        parts = sorted(
            ((_as_text(value), name) for name, value in first.named.items() if _as_text(value) in str(first.value)),
            key=lambda part: (-len(part[0]), _rank(part[1], "")),
        )
        for known in [parts, *([part] for part in parts)]:
            template = self._with_parts(samples, dict(reversed(known)))
            if template is not None and all(_filled(template, sample) == sample.value for sample in samples):
                return template
        return None

    def _with_parts(self, samples: Sequence[Sample], names: dict[str, str]) -> str | None:
        text = str(samples[0].value)
        texts = [part for part in names if len(part) >= _TELLING]
        if not texts:
            return None
        pattern = re.compile("|".join(re.escape(part) for part in sorted(texts, key=len, reverse=True)))
        try:
            between = [str(self.literal(part, "")) for part in pattern.split(text)]
            if any(self._may_change([sample.of(part) for sample in samples]) for part in pattern.split(text)):
                return None
        except Unexplained:
            return None
        found = [f"${names[part]}" for part in pattern.findall(text)]
        return "".join(f"{word}{name}" for word, name in zip(between, [*found, ""], strict=True))

    def _dictionary(self, samples: Sequence[Sample], place: str) -> object:
        best = _best(_names(samples), place) if samples[0].value else None
        if best is not None:
            return f"${best}"
        keys = [key for sample in samples for key in t.cast("dict[str, object]", sample.value)]
        if keys and all(GUID.fullmatch(key.lower()) for key in keys):
            return self._by_id(samples, place)
        return self._copied(samples, place) or self._by_key(samples, place, dict.fromkeys(keys))

    def _by_id(self, samples: Sequence[Sample], place: str) -> object:
        which = _list_of([sample.of(list(_mapping(sample))) for sample in samples], lambda key: [str(key).lower()])
        if which is None:
            raise Unexplained(place, "names tenants other than those that changed, stay, or are offered")
        pairs = [
            (sample.about(key, key.lower()), value) for sample in samples for key, value in _mapping(sample).items()
        ]
        key = self._scalar([own for own, _value in pairs], f"{place}.tenantId")
        value = self.value([own.of(value) for own, value in pairs], f"{place}.*")
        return {_EACH_OF[which]: {KEY: key, VALUE: value}}

    def _copied(self, samples: Sequence[Sample], place: str) -> object | None:
        """Return the template of a whole object of the portal with some fields changed, None if it is not one."""
        for root in ("tenant", "effective", "group", "picker"):
            answers = [
                sample.named.get("tenant") if root == "tenant" else sample.values.answers[root] for sample in samples
            ]
            sources = [answer if isinstance(answer, dict) else {} for answer in answers]
            if not all(
                len(source) > 1 and source.keys() <= _mapping(own).keys()
                for source, own in zip(sources, samples, strict=True)
            ):
                continue
            changed = dict.fromkeys(
                key
                for source, sample in zip(sources, samples, strict=True)
                for key, value in _mapping(sample).items()
                if key not in source or not is_same(source[key], value)
            )
            if 2 * len(changed) > len(_mapping(samples[0])):
                continue
            return {COPY: f"${root}", **t.cast("dict[str, object]", self._by_key(samples, place, changed))}
        return None

    def _by_key(self, samples: Sequence[Sample], place: str, keys: Iterable[str]) -> object:
        template: dict[str, object] = {}
        for key in keys:
            there = [sample.of(_mapping(sample)[key]) for sample in samples if key in _mapping(sample)]
            name = str(self.literal(key, f"{place}: a field's name"))
            if len(there) == len(samples):
                template[name] = self.value(there, f"{place}.{key}")
                continue
            absent = [sample for sample in samples if key not in _mapping(sample)]
            names = [
                each for each in _names(there) if "." in each and not any(each in sample.named for sample in absent)
            ]
            best = _best(names, f"{place}.{key}")
            if best is None:
                raise Unexplained(f"{place}.{key}", "is in some of the requests only, and no answer says in which")
            template[name] = f"${best}?"
        return template

    def _list(self, samples: Sequence[Sample], place: str) -> object:
        items = [(sample, item) for sample in samples for item in t.cast("list[object]", sample.value)]
        if not items:
            raise Unexplained(place, "is an empty list in every request")
        best = _best(_names(samples), place)
        if best is not None:
            return f"${best}"
        if all(len(_tenant_of(sample, item)) == 1 for sample, item in items):
            which = _list_of(samples)
            if which is None:
                raise Unexplained(place, "lists tenants other than those that changed, stay, or are offered")
            each = self.value([sample.about(item, _tenant_of(sample, item)[0]) for sample, item in items], f"{place}[]")
            return f"${_IDS_OF[which]}" if each == "$tenant_id" and which in _IDS_OF else {_EACH_OF[which]: each}
        lengths = {len(t.cast("list[object]", sample.value)) for sample in samples}
        if len(lengths) > 1:
            raise Unexplained(place, _NOT_FROM_AN_ANSWER)
        return [
            self.value(
                [sample.of(t.cast("list[object]", sample.value)[index]) for sample in samples], f"{place}[{index}]"
            )
            for index in range(lengths.pop())
        ]


def _tenant_of(sample: Sample, item: object) -> list[str]:
    """Return the tenants that an item of a list names; the home tenant only where no other is named."""
    ids = tenants_in(item, sample.values.rows)
    others = [tenant_id for tenant_id in ids if tenant_id != sample.values.home_tenant_id]
    return others or ids


def _list_of(samples: Sequence[Sample], ids_of: Callable[[object], list[str]] | None = None) -> TenantList | None:
    """Return which list of tenants the items of a list are, each tenant once; None if it is none of them."""
    found: list[list[str]] = []
    for sample in samples:
        items = t.cast("list[object]", sample.value)
        of_items = [ids_of(item) if ids_of else _tenant_of(sample, item) for item in items]
        if not all(len(ids) == 1 for ids in of_items):
            return None
        found.append([ids[0] for ids in of_items])
    for which in samples[0].lists:
        if all(sorted(ids) == sorted(sample.lists[which]) for ids, sample in zip(found, samples, strict=True)):
            return which
    return None


def _names(samples: Sequence[Sample]) -> list[str]:
    """Return the placeholders that give the value in every request."""
    first, *others = samples
    return [
        name
        for name, value in first.named.items()
        if _gives(value, first.value)
        and all(name in other.named and _gives(other.named[name], other.value) for other in others)
    ]


def _gives(value: object, recorded: object) -> bool:
    """Return whether a placeholder with this value gives the recorded one: in a longer text, a number is its digits."""
    if isinstance(recorded, str) and isinstance(value, int) and not isinstance(value, bool):
        return str(value) == recorded
    return is_same(value, recorded)


def _best(names: Iterable[str], place: str) -> str | None:
    """Return the placeholder that is named in a place where several give the value, None if there is none."""
    return min(names, key=lambda name: _rank(name, place.rsplit(".", 1)[-1]), default=None)


def _rank(name: str, key: str) -> tuple[bool, int, int, str]:
    """Order placeholders: one with the same name comes first, then by source."""
    root, _dot, field = name.partition(".")
    source = _ROOTS.index(root) if root in _ROOTS else len(_ROOTS)
    return (field or root).rsplit(".", 1)[-1].lower() != key.lower(), source, len(name), name


def _mapping(sample: Sample) -> dict[str, object]:
    return t.cast("dict[str, object]", sample.value)


def _as_text(value: object) -> str:
    """Return what a value is within a longer text, and for others a text that occurs nowhere."""
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else "\0"


def _filled(template: str, sample: Sample) -> str:
    return PLACEHOLDER.sub(lambda match: "$" if match[1] == "$" else _as_text(sample.named.get(match[1])), template)
