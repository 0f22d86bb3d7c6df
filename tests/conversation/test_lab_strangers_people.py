# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's own libraries sign people in at the lab, unchanged, with the lab's own browser at its pages."""

from __future__ import annotations

import urllib.parse

import azure.identity
import msal
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from lab_client import GRAPH, client_of
from worlds import HOME_ID, OPERATOR, tenant, write_world

from lab.clients.browser import BrowserError
from lab.process import start_lab

BACK = "http://localhost:40001/back"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with start_lab(world=write_world(tmp_path_factory.mktemp("guests"), tenant(1), device_code_interval=0.3)) as found:
        yield found


@pytest.fixture
def client(lab):
    with client_of(lab) as found:
        yield found


def options(lab, client):
    transport = RequestsTransport(session=client.session, session_owner=False, connection_verify=lab["ca_path"])
    return {
        "authority": lab["login"],
        "disable_instance_discovery": True,
        "transport": transport,
        "retry_total": 0,
    }


def whoami(lab, client, token):
    answer = client.session.get(f"{lab['graph']}/v1.0/me", headers={"Authorization": f"Bearer {token}"})
    return answer.json()["userPrincipalName"]


def address(lab, **changes):
    query = {
        "client_id": lab["client_id"],
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": GRAPH,
        "state": "a state",
        **changes,
    }
    return f"{lab['login']}/{HOME_ID}/oauth2/v2.0/authorize?{urllib.parse.urlencode(query)}"


def told(back):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))


def test_azure_identity_with_a_code(lab, client):
    answer = told(lab.authorize(address(lab)))
    assert answer["state"] == "a state"
    credential = azure.identity.AuthorizationCodeCredential(
        HOME_ID, lab["client_id"], answer["code"], BACK, client_secret=lab["client_secret"], **options(lab, client)
    )
    assert whoami(lab, client, credential.get_token(GRAPH).token) == OPERATOR


def test_azure_identity_with_a_code_of_another_address(lab, client):
    code = told(lab.authorize(address(lab)))["code"]
    credential = azure.identity.AuthorizationCodeCredential(
        HOME_ID, lab["client_id"], code, f"{BACK}2", client_secret=lab["client_secret"], **options(lab, client)
    )
    with pytest.raises(ClientAuthenticationError, match="AADSTS50011"):
        credential.get_token(GRAPH)


def device_credential(lab, client, account):
    def prompt(_page, user_code, _expires_on):
        lab.enter_user_code(user_code, account)

    return azure.identity.DeviceCodeCredential(
        lab["client_id"], tenant_id=HOME_ID, prompt_callback=prompt, **options(lab, client)
    )


def test_azure_identity_with_a_device_code(lab, client):
    credential = device_credential(lab, client, "colleague")
    upn = whoami(lab, client, credential.get_token(GRAPH).token)
    assert upn.endswith("@northwindmsp.example")
    assert upn != OPERATOR


def test_azure_identity_with_a_device_code_that_is_declined(lab, client):
    with pytest.raises(ClientAuthenticationError, match="AADSTS65004"):
        device_credential(lab, client, "").get_token(GRAPH)


def test_msal_public_client_with_a_code(tmp_path):
    """A public client with PKCE, no secret; the refresh token is good without one, and not with one."""
    world = write_world(tmp_path, tenant(1), public_client=True)
    with start_lab(world=world) as lab, client_of(lab) as client:
        authority = f"{lab['login']}/{HOME_ID}"
        app = msal.PublicClientApplication(
            lab["client_id"], authority=authority, http_client=client.session, instance_discovery=False
        )
        # msal would rather have form_post, which a program without a web server cannot use.
        with pytest.warns(UserWarning, match="form_post"):
            flow = app.initiate_auth_code_flow([GRAPH], redirect_uri=BACK)
        found = app.acquire_token_by_auth_code_flow(flow, told(lab.authorize(flow["auth_uri"])))
        assert found["id_token_claims"]["preferred_username"] == OPERATOR
        again = {"grant_type": "refresh_token", "refresh_token": found["refresh_token"]}
        assert client.post_token(HOME_ID, **again, client_secret=None).status_code == 200
        assert client.post_token(HOME_ID, **again).json()["error_codes"] == [700025]


def test_fragment(lab):
    back = lab.authorize(address(lab, response_mode="fragment"))
    assert urllib.parse.urlsplit(back).query == ""
    assert "code=" in urllib.parse.urlsplit(back).fragment


def test_form_post(lab, client):
    page = client.session.post(address(lab, response_mode="form_post", state='"><b>'), data={"account": "operator"})
    assert page.status_code == 200
    assert f'action="{BACK}"' in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "plain"}, "invalid_request"),
        ({"response_mode": "web_message"}, "invalid_request"),
    ],
)
def test_mistake_is_told_to_the_program(lab, client, changes, error):
    answer = client.session.get(address(lab, **changes), allow_redirects=False)
    assert answer.status_code == 302
    back = told(answer.headers["Location"])
    assert (back["error"], back["state"]) == (error, "a state")


@pytest.mark.parametrize(
    ("changes", "number"), [({"redirect_uri": "https://x.example"}, 50011), ({"client_id": "x"}, 700016)]
)
def test_mistake_is_told_to_the_person(lab, changes, number):
    with pytest.raises(BrowserError, match=f"AADSTS{number}"):
        lab.authorize(address(lab, **changes))


def poll(lab, client, device_code):
    grant = "urn:ietf:params:oauth:grant-type:device_code"
    answer = client.post_token(HOME_ID, grant_type=grant, device_code=device_code, client_secret=None, scope=None)
    return answer.json().get("error")


def test_device_code_by_hand(lab, client):
    begun = client.session.post(
        f"{lab['login']}/{HOME_ID}/oauth2/v2.0/devicecode", data={"client_id": lab["client_id"], "scope": GRAPH}
    ).json()
    assert (begun["expires_in"], begun["interval"]) == (900, 0.3)
    answers = [poll(lab, client, begun["device_code"]) for _time in range(2)]
    assert answers == ["authorization_pending", "slow_down"]
    assert "not signed in" in lab.enter_user_code(begun["user_code"], "")
    with pytest.raises(BrowserError, match="didn't work"):
        lab.enter_user_code(begun["user_code"])
    assert poll(lab, client, begun["device_code"]) == "authorization_declined"
    assert poll(lab, client, "another one") == "bad_verification_code"
