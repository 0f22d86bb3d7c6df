# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Governance against the lab: v1.0, the fall-back to beta, and what is told where the lists may not be read."""

from __future__ import annotations

import dataclasses

import pytest
from test_access import access
from test_access import told as checks_of
from test_facts import facts, pairs, reasons
from worlds import HOME_ID, declared, guest_tenant, tenant, tenant_id, write_world

from ansible_collections.m365.defender.plugins.module_utils._core import clouds
from lab.clients.portal import PICKER, Page
from lab.data import permissions
from lab.process import start_lab

ROOT = "/directory/tenantGovernance/"


def governed(number, **fields):
    """A tenant that is in order by governance."""
    row = {"status": "Active", "roles": ["Security Reader"], "group": "SOC all staff"}
    return tenant(number, **{"gdap": [], "governance": [row], "declare": {"access": "governance"}, **fields})


def caveats(row):
    return [caveat["reason"] for caveat in row["requirements"]["access"]["caveats"]]


def governance_urls(row):
    pieces = [piece for verdict in row["requirements"].values() for piece in verdict["evidence"]]
    return {piece["url"] for piece in pieces if piece["what"].startswith("governance_")}


THEIRS = {"side": "governing", "roles": ["Global Reader"], "group": "Theirs"}
STORIES = (
    (governed(1), (None, None)),
    (governed(2, governance=[{**governed(2)["governance"][0], "group": "Helpdesk"}]), "operator_not_assigned"),
    (governed(3, governance=[{"status": "active"}]), "no_assignment"),
    (governed(4, governance=[{"status": "Terminated"}]), "terminated"),
    (governed(5, governance=[{"status": "terminationRequestedByGoverningTenant"}]), "ending"),
    (governed(6, governance=[THEIRS], groups=[{"name": "Theirs"}]), "reversed"),
    (governed(7, governance=[], governance_request={}), "requested"),
    (governed(8, governance=[], governance_request={"created_days_ago": 15}), "request_expired"),
    (governed(9, governance=[], governance_request={"status": "rejected"}), "rejected"),
    (governed(10, governance=[], governance_invitation={}), "invited"),
    (governed(11, governance=[], governance_invitation={"created_days_ago": 31}), "invitation_expired"),
    (governed(12, governance=[]), "missing"),
    (
        governed(13, governance=[{"roles": ["Directory Readers"], "group": "SOC analysts"}]),
        ("permissions", "permissions.governance_no_role"),
    ),
)
ANSWERS = [told if isinstance(told, tuple) else ("access", f"access.governance_{told}") for _row, told in STORIES]


@pytest.fixture(scope="module")
def stories(tmp_path_factory):
    world = write_world(tmp_path_factory.mktemp("governance"), *(row for row, _told in STORIES))
    with start_lab(world=world) as lab:
        yield lab


ROWS = declared(*(row for row, _told in STORIES))


def test_every_state(stories):
    rows = facts(stories, ROWS)
    assert pairs(rows) == ANSWERS
    assert rows[0]["ready"] is True
    assert reasons(rows[0])["permissions"] == "permissions.role_via_governance"
    url = f"{stories.connection['graph']}/v1.0{ROOT}governanceRelationships"
    assert all(url in governance_urls(row) for row in rows)
    assert [caveats(row) for row in rows] == [[]] * len(rows)


def test_auto_finds_it(stories):
    rows = facts(stories, [{**row, "access": "auto"} for row in ROWS])
    answers = [*ANSWERS]
    for number in (5, 11):
        answers[number] = ("access", "access.none_found")
    assert pairs(rows) == answers


def test_access_is_verified(stories):
    rows = access(stories, ROWS)["tenants"]
    assert (rows[0]["status"], rows[0]["method"]) == ("verified", "governance")
    assert checks_of(rows[0]) == {
        "listed": "access.listed_governance",
        "sign_in": "sign_in.token_issued",
        "defender": "defender.answers",
    }
    listed = [row["listed"]["status"] == "met" for row in rows]
    assert [number for number, found in enumerate(listed, 1) if found] == [1, 2, 3, 5, 13]


