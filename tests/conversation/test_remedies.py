# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remedies against the lab, over real TLS: what is written, read back, told and left alone, and what is never shown."""

from __future__ import annotations

import json
import stat
import typing as t

import pytest
from remedy_runs import ASSIGNED, HELPDESK, SOC, WANTED, Remedies, rows_of
from worlds import HOME_ID, OPERATOR, guest_tenant, tenant, tenant_id, write_world

from lab.process import start_lab

ALL = ("gdap_auto_extend", "gdap_assignment", "gdap_request", "mfa_trust", "guest_invitation")
READERS = ["Security Reader", "Directory Readers"]
UNTRUSTED = {"partner": {"mfa": False, "compliant_device": True}}
DISTRUSTING = {"mfa": False, "compliant_device": True}
HELPED, ENDING, NOTHING, STRICT, STRANGER, DELETED, ADMINISTERED, DEFAULTED, CALM = range(1, 10)


def soc(number: int, **fields: t.Any) -> list[dict[str, t.Any]]:
    return [{"name": f"SOC {number}", "roles": READERS, "assignments": [{"group": "SOC analysts"}], **fields}]


WORLD = (
    tenant(HELPED, gdap=soc(HELPED, assignments=[{"group": "Helpdesk"}])),
    tenant(ENDING, gdap=soc(ENDING, days_left=10)),
    tenant(NOTHING, gdap=[]),
    tenant(STRICT, cross_tenant_access=UNTRUSTED, writer=True),
    guest_tenant(STRANGER, guests=[], writer=True),
    guest_tenant(DELETED, guests=[{"deleted_days_ago": 3}], writer=["User.Invite.All", "User.ReadWrite.All"]),
    tenant(ADMINISTERED, gdap=soc(ADMINISTERED, days_left=10, roles=[*READERS, "Global Administrator"])),
    tenant(DEFAULTED, cross_tenant_access={"partner": "none", "default": DISTRUSTING}, writer=True),
    tenant(CALM),
)
GDAP = {HELPED: ASSIGNED, NOTHING: {"gdap": {**WANTED["gdap"], **ASSIGNED["gdap"]}}}


def row(number: int, **keys: t.Any) -> dict[str, t.Any]:
    """What the list says about one of the tenants."""
    return rows_of(WORLD[number - 1], **{**GDAP.get(number, {}), **keys})[0]


ROWS = [row(number) for number in range(1, 10)]
IDS = [row["tenant_id"] for row in ROWS]


@pytest.fixture
def remedies(tmp_path):
    with start_lab(world=write_world(tmp_path, *WORLD)) as lab:
        yield Remedies(lab, tmp_path)


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    """A lab in which nothing may be written."""
    directory = tmp_path_factory.mktemp("reading")
    with start_lab(world=write_world(directory, *WORLD)) as lab:
        remedies = Remedies(lab, directory)
        yield remedies
        assert remedies.writes() == []
        assert remedies.entries() == []


def told(result: dict[str, t.Any], number: int) -> dict[str, t.Any]:
    (found,) = [row for row in result["remedies"] if row["tenant_id"] == tenant_id(number)]
    return t.cast("dict[str, t.Any]", found)


def statuses(result: dict[str, t.Any]) -> dict[int, str]:
    return {int(row["tenant_id"][-4:]): row["status"] for row in result["remedies"]}


def test_check_mode_says_everything_and_writes_nothing(reading):
    result = reading.run(ROWS, *ALL, remedy_confirm=IDS, check_mode=True)
    assert (result["changed"], result["writes"]) == (True, 0)
    planned = dict.fromkeys((HELPED, ENDING, NOTHING, STRICT, STRANGER, DELETED), "planned")
    assert statuses(result) == {**planned, ADMINISTERED: "declined", DEFAULTED: "declined"}
    assert told(result, STRICT)["changes"][0]["after"]["inboundTrust"] == {
        "isMfaAccepted": True,
        "isCompliantDeviceAccepted": True,
        "isHybridAzureADJoinedDeviceAccepted": False,
    }
    assert all(json.loads(part["after"]) for part in result["diff"])
    messages = [row["message"] for row in result["remedies"] if row["tenant_id"] == tenant_id(ADMINISTERED)]
    assert ["Global Administrator" in message for message in messages] == [True, False]
    assert "remedy_create_partner" in told(result, DEFAULTED)["todo"]


