# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's Entra: discovery, keys, grants, and every refusal with the body that Entra sends."""

from __future__ import annotations

import jwt
import pytest
from lab_client import ARM, GRAPH, Client, client_of
from worlds import HOME_ID, OPERATOR, guest_tenant, tenant, tenant_id, write_world

from lab.data import roles
from lab.process import start_lab

MISSING = "30000000-0000-4000-8000-000000000001"
GDAP, GUEST, NO_APP, BLOCKED, PENDING, DISABLED, EXPIRED, HELPDESK, PART, NOTHING = range(1, 11)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    helpdesk = [{"name": "h", "roles": ["Security Reader"], "assignments": [{"group": "Helpdesk"}]}]
    expired = [{"name": "e", "status": "expired", "days_left": -5, "roles": ["Security Reader"], "assignments": []}]
    world = write_world(
        tmp_path_factory.mktemp("entra"),
        tenant(GDAP),
        guest_tenant(GUEST),
        tenant(NO_APP, consent="none"),
        tenant(BLOCKED, conditional_access={"blocks_operator": True}),
        guest_tenant(PENDING, guests=[{"state": "PendingAcceptance"}]),
        guest_tenant(DISABLED, guests=[{"enabled": False}]),
        tenant(EXPIRED, gdap=expired),
        tenant(HELPDESK, gdap=helpdesk),
        tenant(PART, consent=["Organization.Read.All"]),
        tenant(NOTHING, consent=[]),
    )
    with start_lab(world=world) as lab, client_of(lab) as found:
        yield found


def claims(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def claims_of(client: Client, identity: str, number: int) -> dict:
    return claims(client.token(identity, tenant_id(number)))


def test_configuration(client):
    answer = client.session.get(f"{client.lab['login']}/{HOME_ID}/v2.0/.well-known/openid-configuration")
    document = answer.json()
    assert document["issuer"] == f"{client.lab['login']}/{HOME_ID}/v2.0"
    assert document["token_endpoint"] == f"{client.lab['login']}/{HOME_ID}/oauth2/v2.0/token"


def test_configuration_by_domain_and_version_1(client):
    answer = client.session.get(f"{client.lab['login']}/customer1.example/.well-known/openid-configuration")
    assert answer.json()["issuer"] == f"https://sts.windows.net/{tenant_id(1)}/"


def test_configuration_of_any_tenant(client):
    answer = client.session.get(f"{client.lab['login']}/common/v2.0/.well-known/openid-configuration")
    assert answer.json()["issuer"].endswith("/{tenantid}/v2.0")


def test_unknown_tenant(client):
    answer = client.session.get(f"{client.lab['login']}/{MISSING}/v2.0/.well-known/openid-configuration")
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [90002])


def test_signature(client):
    token = client.token()
    keys = client.session.get(f"{client.lab['login']}/common/discovery/v2.0/keys").json()
    key = next(key for key in keys["keys"] if key["kid"] == jwt.get_unverified_header(token)["kid"])
    checked = jwt.decode(token, jwt.PyJWK(key), algorithms=["RS256"], audience="https://graph.microsoft.com")
    assert 3500 < checked["exp"] - checked["iat"] < 3700


def test_app_token(client):
    found = claims_of(client, "app", GDAP)
    assert (found["tid"], found["idtyp"], found["appid"]) == (tenant_id(GDAP), "app", client.lab["client_id"])
    assert "Organization.Read.All" in found["roles"]
    assert not {"scp", "upn"} & found.keys()


@pytest.mark.parametrize(("number", "granted"), [(PART, ["Organization.Read.All"]), (NOTHING, None)])
def test_app_token_has_what_was_consented_to(client, number, granted):
    assert claims_of(client, "app", number).get("roles") == granted


def test_operator_token_at_home(client):
    found = claims(client.token("operator"))
    assert (found["upn"], found["idtyp"], found["wids"]) == (OPERATOR, "user", [roles.DEFAULT_USER])
    assert "User.Read" in found["scp"].split()


def test_operator_token_by_gdap(client):
    found = claims_of(client, "operator", GDAP)
    assert found["wids"] == [roles.ID_OF["Security Reader"]]
    assert found["idp"] == f"https://sts.windows.net/{HOME_ID}/"
    assert found["oid"] == claims(client.token("operator"))["oid"]


def test_operator_token_as_a_guest(client):
    found = claims_of(client, "operator", GUEST)
    assert found["wids"] == [roles.ID_OF["Security Reader"]]
    assert found["oid"] != claims(client.token("operator"))["oid"]


def test_arm_token(client):
    answer = client.post_token(
        tenant_id(GDAP), grant_type="refresh_token", refresh_token=client.lab["refresh_token"], scope=ARM
    )
    found = claims(answer.json()["access_token"])
    assert (found["aud"], found["scp"]) == ("https://management.azure.com", "user_impersonation")


def test_refresh_token_rotates_and_the_old_one_stays(client):
    first = client.sign_in("operator", HOME_ID).json()["refresh_token"]
    assert first != client.lab["refresh_token"]
    again = client.post_token(HOME_ID, grant_type="refresh_token", refresh_token=first)
    assert (again.status_code, client.sign_in("operator", HOME_ID).status_code) == (200, 200)


def test_named_scopes_and_id_token(client):
    scope = "https://graph.microsoft.com/User.Read openid profile offline_access"
    answer = client.post_token(
        "organizations",
        grant_type="refresh_token",
        refresh_token=client.lab["refresh_token"],
        scope=scope,
        client_info="1",
    ).json()
    assert claims(answer["id_token"])["aud"] == client.lab["client_id"]
    assert answer["client_info"]


