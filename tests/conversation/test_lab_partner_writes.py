# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes of cross-tenant access in the lab: the entry of a target for the home tenant."""

from __future__ import annotations

import typing as t

import pytest
from lab_client import Client, client_of, code
from worlds import HOME_ID, guest_tenant, tenant_id, write_world

from lab.data import schema
from lab.process import start_lab

PARTNERS = "/policies/crossTenantAccessPolicy/partners"
ENTRY = f"{PARTNERS}/{HOME_ID}"
TRUSTED = {"isMfaAccepted": True, "isCompliantDeviceAccepted": True, "isHybridAzureADJoinedDeviceAccepted": False}
WITH, WITHOUT, SYNCHRONIZED, ADMIN, READING = range(1, 6)
ABSENT: dict[str, t.Any] = {"cross_tenant_access": {"partner": "none"}, "writer": True}
UNTRUSTED = {"partner": {"mfa": False, "compliant_device": True, "b2b_inbound": "allowed"}}
WORLD = (
    guest_tenant(WITH, cross_tenant_access=UNTRUSTED, writer=True),
    guest_tenant(WITHOUT, **ABSENT),
    guest_tenant(SYNCHRONIZED, cross_tenant_access={"partner": {"sync": True}}, writer=True),
    guest_tenant(ADMIN, guests=[{"roles": ["Security Administrator"]}], **ABSENT),
    guest_tenant(READING, guests=[{"roles": ["Security Reader"]}], **ABSENT),
)


@pytest.fixture
def client(tmp_path):
    with start_lab(world=write_world(tmp_path, *WORLD)) as lab, client_of(lab) as found:
        yield found


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory):
    """A lab that refuses every write."""
    with start_lab(world=write_world(tmp_path_factory.mktemp("trust"), *WORLD)) as lab, client_of(lab) as found:
        yield found
        assert lab.writes() == []


def entry(client: Client, number: int) -> dict[str, t.Any]:
    answer = client.get(ENTRY, tenant=tenant_id(number))
    assert answer.status_code == 200, answer.text
    return t.cast("dict[str, t.Any]", answer.json())


def test_trust(client):
    before = entry(client, WITH)
    answer = client.write("PATCH", ENTRY, {"inboundTrust": TRUSTED}, tenant_id(WITH))
    assert (answer.status_code, answer.text) == (204, "")
    assert entry(client, WITH) == before | {"inboundTrust": TRUSTED}
    (row,) = client.lab.writes()
    assert (row["method"], row["tenant"], row["object"]) == ("PATCH", tenant_id(WITH), HOME_ID)
    assert (row["identity"], row["properties"], row["status"]) == ("app", ["inboundTrust"], 204)


def test_a_complex_value_is_replaced(client):
    client.write("PATCH", ENTRY, {"inboundTrust": {"isMfaAccepted": True}}, tenant_id(WITH))
    assert entry(client, WITH)["inboundTrust"] == {**dict.fromkeys(TRUSTED), "isMfaAccepted": True}
    client.write("PATCH", ENTRY, {"inboundTrust": None}, tenant_id(WITH))
    assert entry(client, WITH)["inboundTrust"] is None


def test_new_entry(client):
    where = tenant_id(WITHOUT)
    assert client.get(ENTRY, tenant=where).status_code == 404
    answer = client.write("POST", PARTNERS, {"tenantId": HOME_ID, "inboundTrust": TRUSTED}, where)
    assert (answer.status_code, answer.json()["inboundTrust"]) == (201, TRUSTED)
    row = entry(client, WITHOUT)
    assert {name for name, value in row.items() if value is not None and name[0] != "@"} == {
        "tenantId",
        "inboundTrust",
        "automaticUserConsentSettings",
    }
    assert row.keys() - {"@odata.context"} == set(schema.properties("crossTenantAccessPolicyConfigurationPartner"))
    again = client.write("POST", PARTNERS, {"tenantId": HOME_ID.upper()}, where)
    assert code(again) == (409, "Request_MultipleObjectsWithSameKeyValue")
    assert client.write("DELETE", ENTRY, None, where).status_code == 204
    assert client.get(ENTRY, tenant=where).status_code == 404
    assert [row["method"] for row in client.lab.writes()] == ["POST", "DELETE"]


@pytest.mark.parametrize(
    "body",
    [
        {"inboundTrust": {"isMFAAccepted": True}},
        {"inboundTrust": {"isMfaAccepted": "true"}},
        {"inboundTrust": True},
        {"mfa": True},
        {"tenantId": HOME_ID, "inboundTrust": TRUSTED},
        {"isServiceProvider": None, "inboundTrust": TRUSTED},
        {"b2bCollaborationInbound": {"usersAndGroups": {"accessType": "allow"}}},
        {},
        None,
    ],
    ids=str,
)
def test_bad_update(unchanged, body):
    assert unchanged.write("PATCH", ENTRY, body, tenant_id(WITH)).status_code == 400


def test_the_whole_object_is_no_update(unchanged):
    assert unchanged.write("PATCH", ENTRY, entry(unchanged, WITH), tenant_id(WITH)).status_code == 400


@pytest.mark.parametrize("body", [{"inboundTrust": TRUSTED}, {"tenantId": "northwindmsp.example"}, {"tenantId": None}])
def test_bad_entry(unchanged, body):
    assert unchanged.write("POST", PARTNERS, body, tenant_id(WITHOUT)).status_code == 400


def test_what_is_not_there(unchanged):
    assert unchanged.write("PATCH", ENTRY, {"inboundTrust": TRUSTED}, tenant_id(WITHOUT)).status_code == 404
    assert unchanged.write("PATCH", f"{PARTNERS}/x", {"inboundTrust": TRUSTED}, tenant_id(WITH)).status_code == 400
    assert unchanged.write("DELETE", ENTRY, None, tenant_id(WITHOUT)).status_code == 404


def test_an_entry_with_a_synchronization_stays(unchanged):
    assert unchanged.write("DELETE", ENTRY, None, tenant_id(SYNCHRONIZED)).status_code == 400


def test_the_default_is_not_written(unchanged):
    path = "/policies/crossTenantAccessPolicy/default"
    assert unchanged.write("PATCH", path, {"inboundTrust": TRUSTED}, tenant_id(WITH)).status_code == 501


@pytest.mark.parametrize(
    ("number", "identity"), [(WITHOUT, "app"), (WITHOUT, "operator"), (READING, "writer_operator")], ids=str
)
def test_who_may_not_write(unchanged, number, identity):
    answer = unchanged.write("POST", PARTNERS, {"tenantId": HOME_ID}, tenant_id(number), identity)
    assert code(answer) == (403, "Authorization_RequestDenied")


def test_a_security_administrator_may_write(client):
    answer = client.write("POST", PARTNERS, {"tenantId": HOME_ID}, tenant_id(ADMIN), "writer_operator")
    assert answer.status_code == 201
    assert client.lab.writes()[0]["identity"] == "operator"