def test_all_of_it_then_nothing_and_the_way_back(remedies):
    first = remedies.run(ROWS, *ALL, remedy_confirm=IDS, remedy_create_partner=True)
    assert "failed" not in first, first["msg"]
    assert statuses(first) == {
        HELPED: "changed",
        ENDING: "changed",
        NOTHING: "waiting",
        STRICT: "changed",
        STRANGER: "waiting",
        DELETED: "changed",
        ADMINISTERED: "declined",
        DEFAULTED: "changed",
    }
    assert first["writes"] == len(remedies.writes()) == 8
    made = told(first, DEFAULTED)["changes"][0]["after"]["inboundTrust"]
    assert (made["isMfaAccepted"], made["isCompliantDeviceAccepted"]) == (True, True)
    assert all(row["changed"] for row in first["remedies"] if row["status"] != "declined")
    link = (remedies.invitations / f"{tenant_id(STRANGER)}.txt").read_text(encoding="utf-8").strip()
    assert link.startswith("https://")
    told_all = json.dumps(first) + remedies.journal.read_text(encoding="utf-8")
    assert link not in told_all
    assert "etag" not in told_all
    assert stat.S_IMODE(remedies.journal.stat().st_mode) == 0o600
    assert {stat.S_IMODE(path.stat().st_mode) for path in remedies.invitations.iterdir()} == {0o600}
    second = remedies.run(ROWS, *ALL, remedy_confirm=IDS, remedy_create_partner=True)
    assert (second["changed"], second["writes"]) == (False, 0)
    assert statuses(second) == {NOTHING: "waiting", STRANGER: "waiting", ADMINISTERED: "declined"}
    asked = told(second, NOTHING)
    assert asked["approval_url"] in asked["mail"]
    assert asked["since"].startswith("20")
    remedies.lab.customer.approve(asked["approval_url"])
    remedies.lab.customer.redeem(link)
    third = remedies.run(ROWS, *ALL, remedy_confirm=IDS)
    assert statuses(third) == {NOTHING: "changed", ADMINISTERED: "declined"}
    assert third["writes"] == 1
    assert statuses(remedies.run(ROWS, *ALL, remedy_confirm=IDS)) == {ADMINISTERED: "declined"}
    back = remedies.run(ROWS, *ALL, remedy_confirm=IDS, state="absent")
    found = [(int(row["tenant_id"][-4:]), row["remedy"], row["status"]) for row in back["remedies"]]
    assert found == [
        (HELPED, "gdap_assignment", "changed"),
        (ENDING, "gdap_auto_extend", "changed"),
        (NOTHING, "gdap_assignment", "changed"),
        (NOTHING, "gdap_request", "declined"),
        (STRICT, "mfa_trust", "changed"),
        (STRANGER, "guest_invitation", "declined"),
        (DELETED, "guest_invitation", "declined"),
        (DEFAULTED, "mfa_trust", "changed"),
    ]
    again = remedies.run(ROWS, *ALL[:2], "mfa_trust", remedy_confirm=IDS, state="absent")
    assert (again["remedies"], again["writes"]) == ([], 0)


@pytest.mark.parametrize("number", [STRICT, STRANGER, DELETED])
def test_nothing_in_the_tenant_of_a_customer_unless_confirmed(reading, number):
    result = reading.run([row(number)], *ALL)
    assert told(result, number)["status"] == "declined"
    assert tenant_id(number) in told(result, number)["todo"]


