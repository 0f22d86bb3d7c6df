# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client of msal: where secrets go, what is cached, and which answers msal may see."""

from __future__ import annotations

import base64
import json
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._auth.transport import MsalTransport
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, ServiceError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response, _outgoing

LOGIN = "https://login.microsoftonline.com"
ID_TOKEN = "eyJhbGciOiJub25lIn0." + base64.urlsafe_b64encode(b'{"sub":"sb"}').decode() + ".x"
ANSWER = {"token_type": "Bearer", "access_token": "eyJ.a.b", "expires_in": 3599, "id_token": ID_TOKEN}


def transport(status, content, sent=None):
    secrets = Secrets()

    def send(method, url, *, headers=None, body=None, **_options):
        secrets.add(*_outgoing(method, url, None, headers or {}, body).secrets)
        if sent is not None:
            sent.append((method, url))
        return Response(method, url, status, {"request-id": "r"}, content)

    return MsalTransport(types.SimpleNamespace(send=send, secrets=secrets), LOGIN)


def test_secret_goes_to_the_login_host_only():
    client = transport(200, b"{}")
    with pytest.raises(MtoError, match=r"refused to send a credential to https://evil\.example:443"):
        client.post("https://evil.example/token", data={"client_secret": "s"})


def test_token_without_msal():
    sent = []
    answer = transport(200, json.dumps({**ANSWER, "foci": []}).encode(), sent).token(f"{LOGIN}/t", {"a": "b"})
    assert (answer, sent) == (ANSWER, [("POST", f"{LOGIN}/t/oauth2/v2.0/token")])
    with pytest.raises(MtoError, match=r"refused to send a credential to https://evil\.example:443"):
        transport(200, b"{}").token("https://evil.example/t", {"client_secret": "s"})


@pytest.mark.parametrize("authority", [f"{LOGIN}/t", "https://login.microsoftonline.com:443/t"])
def test_addresses_of_a_tenant_are_known(authority):
    sent = []
    answer = transport(500, b"", sent).get(f"{authority}/v2.0/.well-known/openid-configuration")
    address = f"{authority}/oauth2/v2.0"
    assert (answer.status_code, json.loads(answer.text), sent) == (
        200,
        {
            "token_endpoint": f"{address}/token",
            "authorization_endpoint": f"{address}/authorize",
            "device_authorization_endpoint": f"{address}/devicecode",
        },
        [],
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/t/v2.0/.well-known/openid-configuration",
        f"{LOGIN}/t/v2.0/.well-known/openid-configuration?next=1",
        f"{LOGIN}/common/discovery/instance",
        f"{LOGIN}/common/userrealm/anna",
    ],
)
def test_msal_fetches_nothing(url):
    sent = []
    with pytest.raises(MtoError):
        transport(200, b"{}", sent).get(url)
    assert sent == []


METADATA = {"token_endpoint": f"{LOGIN}/t/token", "authorization_endpoint": f"{LOGIN}/t/authorize", "issuer": "i"}


def test_tenant_that_exists():
    sent = []
    transport(200, json.dumps(METADATA).encode(), sent).require_tenant(f"{LOGIN}/t")
    assert sent == [("GET", f"{LOGIN}/t/v2.0/.well-known/openid-configuration")]


def test_tenant_that_does_not_exist():
    body = b'{"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."}'
    with pytest.raises(SignInError, match="AADSTS90002") as caught:
        transport(400, body).require_tenant(f"{LOGIN}/t")
    assert caught.value.problem.reason == "access.tenant_not_found"


NO_BODIES = [
    b"",
    b" ",
    b"<html>Sign in to the guest network</html>",
    b"{}",
    b"[]",
    b"null",
    b"true",
    b"0",
    b'"text"',
    b'{"value": {}}',
    b'{"error": {"code": "Forbidden", "message": "AADSTS50057: no"}}',
    b'{"error": null}',
    b'{"error": 401, "error_codes": [50057]}',
    b'{"error": ["invalid_grant"], "error_description": "AADSTS50057: no"}',
    b'{"error": true}',
    b'{"error_description": "AADSTS50057: no", "error_codes": [50057]}',
    b'{"message": "AADSTS50057"}',
    b'\xef\xbb\xbf{"error": "invalid_grant", "error_codes": [50057]}',
    '{"error": "invalid_grant", "error_codes": [50057]}'.encode("utf-16"),
    '{"error": "invalid_grant", "error_codes": [50057]}'.encode("utf-16-le"),
    b'{"error": "invalid_grant", "error_codes": [50057]',
    b'{"error": "invalid_grant", "x": NaN}',
    b'{"error": "invalid_grant", "x": ' + b"9" * 5000 + b"}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"\xff\xfe\x00",
    b'{"access_token": null}',
    b'{"access_token": ["eyJ"]}',
    b'{"access_token": ""}',
    b'{"access_token": "eyJ.a.b", "token_type": "Bearer", "expires_in": 5, "error": {}}',
]
STATUSES = [*(200, 201, 202, 204, 206, 300, 301, 302, 303, 307, 308), *range(400, 452), *(429, 500, 502, 503, 504, 599)]


