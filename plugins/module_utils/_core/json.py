# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only place where JSON from outside becomes data: strict, and with its text made harmless."""

from __future__ import annotations

import json
import math
import typing as t
from collections.abc import Mapping

from ansible_collections.m365.defender.plugins.module_utils._core.text import clean, is_clean

if t.TYPE_CHECKING:
    from collections.abc import Callable

Json: t.TypeAlias = t.Any  # A decoded JSON value whose form is not known yet.
JsonObject: t.TypeAlias = Mapping[str, Json]


def parse_json(text: str, scrub: Callable[[str], str] | None = None) -> Json:
    """Return the value of a JSON text. Every string in it has passed `clean`, and `scrub` where it is given.

    Raise ValueError for what RFC 8259 does not allow (NaN, a byte order mark) or leaves open (a name that occurs twice
    in an object), for a number that is not finite, and for nesting that Python cannot follow.
    """
    try:
        value = json.loads(text, parse_constant=_refused, parse_float=_finite, object_pairs_hook=_each_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    # Most answers hold nothing that has to be changed, and an escape could hide what does.
    untouched = "\\" not in text and is_clean(text) and (scrub is None or scrub(text) == text)
    return value if untouched else _cleaned(value, scrub or str)


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


def _cleaned(value: Json, scrub: Callable[[str], str]) -> Json:
    """Return the value with every string cleaned, the keys included. Raise ValueError for too deep nesting."""
    try:
        return _walked(value, scrub)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _walked(value: Json, scrub: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return scrub(clean(value))
    if isinstance(value, list):
        return [_walked(item, scrub) for item in value]
    if isinstance(value, dict):
        return {scrub(clean(key)): _walked(item, scrub) for key, item in value.items()}
    return value