SECRET, REFRESH = {"grant_type": "client_credentials"}, {"grant_type": "refresh_token"}
HOME_REFUSALS = [
    ("unknown-tenant", MISSING, SECRET, 400, 90002, "invalid_request"),
    ("no-grant", HOME_ID, {}, 400, 900144, "invalid_request"),
    ("other-grant", HOME_ID, {"grant_type": "password"}, 400, 70003, "unsupported_grant_type"),
    ("no-client", HOME_ID, {**SECRET, "client_id": None}, 400, 900144, "invalid_request"),
    ("other-client", HOME_ID, {**SECRET, "client_id": MISSING}, 400, 700016, "unauthorized_client"),
    ("no-secret", HOME_ID, {**SECRET, "client_secret": None}, 401, 7000218, "invalid_client"),
    ("bad-secret", HOME_ID, {**SECRET, "client_secret": "wrong"}, 401, 7000215, "invalid_client"),
    ("no-scope", HOME_ID, {**SECRET, "scope": None}, 400, 900144, "invalid_request"),
    ("no-default", HOME_ID, {**SECRET, "scope": "User.Read"}, 400, 1002012, "invalid_scope"),
    ("two-scopes", HOME_ID, {**SECRET, "scope": f"{GRAPH} {ARM}"}, 400, 1002012, "invalid_scope"),
    ("no-resource", HOME_ID, {**SECRET, "scope": "https://x.example/.default"}, 400, 500011, "invalid_resource"),
    ("app-on-common", "common", SECRET, 400, 50059, "invalid_request"),
    ("no-token", HOME_ID, REFRESH, 400, 900144, "invalid_request"),
    ("bad-token", HOME_ID, {**REFRESH, "refresh_token": "wrong"}, 400, 70000, "invalid_grant"),
]


@pytest.mark.parametrize(
    ("where", "form", "status", "number", "error"),
    [row[1:] for row in HOME_REFUSALS],
    ids=[row[0] for row in HOME_REFUSALS],
)
def test_refusal(client, where, form, status, number, error):
    answer = client.post_token(where, **form)
    body = answer.json()
    assert (answer.status_code, body["error_codes"], body["error"]) == (status, [number], error)
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert all(part in body["error_description"] for part in ("Trace ID: ", "Correlation ID: ", "Timestamp: "))
    assert {"timestamp", "trace_id", "correlation_id", "error_uri"} <= body.keys()


@pytest.mark.parametrize(
    ("identity", "number", "code", "suberror"),
    [
        ("app", NO_APP, 700016, None),
        ("operator", NO_APP, 65001, "consent_required"),
        ("operator", NOTHING, 65001, "consent_required"),
        ("operator", BLOCKED, 53003, "message_only"),
        ("operator", PENDING, 50014, None),
        ("operator", DISABLED, 50057, None),
        ("operator", EXPIRED, 50020, None),
        ("operator", HELPDESK, 50020, None),
    ],
)
def test_refusal_in_a_target(client, identity, number, code, suberror):
    answer = client.sign_in(identity, tenant_id(number))
    assert (answer.status_code, answer.json()["error_codes"]) == (400, [code])
    assert answer.json().get("suberror") == suberror


def test_conditional_access_spares_the_app(client):
    assert client.sign_in("app", tenant_id(BLOCKED)).status_code == 200


def test_named_scope_without_consent(client):
    token = client.lab["refresh_token"]
    answer = client.post_token(
        tenant_id(PART), grant_type="refresh_token", refresh_token=token, scope="Organization.Read.All User.Read.All"
    )
    assert answer.json()["error_codes"] == [65001]


def test_one_resource_at_a_time(client):
    token = client.lab["refresh_token"]
    answer = client.post_token(
        HOME_ID, grant_type="refresh_token", refresh_token=token, scope=f"{ARM} https://graph.microsoft.com/User.Read"
    )
    assert answer.json()["error_codes"] == [28000]


def test_request_id_is_echoed(client):
    url = f"{client.lab['login']}/{HOME_ID}/oauth2/v2.0/token"
    answer = client.session.post(url, data={}, headers={"client-request-id": "abc"})
    assert (answer.headers["client-request-id"], answer.json()["correlation_id"]) == ("abc", "abc")


def test_only_forms_are_read(client):
    url = f"{client.lab['login']}/{HOME_ID}/oauth2/v2.0/token"
    assert client.session.post(url, json={"grant_type": "client_credentials"}).json()["error_codes"] == [900144]


def test_get_is_refused(client):
    answer = client.session.get(f"{client.lab['login']}/{HOME_ID}/oauth2/v2.0/token")
    assert answer.json()["error_codes"] == [900561]


@pytest.mark.parametrize("path", ["adminconsent", "v2.0/adminconsent"])
def test_page_that_is_not_emulated_says_so(client, path):
    answer = client.session.get(f"{client.lab['login']}/{HOME_ID}/{path}")
    assert answer.status_code == 501
    assert "does not emulate" in answer.json()["error_description"]


def test_client_assertions_are_not_emulated(client):
    answer = client.post_token(HOME_ID, grant_type="client_credentials", client_secret=None, client_assertion="x.y.z")
    assert answer.status_code == 501
    assert "does not emulate" in answer.json()["error_description"]
