# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of single option values that an argument spec cannot express."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

DAY: t.Final = 86400.0
GUID: t.Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def parse_number(option: str, value: object, default: float, largest: float) -> float:
    """Return a number above 0 and up to `largest`. Raise OptionError."""
    number = default if value is None else value
    if not isinstance(number, (int, float)) or not 0 < number <= largest:
        raise OptionError(f"{option}: {value} is out of range; give a number above 0 and up to {largest:g}.")
    return number


def parse_days(option: str, value: int) -> int:
    """Return a number of days, 0 included. Raise OptionError."""
    if not 0 <= value <= 730:
        raise OptionError(f"{option}: {value} is out of range; give a number of days from 0 to 730.")
    return value
