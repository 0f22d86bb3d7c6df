# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single option values that an argument spec cannot check: GUIDs, durations, whole numbers in a range."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened

DAY: t.Final = 86400.0
GUID: t.Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
# A shell, a registry or a JSON file of Microsoft's tools may put it in one of these.
_BRACKETS: t.Final = ("{}", "()", '""', "''")
_UNITS: t.Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": DAY, "w": 7 * DAY}
_DURATION: t.Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)\s*([smhdw]?)\Z", re.IGNORECASE)
_LONGEST: t.Final = 60


def quoted(value: object) -> str:
    """Return a user's value as a sentence can show it: on one line, in quotes, and not too long."""
    return f"'{shortened(one_line(value), _LONGEST)}'"


def parse_guid(value: object) -> str | None:
    """Return a GUID in lower case, without the white space and the braces around it; None if it is not one."""
    text = str(value).strip().lower()
    if text[:1] + text[-1:] in _BRACKETS:
        text = text[1:-1].strip()
    return text if GUID.match(text) else None


def parse_duration(option: str, value: object, default: float, *, least: float = 1e-3, most: float = DAY) -> float:
    """Return the seconds in `90`, `90s`, `5m`, `24h` or `7d`. Raise OptionError."""
    if value is None or value == "":
        return default
    match = _DURATION.match(str(value).strip())
    seconds = float(match[1]) * _UNITS[match[2].lower()] if match else -1.0
    if not least <= seconds <= most:
        limit = "0 or more" if least == 0 else "more than 0"
        raise OptionError(
            f"{option}: {quoted(value)} is not a duration of {limit} and at most {most / DAY:g}d; give seconds, or a"
            " number with a unit, such as 90s, 5m or 24h."
        )
    return seconds


def parse_whole_number(option: str, value: object, default: int, *, least: int, most: int) -> int:
    """Return a whole number in a range. Raise OptionError."""
    number = default if value is None else value
    if not isinstance(number, int) or not least <= number <= most:
        raise OptionError(f"{option}: {quoted(number)} is out of range; give a whole number from {least} to {most}.")
    return number


def parse_days(value: object) -> int:
    """Return `expiry_warning_days`, 30 by default. Raise OptionError."""
    return parse_whole_number("expiry_warning_days", value, 30, least=0, most=730)


def texts_of(label: str, option: str, value: object) -> list[str]:
    """Return a list option as texts. A text is split at commas, as Ansible does. Raise OptionError."""
    if isinstance(value, str):
        return [text.strip() for text in value.split(",") if text.strip()]
    if value is not None and not isinstance(value, (list, tuple)):
        raise OptionError(f"{label}: {option} {quoted(value)} is not a list; give a list of names.")
    return [str(entry) for entry in value or ()]
