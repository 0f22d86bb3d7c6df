# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tenants in another cloud: what is read at home for them, and what is not asked where none is declared."""

from __future__ import annotations

import pytest
from lab_client import client_of
from test_facts import facts
from worlds import declared, guest_tenant, tenant_id, write_world

from lab.process import start_lab

OTHERS = [
    {"tenant_id": tenant_id(11), "name": "Agency", "access": "b2b", "cloud": "dod"},
    {"tenant_id": tenant_id(12), "name": "Bureau", "access": "auto", "cloud": "gcc_high"},
]
HOME = {
    "allowed_clouds": ["microsoftonline.us"],
    "partner": "none",
    "others": {
        tenant_id(11): {
            "b2b_inbound": "blocked",
            "b2b_outbound": "allowed",
        }
    },
}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    directory = tmp_path_factory.mktemp("clouds")
    with start_lab(world=write_world(directory, guest_tenant(1), cross_tenant_access=HOME)) as found:
        yield found


def caveats(row):
    verdict = row["requirements"]["access"]
    assert (verdict["status"], verdict["reason"]) == ("unknown", "read.other_cloud")
    return {caveat["reason"]: caveat for caveat in verdict["caveats"]}


def test_home_half_is_read_and_judged(lab):
    """The first target has an entry that follows the recipe; for the second one the default holds."""
    near, first, second = facts(lab, [*declared(guest_tenant(1)), *OTHERS])
    assert near["ready"] is True
    assert set(caveats(first)) == {"access.cross_cloud_target", "access.cross_cloud_direction"}
    missing = caveats(second)["access.cross_cloud_home"]
    assert "Missing for Bureau: B2B collaboration, inbound: blocked." in missing["message"]
    assert "not known)" not in str(first) + str(second)


def test_evidence_of_one_target_holds_its_own_entry(lab):
    (row,) = facts(lab, OTHERS[:1])
    (piece,) = [p for p in row["requirements"]["access"]["evidence"] if p["what"] == "cross_cloud_partner"]
    assert piece["url"].endswith("/partners/" + tenant_id(11))
    assert piece["data"]["sides"]["collaboration_inbound"] == "blocked"
    assert piece["data"]["sides"]["direct_connect_inbound"] is None


def test_nothing_of_it_is_asked_where_all_are_in_the_runs_cloud(lab):
    since = len(lab.requests())
    facts(lab, declared(guest_tenant(1)))
    home = lab.connection["home_tenant_id"]
    asked = [row for row in lab.requests()[since:] if row["tenant"] == home]
    assert asked
    assert not [row for row in asked if "crossTenantAccessPolicy" in row["path"]]


def test_home_tenant_without_consent_says_so(tmp_path):
    world = write_world(
        tmp_path, guest_tenant(1), app_permissions=["Organization.Read.All", "User.Read.All"], cross_tenant_access=HOME
    )
    with start_lab(world=world) as lab:
        near, other = facts(lab, [*declared(guest_tenant(1)), OTHERS[0]])
    access = near["requirements"]["access"]
    assert (access["status"], access["reason"]) == ("unknown", "consent.permission_missing")
    assert near["requirements"]["license"]["status"] == "met"
    told = caveats(other)["access.cross_cloud_not_read"]
    assert "consent.permission_missing" in told["message"]
    assert "access.cross_cloud_home" not in caveats(other)


def test_lab_tells_the_policy_of_the_world(lab):
    with client_of(lab.connection) as client:
        policy = client.get("/policies/crossTenantAccessPolicy").json()
        entry = client.get(f"/policies/crossTenantAccessPolicy/partners/{tenant_id(11)}").json()
        default = client.get("/policies/crossTenantAccessPolicy/default").json()
    assert policy["allowedCloudEndpoints"] == ["microsoftonline.us"]
    assert entry["b2bCollaborationInbound"]["usersAndGroups"]["accessType"] == "blocked"
    assert entry["b2bDirectConnectInbound"] is None
    assert default["b2bCollaborationInbound"]["applications"]["accessType"] == "allowed"
    assert default["isServiceDefault"] is True
