# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kinds of requests."""

from __future__ import annotations

import pytest
from recorded import FIRST, SECOND, Recorded, one_by_one, put_full_list

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.hypotheses import (
    is_about_use,
    search,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import Private
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import read_steps


@pytest.mark.parametrize(
    ("path", "telling"),
    [
        ("/apiproxy/telemetry/events", True),
        ("/api/log", True),
        ("/x/analytics", True),
        ("/apiproxy/mtoapi/recentItems", True),
        ("/apiproxy/mtoapi/tenantGroups", False),
        ("/apiproxy/mtoapi/catalogs", False),
        ("/apiproxy/mtoapi/preventions", False),
    ],
)
def test_requests_about_the_use_of_a_page(path, telling):
    assert is_about_use(f"POST {path}") is telling


def test_requests_for_several_tenants_are_of_one_kind():
    steps = read_steps(exchanges(Recorded().recipe(one_by_one).entries), "src").steps
    kinds = {write.exchange.kind for step in steps for write in step.writes}
    assert kinds == {"POST /apiproxy/mtoapi/view/*", "DELETE /apiproxy/mtoapi/view/*"}
    assert FIRST not in str(kinds)
    assert SECOND not in str(kinds)


def test_search_names_every_way_and_why_others_are_none():
    steps = read_steps(exchanges(Recorded().recipe(one_by_one).entries), "src").steps
    looked = search(steps, "", Private())
    assert [(found.name, found.largest, found.split) for found in looked.found] == [
        ("add", 1, True),
        ("remove", 1, False),
    ]
    assert looked.failures == {}
    (whole,) = search(read_steps(exchanges(Recorded().recipe(put_full_list).entries), "src").steps, "", Private()).found
    assert whole.name == "set"
