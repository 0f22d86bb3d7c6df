# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""B2B against the lab: who blocks whom, accounts that were deleted, and what is told where settings cannot be read."""

from __future__ import annotations

import collections
import json

import pytest
from reports import made_report
from test_access import access as access_rows
from test_facts import facts
from worlds import HOME, HOME_ID, declared, guest_tenant, tenant, tenant_id, write_world

from lab.process import start_lab

BLOCKED = {"b2b_inbound": "blocked"}
TO_GROUP = {"users": {"access": "allowed", "targets": ["group:SOC all staff"]}}
TO_OTHERS = {"users": {"access": "allowed", "targets": ["group:Helpdesk"]}}
TO_OFFICE = {"applications": {"access": "allowed", "targets": ["Office365"]}}
NOT_THE_PORTAL = {"applications": {"access": "blocked", "targets": ["portal"]}}
DELETED = [{"roles": ["Security Reader"], "deleted_days_ago": 4}]


def access(**policy):
    return {"cross_tenant_access": policy}


CASES = [
    pytest.param({}, "access.guest_accepted", id="defaults"),
    pytest.param({"entry_at_home": {"b2b_outbound": "blocked"}}, "access.outbound_blocked", id="outbound"),
    pytest.param({"entry_at_home": {"b2b_outbound": TO_GROUP}}, "access.guest_accepted", id="outbound_group"),
    pytest.param({"entry_at_home": {"b2b_outbound": TO_OTHERS}}, "access.outbound_blocked", id="outbound_others"),
    pytest.param({"entry_at_home": {"b2b_outbound": TO_OFFICE}}, "access.outbound_unknown", id="outbound_office"),
    pytest.param(access(partner=BLOCKED), "access.inbound_blocked", id="inbound"),
    pytest.param(access(default=BLOCKED, partner="none"), "access.inbound_blocked", id="inbound_default"),
    pytest.param(access(default=BLOCKED, partner={}), "access.inbound_blocked", id="inbound_inherited"),
    pytest.param(access(default=BLOCKED, partner={"b2b_inbound": "allowed"}), "access.guest_accepted", id="entry_wins"),
    pytest.param(access(partner={"b2b_inbound": TO_GROUP}), "access.guest_accepted", id="inbound_nested_group"),
    pytest.param(access(partner={"b2b_inbound": TO_OTHERS}), "access.inbound_blocked", id="inbound_others"),
    pytest.param(access(partner={"b2b_inbound": TO_OFFICE}), "access.inbound_unknown", id="inbound_office"),
    pytest.param(access(partner={"b2b_inbound": NOT_THE_PORTAL}), "access.inbound_blocked", id="not_the_portal"),
    pytest.param({"guests": DELETED}, "access.guest_deleted", id="deleted"),
    pytest.param({"guests": []}, "access.guest_missing", id="missing"),
    pytest.param({"guests": [], **access(partner=BLOCKED)}, "access.guest_missing", id="missing_and_blocked"),
    pytest.param({"consent": ["User.Read.All"], **access(partner=BLOCKED)}, "consent.permission_missing", id="unread"),
]
ROWS = [guest_tenant(number, **row.values[0]) for number, row in enumerate(CASES, 1)]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with start_lab(world=write_world(tmp_path_factory.mktemp("b2b"), *ROWS)) as found:
        yield found


@pytest.fixture(scope="module")
def found(lab):
    """Verdicts about access as the app, by the id of the case."""
    rows = facts(lab, declared(*ROWS))
    return {str(param.id): row for param, row in zip(CASES, rows, strict=True)}


@pytest.mark.parametrize("name", [str(row.id) for row in CASES])
def test_reason(found, name):
    wanted = next(row.values[1] for row in CASES if row.id == name)
    verdict = found[name]["requirements"]["access"]
    assert verdict["reason"] == wanted
    assert len(json.dumps(found[name]["requirements"])) < 30_000


def test_block_is_the_first_broken_link_and_permissions_wait_for_it(found):
    row = found["outbound"]
    assert (row["first_broken"], row["reason"]) == ("access", "access.outbound_blocked")
    assert row["requirements"]["permissions"]["caused_by"] == "access"


def test_access_is_unknown_where_settings_could_not_be_read(found):
    """The account is in order, and nobody could see whether a setting makes it useless."""
    verdict = found["unread"]["requirements"]["access"]
    assert verdict["status"] == "unknown"
    assert "Policy.Read.All" in verdict["remedy"]


def test_block_beside_a_missing_account_is_told(found):
    caveats = found["missing_and_blocked"]["requirements"]["access"]["caveats"]
    assert [caveat["reason"] for caveat in caveats] == ["access.settings_block_too"]


def test_evidence_is_small(found):
    """What `report.json` keeps of one tenant's evidence: each piece once."""
    for name, row in found.items():
        pieces = {p["url"] + p["at"]: p for v in row["requirements"].values() for p in v["evidence"]}
        assert len(json.dumps([p["data"] for p in pieces.values()])) <= 4096, name


