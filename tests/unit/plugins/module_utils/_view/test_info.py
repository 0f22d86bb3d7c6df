# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result of mto_tenant_info: what the portal says, whether it may be used or not."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from portal_answers import (
    ADDED,
    ANNA,
    HOME,
    SOURCES,
    TAKEN,
    A,
    B,
    FakePortal,
    make_connection,
    make_view,
    response,
)

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._view import info
from ansible_collections.m365.defender.plugins.module_utils._view.info import describe_view, view_info
from ansible_collections.m365.defender.plugins.module_utils._view.messages import sentence_details
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import load_snapshot
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import ViewSource
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    MultitenantView,
    ObservedView,
    TenantGroup,
)
from ansible_collections.m365.defender.plugins.module_utils._view.options import PortalOptions

DETAILS = sentence_details(make_connection(), ANNA, "https://mto.example")


def described(view, problem=None):
    return describe_view(view, ObservedView(view, problem), DETAILS)


def test_rows_are_what_the_portal_says_in_its_order():
    result = described(make_view([A, HOME], [B], lost=[A], unseen=["x"]))
    assert [row["tenant_id"] for row in result["tenants"]] == [B, A, HOME, "x"]
    assert result["tenants"][1] == {
        "tenant_id": A,
        "name": A,
        "registered": True,
        "offered": True,
        "lost_access": True,
        "declared": None,
        "groups": None,
        "added_on": ADDED,
        "environment": 1,
        "home": False,
    }
    assert [row["home"] for row in result["tenants"]] == [False, False, True, False]
    not_offered = result["tenants"][3]
    assert (not_offered["offered"], not_offered["lost_access"], not_offered["registered"]) == (False, None, None)
    assert (result["operator"], result["home_tenant_id"], result["taken_at"]) == (ANNA, HOME, TAKEN)
    assert (result["sources"], result["complete"], result["problems"]) == (SOURCES, True, [])


def test_a_view_that_may_not_be_used_is_shown_with_its_problem():
    result = described(make_view([A]), Problem("registration.other_operator", {"answered": "ben@x"}))
    assert (result["complete"], result["tenants"][0]["registered"]) == (False, None)
    assert "ben@x" in result["problems"][0]


def test_every_part_that_could_not_be_read_has_its_sentence():
    problems = {name: Problem("registration.unreadable", {"what": name}) for name in ("picker", "effective")}
    result = described(MultitenantView(TAKEN, ANNA, HOME, None, None, problems=problems))
    assert (result["tenants"], len(result["problems"]), result["tenant_groups"]) == ([], 2, None)


def test_groups():
    view = make_view([A])
    group = TenantGroup("All", "g-1", tuple(view.exposed.values()))
    with_groups = MultitenantView(TAKEN, ANNA, HOME, view.offered, view.exposed, view.sources, (group,))
    assert described(with_groups)["tenant_groups"] == [
        {"name": "All", "group_id": "g-1", "tenant_ids": [A], "hidden": 0}
    ]


def live_info(monkeypatch, portal, **connection):
    source = ViewSource(portal, None, 1.0, "https://mto.example", Deadline(60), ("a warning",))
    monkeypatch.setattr(info, "open_source", lambda options, given: source)
    return view_info(PortalOptions(snapshot="view.json"), make_connection(**connection))


def test_a_whole_view_can_be_saved(monkeypatch, tmp_path):
    result = live_info(monkeypatch, FakePortal())
    path = tmp_path / "view.json"
    path.write_text(json.dumps(result["snapshot"]), encoding="utf-8")
    view = load_snapshot(str(path), dt.datetime.fromisoformat(result["taken_at"]))
    assert (view.registered, view.operator) == ((A,), ANNA)
    assert result["warnings"] == ["a warning"]
    assert [group["name"] for group in result["tenant_groups"]] == ["My private group"]


@pytest.mark.parametrize(
    ("portal", "connection"),
    [(FakePortal(picker=response({}, 500)), {}), (FakePortal(), {"operator": "ben@northwind.example"})],
)
def test_another_view_is_not_saved(monkeypatch, portal, connection):
    result = live_info(monkeypatch, portal, **connection)
    assert result["snapshot"] is None
    assert len(result["problems"]) == 1


def test_what_has_to_be_given():
    with pytest.raises(OptionError, match="portal_snapshot: no source of the view is given"):
        view_info(PortalOptions(), make_connection())
    with pytest.raises(OptionError, match="operator: missing"):
        view_info(PortalOptions(), make_connection(operator=None))
