# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of writes: what was written, what was answered, and what reads see of it."""

from __future__ import annotations

import time
import typing as t

import pytest
import requests
from lab_client import Client, client_of, code
from worlds import HOME_ID, guest_tenant, tenant, tenant_id, write_world

from lab.process import start_lab

PARTNERS = "/policies/crossTenantAccessPolicy/partners"
ENTRY = f"{PARTNERS}/{HOME_ID}"
GDAP = "/tenantRelationships/delegatedAdminRelationships"
ON = {"autoExtendDuration": "P180D"}
TRUSTED = {"isMfaAccepted": True, "isCompliantDeviceAccepted": False, "isHybridAzureADJoinedDeviceAccepted": False}
FAULTS: dict[str, list[dict[str, t.Any]]] = {
    "error": [{"kind": "error", "status": 500}],
    "throttle": [{"kind": "throttle", "retry_after": "1"}],
    "cut_before": [{"kind": "cut_before"}],
    "error_after": [{"kind": "error_after", "status": 503, "retry_after": "1"}],
    "cut_after": [{"kind": "cut_after"}],
    "slow_after": [{"kind": "slow_after", "seconds": 0.5}],
    "does_nothing": [{"kind": "does_nothing"}],
    "changed_meanwhile": [{"kind": "changed_meanwhile"}],
    "late": [{"kind": "late", "reads": 2}],
    "late_cut": [{"kind": "late", "reads": 1}, {"kind": "cut_after"}],
    "another": [{"kind": "error", "path": "/invitations"}],
    "second": [{"kind": "error", "after": 1}],
}
NUMBERS = {name: number for number, name in enumerate(FAULTS, start=1)}
UNTRUSTED = {"partner": {"mfa": False}}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    rows = [
        guest_tenant(NUMBERS[name], cross_tenant_access=UNTRUSTED, writer=True, write_faults=faults)
        for name, faults in FAULTS.items()
    ]
    with start_lab(world=write_world(tmp_path_factory.mktemp("faults"), *rows)) as lab, client_of(lab) as found:
        yield found


def trust(client: Client, name: str) -> requests.Response:
    return client.write("PATCH", ENTRY, {"inboundTrust": TRUSTED}, tenant_id(NUMBERS[name]))


def trusted(client: Client, name: str) -> bool:
    entry = client.get(ENTRY, tenant=tenant_id(NUMBERS[name])).json()
    return bool(entry["inboundTrust"]["isMfaAccepted"])


def count(client: Client, name: str) -> int:
    return len([row for row in client.lab.writes() if row["tenant"] == tenant_id(NUMBERS[name])])


@pytest.mark.parametrize(
    ("name", "status", "written"), [("error", 500, 0), ("throttle", 429, 0), ("error_after", 503, 1)]
)
def test_refused(client, name, status, written):
    answer = trust(client, name)
    assert (answer.status_code, count(client, name), trusted(client, name)) == (status, written, bool(written))
    assert answer.headers.get("Retry-After") == FAULTS[name][0].get("retry_after")
    assert trust(client, name).status_code == 204


@pytest.mark.parametrize(("name", "written"), [("cut_before", 0), ("cut_after", 1)])
def test_cut(client, name, written):
    client.token("writer", tenant_id(NUMBERS[name]))
    with pytest.raises(requests.ConnectionError):
        trust(client, name)
    assert (count(client, name), trusted(client, name)) == (written, bool(written))
    assert trust(client, name).status_code == 204


def test_slow(client):
    client.token("writer", tenant_id(NUMBERS["slow_after"]))
    started = time.monotonic()
    assert trust(client, "slow_after").status_code == 204
    assert time.monotonic() - started >= 0.5


def test_without_effect(client):
    assert trust(client, "does_nothing").status_code == 204
    assert (count(client, "does_nothing"), trusted(client, "does_nothing")) == (0, False)
    assert trust(client, "does_nothing").status_code == 204
    assert trusted(client, "does_nothing")


def test_late(client):
    assert trust(client, "late").status_code == 204
    assert count(client, "late") == 1
    assert [trusted(client, "late") for _read in range(3)] == [False, False, True]


def test_late_and_cut(client):
    client.token("writer", tenant_id(NUMBERS["late_cut"]))
    with pytest.raises(requests.ConnectionError):
        trust(client, "late_cut")
    assert [trusted(client, "late_cut") for _read in range(2)] == [False, True]


def test_another_path(client):
    assert trust(client, "another").status_code == 204


def test_the_second_one(client):
    assert [trust(client, "second").status_code for _write in range(3)] == [204, 503, 204]


def test_somebody_else_wrote_in_a_target(client):
    where = tenant_id(NUMBERS["changed_meanwhile"])
    body = {"automaticUserConsentSettings": {"inboundAllowed": True, "outboundAllowed": None}}
    assert client.write("PATCH", ENTRY, body, where).status_code == 204
    assert client.get(ENTRY, tenant=where).json()["inboundTrust"]["isCompliantDeviceAccepted"] is True


@pytest.fixture
def home(tmp_path):
    faults = [
        {"kind": "changed_meanwhile", "method": "PATCH"},
        {"kind": "late", "method": "POST", "reads": 1},
        {"kind": "error_after", "method": "POST", "path": GDAP},
    ]
    with start_lab(world=write_world(tmp_path, tenant(1), write_faults=faults)) as lab, client_of(lab) as found:
        yield found


def test_somebody_else_wrote_gdap(home):
    (row,) = home.get(GDAP).json()["value"]
    path = f"{GDAP}/{row['id']}"
    assert code(home.write("PATCH", path, ON, If_Match=row["@odata.etag"])) == (412, "preconditionFailed")
    assert home.lab.writes() == []
    again = home.get(path).json()["@odata.etag"]
    assert home.write("PATCH", path, ON, If_Match=again).status_code == 200


def test_a_draft_that_is_seen_late(home):
    body = {
        "displayName": "Customer 1 draft",
        "duration": "P30D",
        "customer": {"tenantId": tenant_id(1)},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": "5d6b6bb7-de71-4623-b4af-96380a352509"}]},
    }
    assert code(home.write("POST", GDAP, body)) == (503, "ServiceUnavailable")
    assert [len(home.get(GDAP).json()["value"]) for _read in range(2)] == [1, 2]
    assert code(home.write("POST", GDAP, body)) == (409, "conflict")
    assert len(home.lab.writes()) == 1


def test_a_fault_inside_a_batch(tmp_path):
    faults = [{"kind": "error_after", "status": 500}]
    world = write_world(tmp_path, tenant(1), write_faults=faults)
    with start_lab(world=world) as lab, client_of(lab) as client:
        (row,) = client.get(GDAP).json()["value"]
        headers = {"Content-Type": "application/json", "If-Match": row["@odata.etag"]}
        item = {"id": "1", "method": "PATCH", "url": f"{GDAP}/{row['id']}", "headers": headers, "body": ON}
        assert client.batch([item], identity="writer")["1"]["status"] == 500
        assert len(lab.writes()) == 1