def test_beta_where_v1_does_not_know_it(tmp_path):
    world = write_world(tmp_path, governed(1), governance_in_v1=False)
    with start_lab(world=world) as lab:
        (row,) = facts(lab, declared(governed(1)))
        (checked,) = access(lab, declared(governed(1)))["tenants"]
    assert row["ready"] is True
    assert governance_urls(row) == {f"{lab.connection['graph']}/beta{ROOT}governanceRelationships"}
    assert checked["status"] == "verified"
    assert {piece["url"] for piece in checked["listed"]["evidence"]} == governance_urls(row)


WITHOUT = sorted(name for name in permissions.FULL_APPLICATION if not name.startswith("TenantGovernance"))


def test_permission_that_is_missing(tmp_path):
    tenants = (governed(1), tenant(2), guest_tenant(3), governed(4, governance=[]))
    world = write_world(tmp_path, *tenants, app_permissions=[*WITHOUT, "User.Read"])
    with start_lab(world=world) as lab:
        rows = facts(lab, declared(*tenants))
        by_auto = facts(lab, [{**row, "access": "auto"} for row in declared(*tenants)])
    assert pairs(rows[:1]) == [("consent", "consent.permission_missing")]
    assert "TenantGovernance-Relationship.Read.All" in rows[0]["requirements"]["access"]["remedy"]
    assert pairs(rows[1:3]) == [(None, None)] * 2
    none = ("access", "access.none_found")
    assert pairs(by_auto) == [none, (None, None), (None, None), none]
    assert all("access.governance_unread" in caveats(row) for row in by_auto)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "error", "status": 403}, "read.forbidden"),
        ({"kind": "throttle", "retry_after": "0"}, "read.throttled"),
    ],
)
def test_list_that_is_refused(tmp_path, fault, reason):
    faults = [{**fault, "path": ROOT, "times": 100}]
    world = write_world(tmp_path, governed(1), tenant(2), faults=faults)
    with start_lab(world=world) as lab:
        rows = facts(lab, declared(governed(1), tenant(2)))
        by_auto = facts(lab, [{**row, "access": "auto"} for row in declared(governed(1), tenant(2))])
    assert pairs(rows) == [("access", reason), (None, None)]
    expected = "access.none_found" if reason == "read.forbidden" else reason
    assert pairs(by_auto) == [("access", expected), (None, None)]


def test_gdap_beside_it(tmp_path):
    both = governed(1, gdap=tenant(1)["gdap"])
    with start_lab(world=write_world(tmp_path, both)) as lab:
        for method in ("governance", "auto", "gdap"):
            (row,) = facts(lab, [{**declared(both)[0], "access": method}])
            assert row["ready"] is True
            assert ("access.governance_beside_gdap" in caveats(row)) is (method != "gdap")


def test_cloud_without_it(stories, monkeypatch):
    """The lab has one address for all clouds: another cloud's name is enough."""
    for name in ("gcc_high", "dod"):
        endpoints = {key: stories.connection[key] for key in ("login", "graph", "arm", "portal", "mto")}
        audiences = {"graph_audience": "https://graph.microsoft.com", "arm_audience": "https://management.azure.com"}
        monkeypatch.setitem(clouds.CLOUDS, name, dataclasses.replace(clouds.CLOUDS[name], **audiences))
        rows = facts(stories, [ROWS[0], {**ROWS[1], "access": "auto"}], cloud=name, endpoints=endpoints)
        assert pairs(rows[:1]) == [("access", "access.governance_not_in_cloud")]
        assert caveats(rows[1]) == ["access.governance_unread"]


def test_portal_offers_it(stories):
    rows = Page(stories, "portal_cookies_file", "mto").get(PICKER).json()["tenantInfoList"]
    assert [row["tenantId"] for row in rows] == [HOME_ID, tenant_id(1), tenant_id(13)]
