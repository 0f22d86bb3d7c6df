# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Things that end by themselves: the source of every date in the report. Pure."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time, timestamp

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case

_DAY: t.Final = dt.timedelta(days=1)


def expiry(case: Case, what: str, key: str, name: str, ends: object, *, auto_extend: bool = False) -> Iterator[Expiry]:
    """Yield what ends, where its end is known and still to come. What has ended is up to the verdicts."""
    moment = parse_time(ends)
    if moment is not None and moment > case.now:
        days = (moment - case.now) // _DAY
        yield Expiry(what, key, name, timestamp(moment), days, auto_extend)