def test_limit_of_writes_leaves_the_rest_to_the_next_run(remedies):
    rows = [row(HELPED), row(ENDING)]
    first = remedies.run(rows, *ALL, max_writes=1)
    assert statuses(first) == {HELPED: "changed", ENDING: "declined"}
    assert "max_writes" in told(first, ENDING)["todo"]
    assert statuses(remedies.run(rows, *ALL, max_writes=1)) == {ENDING: "changed"}


def test_only_what_is_named_is_done(remedies):
    result = remedies.run(ROWS, "gdap_auto_extend", remedy_confirm=IDS)
    assert statuses(result) == {ENDING: "changed", ADMINISTERED: "declined"}
    assert [method for method, _path in remedies.writes()] == ["PATCH"]


def test_list_that_names_nothing_is_told(reading):
    rows = rows_of(WORLD[HELPED - 1], WORLD[NOTHING - 1])
    result = reading.run(rows, *ALL)
    assert statuses(result) == {HELPED: "declined", NOTHING: "declined"}
    assert "tenants" in told(result, HELPED)["todo"]


def test_roles_that_the_relationship_lacks_are_told(reading):
    wanted = {"assignments": [{"group": SOC, "roles": ["Security Operator"]}]}
    result = reading.run([row(HELPED, gdap=wanted)], *ALL)
    assert "Security Operator" in told(result, HELPED)["message"]
    assert told(result, HELPED)["status"] == "declined"


def test_group_that_is_assigned_already_without_the_operator(reading):
    wanted = {"assignments": [{"group": HELPDESK, "roles": ["Security Reader"]}]}
    result = reading.run([row(HELPED, gdap=wanted)], *ALL)
    assert told(result, HELPED)["status"] == "unchanged"
    assert OPERATOR in told(result, HELPED)["todo"]


def test_group_that_is_gone_is_told_in_the_words_of_the_service(remedies):
    wanted = {"assignments": [{"group": tenant_id(77), "roles": ["Security Reader"]}]}
    result = remedies.run([row(HELPED, gdap=wanted)], *ALL)
    assert result["failed"] is True
    assert told(result, HELPED)["status"] == "failed"
    assert "Microsoft refused it: HTTP 4" in told(result, HELPED)["message"]
    assert [entry.get("result") for entry in remedies.entries()] == [None, "refused"]


def test_what_the_writer_lacks_is_known_before_the_first_write(tmp_path):
    nobody = tenant(1, gdap=soc(1, assignments=[{"group": "Helpdesk"}]), cross_tenant_access=UNTRUSTED)
    world = write_world(tmp_path, nobody, writer=["User.Read.All"])
    with start_lab(world=world) as lab:
        remedies = Remedies(lab, tmp_path)
        result = remedies.run(rows_of(nobody, **ASSIGNED), *ALL, remedy_confirm=[tenant_id(1)])
        assert [row["status"] for row in result["remedies"]] == ["declined", "declined"]
        home, target = (row["todo"] for row in result["remedies"])
        assert f"/{HOME_ID}/adminconsent?client_id={lab['writer_client_id']}" in home
        assert f"/{tenant_id(1)}/adminconsent?client_id={lab['writer_client_id']}" in target
        assert (result["writes"], remedies.entries()) == (0, [])


def test_app_that_reads_is_not_the_one_that_writes(reading):
    result = reading.run(ROWS, *ALL, writer_client_id=reading.lab["client_id"])
    assert result["msg"].startswith("writer_client_id: this is the app that reads")


def test_incomplete_evidence_is_never_acted_on(tmp_path):
    """The deleted accounts cannot be read, so that a deleted guest might exist."""
    fault = {"host": "graph", "kind": "error", "status": 503, "path": "/directory/deletedItems"}
    stranger = guest_tenant(1, guests=[], writer=True, faults=[fault])
    with start_lab(world=write_world(tmp_path, stranger)) as lab:
        remedies = Remedies(lab, tmp_path)
        result = remedies.run(rows_of(stranger), *ALL, remedy_confirm=[tenant_id(1)])
        assert [row["status"] for row in result["remedies"]] in ([], ["declined"], ["unknown"])
        assert remedies.writes() == []
