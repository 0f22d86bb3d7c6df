# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's portal for two people, with a limit, another cloud and a distribution profile."""

from __future__ import annotations

import pytest
from worlds import HOME_ID, OPERATOR, tenant, tenant_id, write_world

from lab.clients.portal import API, CONTEXT, EFFECTIVE, PICKER, Page
from lab.process import start_lab
from lab.worlds.loading import WorldError, load_world

ONE, TWO, THREE, FOUR, OTHER = map(tenant_id, (1, 2, 3, 4, 50))
PROFILE = "Endpoint baseline"
WORLD = (
    tenant(1, in_view=True, colleague="in_view", distribution_profile=PROFILE),
    tenant(2, in_view=True, colleague="lost_access"),
    tenant(3, colleague="offered", aad_environment=2),
    tenant(4),
)
EXTRA = {"tenant_id": OTHER, "name": "Other", "colleague": "offered", "aad_environment": 3}


@pytest.fixture(name="lab")
def running_lab(tmp_path):
    world = write_world(tmp_path, *WORLD, portal={"max_tenants": 3, "extra": [EXTRA]})
    with start_lab(world=world) as running:
        yield running


def rows_of(page):
    page.renew()
    return {row["tenantId"]: row for row in page.get(PICKER).json()["tenantInfoList"]}


def test_two_people_have_overlapping_views(lab):
    mine, theirs = Page(lab), Page(lab, "colleague_cookies_file")
    assert (mine.view(), theirs.view()) == ([ONE, TWO], [ONE, TWO])
    assert [*rows_of(mine)] == [HOME_ID, ONE, TWO, THREE, FOUR, OTHER]
    there = rows_of(theirs)
    assert [*there] == [HOME_ID, ONE, TWO, THREE, OTHER]
    assert [there[each]["lostAccess"] for each in (ONE, TWO, THREE)] == [False, True, False]
    assert theirs.get(f"{API}/tenants/{TWO}/workloadStatus").status_code == 403
    assert theirs.replace(ONE, THREE).status_code == 200
    assert theirs.replace(ONE, FOUR).status_code == 400
    assert (mine.view(), theirs.view()) == ([ONE, TWO], [ONE, THREE])
    assert mine.get(CONTEXT).json()["AuthInfo"]["UserName"] == OPERATOR
    assert theirs.get(CONTEXT).json()["AuthInfo"]["UserName"] != OPERATOR


def test_a_view_holds_so_many_tenants(lab):
    page = Page(lab)
    assert page.replace(ONE, TWO, THREE).status_code == 200
    answer = page.replace(ONE, TWO, THREE, FOUR)
    assert (answer.status_code, answer.json()["message"]) == (400, "A view can hold at most 3 tenants.")
    assert page.view() == [ONE, TWO, THREE]
    assert page.replace(ONE, TWO, FOUR).status_code == 200


def test_a_tenant_of_another_cloud_has_another_number(lab):
    page = Page(lab)
    clouds = {each: row["tenantAadEnvironment"] for each, row in rows_of(page).items()}
    assert clouds == {HOME_ID: 1, ONE: 1, TWO: 1, THREE: 2, FOUR: 1, OTHER: 3}
    page.replace(ONE, THREE)
    exposed = page.get(EFFECTIVE).json()["exposedTargetTenantsInfo"]
    assert [row["tenantAadEnvironment"] for row in exposed] == [1, 2]


@pytest.mark.parametrize(
    ("tenants", "sentence"),
    [
        ([tenant(1, in_view=True), tenant(2, in_view=True)], "the view of the operator has 2 tenants"),
        ([tenant(1, colleague="in_view"), tenant(2, colleague="lost_access")], "the view of the colleague has 2"),
        ([tenant(1, colleague="sees")], "colleague"),
        ([tenant(1, aad_environment=-1)], "aad_environment"),
    ],
)
def test_a_world_that_cannot_be_is_refused(tmp_path, tenants, sentence):
    with pytest.raises(WorldError, match=sentence):
        load_world(write_world(tmp_path, *tenants, portal={"max_tenants": 1}))