def test_home_is_read_once_for_all(lab):
    before = len(lab.requests())
    facts(lab, declared(*ROWS))
    seen = collections.Counter(row["tenant"] for row in lab.requests()[before:])
    assert seen.pop(HOME_ID) <= 4
    assert max(seen.values()) <= 4


def test_home_without_permission_leaves_access_by_an_account_unknown(tmp_path):
    rows = [guest_tenant(1, entry_at_home={"b2b_outbound": "blocked"})]
    world = write_world(tmp_path, *rows, app_permissions=["User.Read.All", "Organization.Read.All"])
    with start_lab(world=world) as lab:
        (row,) = facts(lab, declared(*rows))
    verdict = row["requirements"]["access"]
    assert (verdict["status"], verdict["reason"]) == ("unknown", "consent.permission_missing")
    assert "Policy.Read.All" in verdict["remedy"]


def test_home_default_that_blocks_all(tmp_path):
    rows = [guest_tenant(1), guest_tenant(2, entry_at_home={"b2b_outbound": "allowed"}), tenant(3)]
    world = write_world(tmp_path, *rows, cross_tenant_access={"default": {"b2b_outbound": "blocked"}, "partner": None})
    with start_lab(world=world) as lab:
        found = [row["requirements"]["access"]["reason"] for row in facts(lab, declared(*rows))]
    assert found == ["access.outbound_blocked", "access.guest_accepted", "access.gdap_in_force"]


def test_entries_of_home_on_many_pages_are_read_to_the_end(tmp_path):
    rows = [guest_tenant(number, entry_at_home={"b2b_outbound": "allowed"}) for number in range(1, 121)]
    rows[-1]["entry_at_home"] = {"b2b_outbound": "blocked"}
    with start_lab(world=write_world(tmp_path, *rows)) as lab:
        found = facts(lab, declared(rows[0], rows[-1]))
    assert [row["reason"] for row in found] == [None, "access.outbound_blocked"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "access.guest_accepted"),
        ({"entry_at_home": {"b2b_outbound": "blocked"}}, "access.outbound_blocked"),
        (access(partner=BLOCKED), "access.inbound_blocked"),
        ({"guests": DELETED}, "access.guest_missing"),
    ],
)
def test_as_the_operator_alone(tmp_path, fields, reason):
    """What Entra says at sign-in; among deleted accounts only the app may look."""
    row = guest_tenant(1, **fields)
    operator = {**HOME["operator"], "roles": ["Security Reader"]}
    with start_lab(world=write_world(tmp_path, row, operator=operator, public_client=True)) as lab:
        token = lab.connection["refresh_token"]
        (found,) = facts(lab, declared(row), client_secret=None, refresh_token=token, operator=None)
        assert not [r for r in lab.requests() if "deletedItems" in r["path"]]
    assert found["requirements"]["access"]["reason"] == reason


def test_synchronization_explains_a_missing_operator(tmp_path):
    row = guest_tenant(1, guests=[], **access(partner={"sync": True, "consent_inbound": True}))
    with start_lab(world=write_world(tmp_path, row)) as lab:
        (found,) = facts(lab, declared(row))
    (caveat,) = found["requirements"]["access"]["caveats"]
    assert caveat["reason"] == "access.synchronization"
    assert "off in Northwind Managed Security, on in Customer 1" in caveat["message"]


def test_trust_of_devices_is_told(tmp_path):
    row = tenant(1, **access(partner={"mfa": True, "compliant_device": True, "hybrid_joined_device": None}))
    with start_lab(world=write_world(tmp_path, row)) as lab:
        (found,) = facts(lab, declared(row))
    assert found["requirements"]["mfa_trust"]["status"] == "met"
    assert "tenants: accepted; hybrid joined devices: not stated" in found["requirements"]["mfa_trust"]["message"]
    assert tenant_id(1) == found["tenant_id"]


@pytest.mark.parametrize("way", ["outbound", "inbound"])
def test_requirement_and_sign_in_say_the_same(tmp_path, way):
    """The app reads the settings, the operator meets them at the door; the report tells the first of the two."""
    block = {"b2b_outbound": "blocked"} if way == "outbound" else BLOCKED
    row = guest_tenant(1, **({"entry_at_home": block} if way == "outbound" else access(partner=block)))
    with start_lab(world=write_world(tmp_path, row)) as lab:
        (required,) = facts(lab, declared(row))
        (verified,) = access_rows(lab, declared(row))["tenants"]
        report = made_report(
            {required["tenant_id"]: required},
            access=[verified],
            generated_at="2026-11-24T12:00:00Z",
            home_tenant_id=HOME_ID,
            operator=lab.connection["operator"],
            cloud="public",
        )
    assert required["reason"] == f"access.{way}_blocked"
    assert verified["sign_in"]["reason"] == f"sign_in.{way}_blocked"
    (told,) = report["tenants"]
    assert (told["first_broken"], told["reason"], told["eligible"]) == ("access", f"access.{way}_blocked", False)
