# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only place where JSON from outside becomes data: strict, and with its text made harmless."""

from __future__ import annotations

import itertools
import json
import math
import typing as t
from collections.abc import Mapping

from ansible_collections.m365.defender.plugins.module_utils._core.text import clean, is_clean

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Json: t.TypeAlias = t.Any  # A decoded JSON value whose form is not known yet.
JsonObject: t.TypeAlias = Mapping[str, Json]

# No clean text holds it.
_BETWEEN: t.Final = "\0"


def parse_json(text: str, scrub: Callable[[str], str] | None = None) -> Json:
    """Return the value of a JSON text. Every string in it has passed `clean`, and `scrub` where it is given.

    Raise ValueError for what RFC 8259 does not allow (NaN, a byte order mark) or leaves open (a name that occurs twice
    in an object), for a number that is not finite, and for nesting that Python cannot follow.
    """
    try:
        value = json.loads(text, parse_constant=_refused, parse_float=_finite, object_pairs_hook=_each_once)
        # Most answers hold nothing that has to be changed, and an escape could hide what does.
        untouched = "\\" not in text and is_clean(text) and (scrub is None or scrub(text) == text)
        return value if untouched else _cleaned(value, scrub)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _each_once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a name occurs twice in an object")
    return value


def _refused(constant: str) -> t.NoReturn:
    raise ValueError(f"{constant} is not a JSON value")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _cleaned(value: Json, scrub: Callable[[str], str] | None) -> Json:
    """Return the value with every string cleaned, the keys included."""
    strings: list[str] = []
    _gather(value, strings)
    harmless = strings if is_clean("\n".join(strings)) else [clean(string) for string in strings]
    if scrub is not None:
        harmless = _scrubbed(harmless, scrub)
    return value if harmless == strings else _rebuilt(value, iter(harmless))


def _gather(value: Json, strings: list[str]) -> None:
    """Append the strings of a value, in the order in which `_rebuilt` takes them."""
    if isinstance(value, str):
        strings.append(value)
    elif isinstance(value, list):
        for item in value:
            _gather(item, strings)
    elif isinstance(value, dict):
        strings += value
        for item in value.values():
            _gather(item, strings)


def _scrubbed(strings: list[str], scrub: Callable[[str], str]) -> list[str]:
    """Scrub clean strings together: one by one, a megabyte of short ones would take seconds."""
    if len(strings) <= 1:
        return [scrub(string) for string in strings]
    scrubbed = scrub(_BETWEEN.join(strings)).split(_BETWEEN)
    if len(scrubbed) == len(strings):
        return scrubbed
    # The scrubber hid the whole text, since it cannot tell where in it the secret is.
    half = len(strings) // 2
    return [*_scrubbed(strings[:half], scrub), *_scrubbed(strings[half:], scrub)]


def _rebuilt(value: Json, strings: Iterator[str]) -> Json:
    if isinstance(value, str):
        return next(strings)
    if isinstance(value, list):
        return [_rebuilt(item, strings) for item in value]
    if isinstance(value, dict):
        keys = list(itertools.islice(strings, len(value)))
        return {key: _rebuilt(item, strings) for key, item in zip(keys, value.values(), strict=True)}
    return value
