# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the page for what the model says in ids. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line, shortened
from ansible_collections.m365.defender.plugins.module_utils._core.times import minute_of, utc_time

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import RunInfo, TenantExpiry, TenantRow
    from ansible_collections.m365.defender.plugins.plugin_utils._report.team import Cell

# A longer name would stretch its row of a table; it is in full where the tenant has its own section.
_WIDEST_NAME: t.Final = 80
_ENDING: t.Final = {
    "gdap_relationship": "GDAP relationship",
    "group_membership": "membership of a group",
    "group_eligibility": "right to activate membership of a group",
    "role_assignment": "role",
    "role_eligibility": "right to activate a role",
    "subscription": "subscription",
}


class Shown(t.NamedTuple):
    """What a status is shown as: a word and a sign beside its colour, which the style sheet gives to the class."""

    css: str
    sign: str
    word: str


_STATUSES: t.Final = {
    "met": Shown("met", "✓", "met"),
    "unmet": Shown("unmet", "✗", "unmet"),
    "unknown": Shown("unknown", "?", "unknown"),
    "not_applicable": Shown("not_applicable", "○", "not applicable"),
}
_NOT_CHOSEN: t.Final = Shown("not_chosen", "·", "not chosen")
_NOT_LOOKED_AT: t.Final = Shown("not_looked_at", "·", "not looked at")


def short_name(name: str, tenant_id: str) -> str:
    """Return a name for a row of a table; without one it is the id."""
    return shortened(one_line(name) or one_line(tenant_id), _WIDEST_NAME)


def home_name(run: RunInfo) -> str:
    """Return the name of the home tenant; its id, if nobody read the name."""
    return one_line(run.home_tenant_name) or one_line(run.home_tenant_id)


def age(since: str, now: str) -> str:
    """Return for how long something has been open, in words; empty if it was never open before."""
    start, end = utc_time(since), utc_time(now)
    if start is None or end is None or start >= end:
        return ""
    days = (end - start).days
    return "since today" if not days else f"for {days} {'day' if days == 1 else 'days'}"


def ends_row(row: TenantExpiry) -> tuple[str, ...]:
    """Return what the table about ends says: when, days left, tenant, what, name, and whether it extends itself."""
    expiry = row.expiry
    what = _ENDING.get(expiry.what, expiry.what)
    extends = "yes" if expiry.auto_extend else "no"
    name = short_name(row.tenant_name, row.tenant_id)
    return minute_of(expiry.ends), str(expiry.days_left), name, what, expiry.name, extends


def status_of(verdict: Verdict | None) -> Shown:
    """Return what the status of a check is shown as; None is a check that was made for other tenants only."""
    if verdict is None:
        return _NOT_LOOKED_AT
    return _STATUSES[verdict.status] if verdict.chosen else _NOT_CHOSEN


def cell_status(cell: Cell) -> Shown:
    """Return what a cell is shown as: by the worst status of the checks of its first broken link."""
    if cell.shown is None:
        word = "eligible" if cell.eligible else "ready" if cell.ready else "nothing broken"
        return _STATUSES["met"]._replace(word=word)
    link, _reason = cell.shown
    statuses = {status for check, status in cell.checks.items() if CHAIN.link_of(check) == link}
    return _STATUSES["unmet" if "unmet" in statuses else "unknown"]._replace(word=CHAIN.title_of(link))


def standing(row: TenantRow) -> str:
    """Return what a tenant without a broken link is: never more than was looked at."""
    if row.eligible:
        # Recommended checks may still be unmet.
        nothing = "Nothing required is broken" if any(v.broken for v in row.verdicts.values()) else "Nothing broken"
        return f"{nothing}: {'registered' if row.registered else 'eligible'}"
    if row.ready and row.access is None:
        return "Every requirement is met; access was not looked at"
    return "Nothing broken, but not everything was looked at"
