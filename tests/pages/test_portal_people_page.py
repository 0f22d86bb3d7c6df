# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two people at the settings page of the lab's portal, in a real Chromium."""

from __future__ import annotations

from portal_person import select, signed_in
from test_lab_portal_people import ONE, PROFILE, THREE, TWO, running_lab

from lab.clients.portal import API, CONTEXT, Page

# The fixture `lab`.
__all__ = ["running_lab"]


def test_each_person_sees_and_changes_their_own_view_by_clicks(lab, chromium):
    colleague = Page(lab, "colleague_cookies_file").get(CONTEXT).json()["AuthInfo"]["UserName"]
    with signed_in(chromium, lab, account=colleague) as page:
        assert "Lost access" in page.locator(f'tr[data-tenant="{TWO}"]').inner_text()
        select(page, remove=[TWO])
        select(page, add=["Customer 3"])
    assert (Page(lab).view(), Page(lab, "colleague_cookies_file").view()) == ([ONE, TWO], [ONE, THREE])


def test_the_page_says_what_a_removal_breaks(lab, chromium):
    with signed_in(chromium, lab) as page:
        row, warning = page.locator(f'tr[data-tenant="{ONE}"]'), page.get_by_role("alert")
        assert f"Distribution profile {PROFILE}" in row.inner_text()
        row.get_by_role("checkbox").check()
        sentence = f"Removal breaks the content assignment of the distribution profile {PROFILE}."
        assert warning.inner_text() == sentence
        row.get_by_role("checkbox").uncheck()
        assert not warning.inner_text()
        select(page, remove=[ONE])
    later = Page(lab)
    later.renew()
    (profile,) = later.get(f"{API}/assignments").json()["distributionProfiles"]
    assert profile == {"name": PROFILE, "tenantIds": [ONE], "broken": [ONE]}
