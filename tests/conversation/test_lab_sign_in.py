# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""People sign in to the lab with msal's own flows; what is refused, as Entra refuses it."""

from __future__ import annotations

import html
import re
import urllib.parse

import msal
import pytest
import requests
from test_access import access
from worlds import HOME_ID, OPERATOR, declared, tenant, write_world

from lab.process import start_lab

SCOPES = ["https://graph.microsoft.com/.default"]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    world = write_world(tmp_path_factory.mktemp("people"), tenant(1), device_code_interval=0.2)
    with start_lab(world=world) as found:
        yield found


def browse(lab, url, account="operator"):
    """The page, the choice of an account, and where that leads; the program's own address is not opened."""
    session = requests.Session()
    session.trust_env = False
    session.verify = lab["ca_path"]
    page = session.get(url, timeout=60)
    assert "Pick an account" in page.text, page.text
    return session.post(url, data={"account": account}, timeout=60, allow_redirects=False)


def enter_code(lab, page, user_code, account="operator"):
    form = {"user_code": user_code, "account": account}
    return requests.post(page, data=form, verify=lab["ca_path"], timeout=60)


def client_of(lab, kind=msal.ConfidentialClientApplication, where=HOME_ID):
    session = requests.Session()
    session.trust_env = False
    session.verify = lab["ca_path"]
    secret = {"client_credential": lab["client_secret"]} if kind is msal.ConfidentialClientApplication else {}
    options = {"authority": f"{lab['login']}/{where}", "http_client": session, "instance_discovery": False}
    return kind(lab["client_id"], **options, **secret)


def answer_of(response):
    """What the program is told: in a form that posts itself, or in the address."""
    if response.status_code == 302:
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(response.headers["Location"]).query))
    found = re.findall(r'name="([^"]+)" value="([^"]*)"', response.text)
    return {name: html.unescape(value) for name, value in found}


def test_msal_with_pkce(lab):
    client = client_of(lab)
    flow = client.initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost:40001", response_mode="form_post")
    assert "code_challenge_method=S256" in flow["auth_uri"]
    answer = answer_of(browse(lab, flow["auth_uri"]))
    found = client.acquire_token_by_auth_code_flow(dict(flow), dict(answer))
    assert found["id_token_claims"]["preferred_username"] == OPERATOR
    again = client_of(lab).acquire_token_by_auth_code_flow(dict(flow), dict(answer))
    assert again["error_codes"] == [54005]


def test_code_is_for_its_verifier_and_its_address(lab):
    flow = client_of(lab).initiate_auth_code_flow(
        SCOPES, redirect_uri="http://localhost:40001", response_mode="form_post"
    )
    for change, number in (({"code_verifier": "x" * 43}, 501481), ({"redirect_uri": "http://localhost:40002"}, 50011)):
        answer = answer_of(browse(lab, flow["auth_uri"]))
        refused = client_of(lab).acquire_token_by_auth_code_flow({**flow, **change}, answer)
        assert refused["error_codes"] == [number]


@pytest.mark.parametrize(
    "redirect_uri", ["https://evil.example/", "http://localhost.evil.example/", "http://127.0.0.1:1"]
)
def test_code_goes_nowhere_else(lab, redirect_uri):
    flow = client_of(lab).initiate_auth_code_flow(SCOPES, redirect_uri=redirect_uri, response_mode="form_post")
    answer = requests.get(flow["auth_uri"], verify=lab["ca_path"], timeout=60, allow_redirects=False)
    assert answer.status_code == 400
    assert "AADSTS50011" in answer.text


def test_person_who_cancels(lab):
    flow = client_of(lab).initiate_auth_code_flow(
        SCOPES, redirect_uri="http://localhost:40001", response_mode="form_post"
    )
    answer = answer_of(browse(lab, flow["auth_uri"], account=""))
    assert answer["error"] == "access_denied"
    assert answer["state"] == flow["state"]


def test_confidential_client_proves_itself(lab):
    client = client_of(lab, msal.PublicClientApplication)
    flow = client.initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost:40001", response_mode="form_post")
    refused = client.acquire_token_by_auth_code_flow(flow, answer_of(browse(lab, flow["auth_uri"])))
    assert refused["error_codes"] == [7000218]


def test_msal_with_a_device_code(lab):
    client = client_of(lab, msal.PublicClientApplication)
    flow = client.initiate_device_flow(SCOPES)
    assert flow["user_code"] in flow["message"]
    form = {
        "client_id": lab["client_id"],
        "device_code": flow["device_code"],
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
    }
    url = f"{lab['login']}/{HOME_ID}/oauth2/v2.0/token"
    pending = requests.post(url, data=form, verify=lab["ca_path"], timeout=60).json()
    assert (pending["error"], pending["error_codes"]) == ("authorization_pending", [70016])
    assert enter_code(lab, flow["verification_uri"], "WRONGCODE").status_code == 400
    assert enter_code(lab, flow["verification_uri"], flow["user_code"].lower()).status_code == 200
    found = client.acquire_token_by_device_flow(flow)
    assert found["id_token_claims"]["preferred_username"] == OPERATOR
    # What a public client got is redeemed without a secret, by whoever it is.
    refused = client_of(lab).acquire_token_by_refresh_token(found["refresh_token"], SCOPES)
    assert refused["error_codes"] == [700025]


def test_device_code_that_is_declined(lab):
    client = client_of(lab, msal.PublicClientApplication)
    flow = client.initiate_device_flow(SCOPES)
    enter_code(lab, flow["verification_uri"], flow["user_code"], account="")
    assert client.acquire_token_by_device_flow(flow)["error"] == "authorization_declined"


def test_operator_with_the_token_of_a_public_client(lab):
    """With the app's secret beside it the operator is signed in all the same."""
    client = client_of(lab, msal.PublicClientApplication)
    flow = client.initiate_device_flow(SCOPES)
    enter_code(lab, flow["verification_uri"], flow["user_code"])
    refresh_token = client.acquire_token_by_device_flow(flow)["refresh_token"]
    assert access(lab, declared(tenant(1)), refresh_token=refresh_token)["verified"] is True