@pytest.mark.parametrize("status", STATUSES)
def test_answer_that_says_nothing_about_the_credential(status):
    """Every pair of a status and a body that Microsoft Entra does not send."""
    for body in NO_BODIES:
        for send in (
            lambda client: client.post(f"{LOGIN}/t", data={}),
            lambda client: client.require_tenant(f"{LOGIN}/t"),
        ):
            with pytest.raises(ServiceError) as caught:
                send(transport(status, body))
            assert caught.value.status == status
            assert "AADSTS" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 201, 204, 302, 307, 500, 503])
def test_refusal_needs_a_status_of_a_refusal(status):
    with pytest.raises(ServiceError):
        transport(status, b'{"error": "invalid_grant", "error_codes": [50057]}').post(f"{LOGIN}/t", data={})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("expires_in", value) for value in (-1, 0, True, "soon", "-5", 10**12, "9" * 6000, [3599], {}, None, 0.5)),
        *(("ext_expires_in", value) for value in ("x", -1, [])),
        *(("scope", value) for value in (5, ["a"], {}, None)),
        *(("token_type", value) for value in ("pop", "", 5, None, ["Bearer"])),
        *(("access_token", value) for value in (5, None, "", ["eyJ"], {"a": "b"})),
        *(("refresh_token", value) for value in (5, None, ["0.A"], {})),
        *(("id_token", value) for value in (5, None, "", "x", "a.b.c", "a.W10.c", ["eyJ"])),
        ("id_token", "a." + base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".c"),
        ("id_token", "a." + base64.urlsafe_b64encode(b'{"tid": ["x"]}').decode() + ".c"),
    ],
)
def test_field_of_another_form_is_no_answer(field, value):
    client = transport(200, json.dumps({**ANSWER, field: value}).encode())
    with pytest.raises(ServiceError) as caught:
        client.post(f"{LOGIN}/t", data={})
    assert "eyJ" not in str(caught.value)


@pytest.mark.parametrize("number", [b"1e400", b"-1e400", b"NaN", b"Infinity", b"9" * 5000])
def test_number_that_is_none_is_no_answer(number):
    body = b'{"token_type": "Bearer", "access_token": "eyJ.a.b", "expires_in": ' + number + b"}"
    with pytest.raises(ServiceError):
        transport(200, body).post(f"{LOGIN}/t", data={})


def test_msal_sees_documented_fields_only():
    body = {**ANSWER, "refresh_in": "x", "foci": [], "client_info": "%", "_msalruntime_telemetry": 1, "expires_in": "9"}
    seen = json.loads(transport(200, json.dumps(body).encode()).post(f"{LOGIN}/t", data={}).text)
    assert seen == {**ANSWER, "expires_in": "9"}


@pytest.mark.parametrize("interval", [-1, 61, 10**9, "a", []])
def test_device_code_that_would_be_waited_for_without_end_is_no_answer(interval):
    body = {"device_code": "d", "user_code": "u", "verification_uri": "https://x", "expires_in": 900}
    transport(200, json.dumps(body).encode()).post(f"{LOGIN}/t", data={})
    with pytest.raises(ServiceError):
        transport(200, json.dumps({**body, "interval": interval}).encode()).post(f"{LOGIN}/t", data={})


def test_refusal_of_a_token_request_is_an_answer():
    answer = transport(400, b'{"error": "invalid_client"}').post(f"{LOGIN}/t", data={})
    assert answer.status_code == 400
    with pytest.raises(ServiceError):
        answer.raise_for_status()


@pytest.mark.parametrize("name", ["client_secret", "refresh_token", "code", "code_verifier", "device_code"])
def test_echo_of_a_secret_is_hidden(name):
    secret = "0.a~secret/of+the=run"
    body = {
        "error": "invalid_grant",
        "error_description": f"AADSTS9002313: {name}={secret} 0.a~secret%2Fof%2Bthe%3Drun",
    }
    answer = transport(400, json.dumps(body).encode()).post(f"{LOGIN}/t", data={name: secret})
    assert "secret" not in json.loads(answer.text)["error_description"].replace(name, "")


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
json_values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(max_size=12), scalars, max_size=3)
fields = st.dictionaries(
    st.sampled_from([*ANSWER, *METADATA, "error", "error_codes", "scope"]), json_values, max_size=6
)


@given(st.sampled_from(STATUSES), st.binary(max_size=64) | (fields | json_values).map(lambda v: json.dumps(v).encode()))
def test_any_answer_is_a_token_a_refusal_or_a_service_error(status, body):
    try:
        answer = transport(status, body).post(f"{LOGIN}/t", data={})
    except ServiceError:
        return
    seen = json.loads(answer.text)
    refusal = 400 <= status < 500 and isinstance(seen["error"], str)
    assert refusal or (status == 200 and isinstance(seen["access_token"], str))
