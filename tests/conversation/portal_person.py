# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person at the settings page of the lab's portal, in a real Chromium: signs in, clicks, and records it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import typing as t

if t.TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

    from lab.process import Lab


@contextlib.contextmanager
def opened(chromium: Browser, **options: t.Any) -> Iterator[Tab]:
    """A tab of a browser profile of its own, without the certificate authority of the lab."""
    context = chromium.new_context(ignore_https_errors=True, **options)
    try:
        yield context.new_page()
    finally:
        # This also writes the recording.
        context.close()


@contextlib.contextmanager
def signed_in(
    chromium: Browser, lab: Lab, har: pathlib.Path | None = None, account: str | None = None
) -> Iterator[Tab]:
    """The portal's page, as a person opens it. What the browser sends until the end is in `har`.

    `account` is the user principal name, by default the operator's.
    """
    with opened(chromium, **_recorded(har)) as page:
        page.goto(lab["mto"])
        page.get_by_role("button", name=account or lab["operator"]).click()
        page.get_by_role("button", name="Continue").click()
        # A reload in the middle of the sign-in is refused.
        page.get_by_text("Ready").wait_for()
        yield page


@contextlib.contextmanager
def returned(chromium: Browser, lab: Lab, har: pathlib.Path | None = None, who: str = "portal") -> Iterator[Tab]:
    """The portal's page with a session that is still open: less work than a sign-in. `who` is portal or colleague."""
    with opened(chromium, storage_state=lab[f"{who}_cookies_file"], **_recorded(har)) as page:
        # The portal renews the token of the session before the page reads it.
        page.goto(f"{lab['mto']}/")
        page.get_by_text("Ready").wait_for()
        yield page


def _recorded(har: pathlib.Path | None) -> dict[str, t.Any]:
    return {"record_har_path": har, "record_har_mode": "full", "record_har_content": "embed"} if har else {}


def select(page: Tab, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    """Add tenants by their names, or remove some by their ids, and wait until the page has saved."""
    page.get_by_role("status").evaluate("(status) => { status.textContent = '' }")
    if add:
        page.get_by_role("button", name="Add tenants").click()
        for name in add:
            page.get_by_label(name, exact=True).check()
        page.get_by_role("button", name="Add", exact=True).click()
    for tenant_id in remove:
        page.locator(f'tr[data-tenant="{tenant_id}"] input').check()
    if remove:
        page.get_by_role("button", name="Remove").click()
    page.get_by_text("Saved", exact=True).wait_for()


def view_of(page: Tab) -> list[str]:
    """Return the ids of the tenants that the page shows in the view."""
    ids: list[str] = page.locator("#view tr").evaluate_all("(rows) => rows.map((row) => row.dataset.tenant)")
    return ids


def click(page: Tab, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
    """As a person does it: look at the page anew, select, Add or Remove."""
    page.reload()
    page.get_by_text("Ready").wait_for()
    select(page, add, remove)


@dataclasses.dataclass(frozen=True)
class Recorded:
    """The recording of a recipe, and the ids in the view at the start and after each of its three steps."""

    har: dict[str, t.Any]
    views: tuple[tuple[str, ...], ...]


def record_recipe(
    chromium: Browser, lab: Lab, har: pathlib.Path, first: str, second: str, *, sign_in: bool = True
) -> Recorded:
    """Add two tenants at once by clicks, remove one, then the other. `first` and `second` are ids."""
    names = {row["tenant_id"]: row["name"] for row in lab.tenants()}
    views = []
    with (signed_in if sign_in else returned)(chromium, lab, har) as page:
        views.append(view_of(page))
        for step in ({"add": [names[first], names[second]]}, {"remove": [first]}, {"remove": [second]}):
            select(page, **step)
            views.append(view_of(page))
    return Recorded(json.loads(har.read_text(encoding="utf-8")), tuple(tuple(sorted(view)) for view in views))
