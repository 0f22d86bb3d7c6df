# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a recorded value could be other than a constant: a secret, a name, a time, a number of tenants. Pure.

To refuse a constant costs a recording; to keep what is none would write something false, or tell a secret.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import rows_by_tenant

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.sample import Sample

_WORD: t.Final = re.compile(r"[A-Za-z0-9+/_=~:-]{10,}")
_NAME_OF_SECRET: t.Final = re.compile(
    r"(?:^|[^a-z])(?:code|sig|signature|key|token|secret|password|session|sid|puid|nonce|ticket)\Z|session|token|secret|xsrf",
    re.IGNORECASE,
)
_TIME: t.Final = re.compile(r"[12]\d{3}-\d\d-\d\d|\d:\d\d|\d{9}|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?:[a-z]*day)?\b")
_VERSION: t.Final = re.compile(r"version", re.IGNORECASE)
_LONGEST_WORD: t.Final = 32
_SHORT: t.Final = 4
_LONG: t.Final = 8


def is_secret(value: str, place: str) -> bool:
    """Return whether a text is more likely a token, a key or a signature than words."""
    key = place.rsplit(".", 1)[-1]
    if len(value) >= _SHORT and _NAME_OF_SECRET.search(key):
        return True
    return any(_is_random(word) for word in _WORD.findall(value))


def _is_random(word: str) -> bool:
    digits, letters = sum(map(str.isdigit, word)), sum(map(str.isalpha, word))
    dated = re.match(r"[12]\d{3}-\d\d-\d\d", word) is not None
    unbroken = len(word) > _LONGEST_WORD and not {*"-_/"} & {*word}
    return unbroken or (digits > 2 and letters > 2 and not dated)


def is_time(value: object, place: str) -> bool:
    """Return whether a value is a date, a time or a large number. The version of an API can be a date."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or _VERSION.search(place):
        return False
    return _TIME.search(str(value)) is not None


def is_unlikely(value: str) -> bool:
    """Return whether a text is equal to another one hardly by chance: it is long, or has digits in it."""
    return len(value) >= _LONG or (len(value) >= _SHORT and any(map(str.isdigit, value)))


def holds_number_of_tenants(value: object, samples: Sequence[Sample]) -> bool:
    """Return whether a value holds, in every request, a number that the tenants give: how many, or a position."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return False
    numbers = {int(digits) for digits in re.findall(r"(?<![\w.-])\d{1,6}(?![\w.-])", str(value))}
    return any(all(number in _numbers(sample) for sample in samples) for number in numbers)


def _numbers(sample: Sample) -> set[int]:
    shown = [*rows_by_tenant(sample.values.effective, "exposedTargetTenantsInfo")]
    numbers = {len(shown), *map(len, sample.lists.values())}
    named = sample.lists.get("tenants", ())
    if len(named) == 1:
        positions = [each.index(named[0]) for each in (shown, list(sample.values.offered)) if named[0] in each]
        numbers |= {number for position in positions for number in (position, position + 1)}
    return numbers
