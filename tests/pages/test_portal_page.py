# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings page of the lab's portal in a real Chromium: every write shape does what was clicked."""

from __future__ import annotations

import typing as t

import pytest
from portal_person import record_recipe
from worlds import tenant, tenant_id, write_world

from lab.clients.portal import Page
from lab.process import start_lab
from lab.worlds.portal import WriteShape
from recordings import firefox_form, sanitized

KEPT, FIRST, SECOND = map(tenant_id, (1, 2, 3))
WORLD = (tenant(1, in_view=True), tenant(2), tenant(3), tenant(4))
# A sign-in is the same whatever the shape is, and takes longer than the recipe.
SIGNED_IN = "replace"


@pytest.mark.parametrize("shape", t.get_args(WriteShape))
def test_the_recipe_by_clicks(tmp_path, chromium, shape):
    with start_lab(world=write_world(tmp_path, *WORLD, portal={"write_shape": shape})) as lab:
        recorded = record_recipe(chromium, lab, tmp_path / "page.har", FIRST, SECOND, sign_in=shape == SIGNED_IN)
        writes = [row for row in lab.requests() if "/mtoapi/lab/" in row["path"]]
        assert recorded.views == ((KEPT,), (KEPT, FIRST, SECOND), (KEPT, SECOND), (KEPT,))
        assert Page(lab).view() == [KEPT]
    assert {row["status"] for row in writes} == {200}
    sent = [entry for entry in recorded.har["log"]["entries"] if "/mtoapi/lab/" in entry["request"]["url"]]
    assert len(sent) == len(writes) >= 3
    assert all("tenantId" in entry["response"]["content"]["text"] for entry in sent)
    bodies = [entry["request"].get("postData", {}).get("text") for entry in sent]
    for other in (firefox_form(recorded.har), sanitized(recorded.har)):
        there = [entry for entry in other["log"]["entries"] if "/mtoapi/lab/" in entry["request"]["url"]]
        assert [entry["request"].get("postData", {}).get("text") for entry in there] == bodies
