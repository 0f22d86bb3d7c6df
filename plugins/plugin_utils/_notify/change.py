# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is different in a report from the run before."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_json
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, TenantExpiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import restore

if t.TYPE_CHECKING:
    import datetime as dt

# What ends is a finding some weeks before. It is told again when so many days are left.
_DAYS_LEFT: t.Final = (7, 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """Findings that are new or gone since the run before, and what has come near its end since then."""

    home_tenant_id: str
    new: tuple[Finding, ...]
    resolved: tuple[Finding, ...]
    expiring: tuple[TenantExpiry, ...]


def read_change(option: str, path: str) -> Change:
    """Return the change that a report.json holds. Raises OptionError."""
    full_path = user_path(path)
    body = read_user_json(option, full_path, "name a report.json that onboard or drift has written.")
    try:
        return change_of(restore(body))
    except OptionError as error:
        raise OptionError(
            f"{option}: {full_path} is not a report.json that says what has changed; run drift to make a new report."
        ) from error


def change_of(report: object) -> Change:
    """Return the change in a report. Raises OptionError."""
    fields = Fields(report, "report")
    before = parse_time(fields.row("changes").optional_text("previous_at"))
    now = parse_time(fields.time("generated_at"))
    expiries = [TenantExpiry.from_fields(row) for row in fields.rows("expiries")]
    return Change(
        home_tenant_id=fields.text("home_tenant_id"),
        new=_with_state(fields.rows("findings"), "new"),
        # What was accepted has not been told, and its end is no news either.
        resolved=_with_state(fields.rows("resolved"), "new", "open"),
        expiring=tuple(row for row in expiries if before and now and _comes_near(row, before, now)),
    )


def _with_state(rows: list[Fields], *states: str) -> tuple[Finding, ...]:
    return tuple(Finding.from_fields(row) for row in rows if row.text("state") in states)


def _comes_near(row: TenantExpiry, before: dt.datetime, now: dt.datetime) -> bool:
    """Tell whether a number of days was left in the time between two runs. What has ended is a finding."""
    ends = parse_time(row.expiry.ends)
    if ends is None or ends <= now or row.expiry.auto_extend:
        return False
    return any((ends - now).days < days <= (ends - before).days for days in _DAYS_LEFT)
