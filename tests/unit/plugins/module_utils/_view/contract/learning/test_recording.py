# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that a recording shows."""

from __future__ import annotations

import pytest
from recorded import FIRST, HOME, SECOND, STAYS, Recorded, one_by_one, put_full_list

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import (
    mentioned_in,
    read_steps,
    scalars_in,
)


def steps_of(page):
    return read_steps(exchanges(page.entries), "src").steps


def changes(page):
    return [(sorted(step.added), sorted(step.removed), len(step.writes)) for step in steps_of(page)]


RECIPE = [([FIRST, SECOND], [], 1), ([], [FIRST], 1), ([], [SECOND], 1)]


def test_each_change_is_a_step_with_its_requests():
    assert changes(Recorded().recipe(put_full_list)) == RECIPE
    assert changes(Recorded().recipe(one_by_one)) == [([FIRST, SECOND], [], 2), *RECIPE[1:]]


def test_page_knew_what_it_had_read_before():
    step = steps_of(Recorded().recipe(put_full_list))[1]
    assert step.writes[0].values.effective["_etag"] == step.writes[0].exchange.headers["if-match"]
    assert step.writes[0].values.home_tenant_id == HOME


def test_view_that_is_shown_late_or_from_before_belongs_to_the_same_step():
    def late(page, add, remove):
        put_full_list(page, add, remove)
        page.load()

    assert changes(Recorded().recipe(late)) == RECIPE

    page = Recorded()
    old = page.effective()
    page.load()
    page.change([FIRST, SECOND], [], put_full_list)
    page.send("GET", "/tenantGroups/effective/", answer=old)
    page.change([], [FIRST], put_full_list)
    page.change([], [SECOND], put_full_list)
    assert changes(page) == RECIPE


def test_requests_to_other_hosts_and_refused_ones_are_no_writes():
    def noisy(page, add, remove):
        page.send("POST", "https://elsewhere.example/collect", {"ids": add or remove})
        page.send("PUT", "/view", {"tenants": add or remove}, status=503)
        put_full_list(page, add, remove)

    recording = read_steps(exchanges(Recorded().recipe(noisy).entries), "src")
    assert [len(step.writes) for step in recording.steps] == [1, 1, 1]
    assert recording.refused == (503, 503, 503)


def test_portal_that_shows_no_view():
    page = Recorded()
    page.send("GET", "/tenantGroups/effective/", status=403)
    with pytest.raises(OptionError, match=r"src: the portal did not show the view \(HTTP 403\)"):
        read_steps(exchanges(page.entries), "src")
    with pytest.raises(OptionError, match=r"src holds no reading of the multitenant view"):
        read_steps([], "src")


@pytest.mark.parametrize("text", [FIRST, FIRST.upper(), FIRST.replace("-", ""), f"/x('{FIRST}')", f"{STAYS},{FIRST}"])
def test_ids_are_found_however_they_are_written(text):
    page = Recorded()
    page.send("POST", f"/x?id={text}", {"deep": [{"key": {text: 1}}]})
    (row,) = exchanges(page.entries)
    assert FIRST in mentioned_in(row, frozenset({FIRST, SECOND}))
    assert SECOND not in mentioned_in(row, frozenset({FIRST, SECOND}))


def test_scalars_of_a_value():
    assert scalars_in({"a": ["b", 1, None, True], "c": {"d": "e"}}) == ["b", "1", "None", "True", "e"]
