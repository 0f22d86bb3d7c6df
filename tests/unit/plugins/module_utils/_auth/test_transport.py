# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client of msal: where secrets go, what is cached, and which answers are usable."""

from __future__ import annotations

import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.transport import MsalTransport
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, ServiceError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response

LOGIN = "https://login.microsoftonline.com"


def transport(status, body, sent=None):
    def send(method, url, **_options):
        if sent is not None:
            sent.append((method, url))
        return Response(method, url, status, {"request-id": "r"}, body)

    return MsalTransport(types.SimpleNamespace(send=send), LOGIN)


def test_secret_goes_to_the_login_host_only():
    transport = MsalTransport(types.SimpleNamespace(send=None), "https://login.microsoftonline.com")
    with pytest.raises(MtoError, match=r"refused to send a credential to https://evil\.example:443"):
        transport.post("https://evil.example/token", data={"client_secret": "s"})


def test_metadata_is_fetched_once():
    sent = []
    client = transport(200, b'{"issuer": "i"}', sent)
    first = client.get(f"{LOGIN}/t/v2.0/.well-known/openid-configuration", params={"a": "b c"})
    assert client.get(f"{LOGIN}/t/v2.0/.well-known/openid-configuration", params={"a": "b c"}) is first
    assert sent == [("GET", f"{LOGIN}/t/v2.0/.well-known/openid-configuration?a=b+c")]
    assert (first.status_code, first.text) == (200, '{"issuer": "i"}')


def test_refused_metadata_keeps_entras_words():
    body = b'{"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found."}'
    with pytest.raises(SignInError, match="AADSTS90002") as caught:
        transport(400, body).get(f"{LOGIN}/t")
    assert caught.value.problem.reason == "access.tenant_not_found"


@pytest.mark.parametrize(("status", "body"), [(429, b"{}"), (503, b"{}"), (200, b"[]"), (200, b"<html>")])
def test_answer_that_says_nothing_about_the_credential(status, body):
    with pytest.raises(ServiceError) as caught:
        transport(status, body).post(f"{LOGIN}/t", data={"client_secret": "s3cret"})
    assert caught.value.status == status
    assert "s3cret" not in str(caught.value)


def test_refusal_of_a_token_request_is_an_answer():
    answer = transport(400, b'{"error": "invalid_client"}').post(f"{LOGIN}/t", data={})
    assert answer.status_code == 400
    with pytest.raises(ServiceError):
        answer.raise_for_status()
