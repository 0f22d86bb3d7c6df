# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-in: whose token is taken, and what an unusable answer leads to."""

from __future__ import annotations

import base64
import json
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.federated_token import FederatedToken
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import AppIdentity, claims_of
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"


def token(**claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{body}.signature"


def identity():
    return AppIdentity(http=None, cloud=CLOUDS["public"], client_id="c", credential=None)


def test_token_of_another_tenant_is_refused():
    with pytest.raises(SignInError, match="issued a token for tenant other") as caught:
        identity()._checked(token(tid="other"), TENANT, "graph")
    assert caught.value.problem.reason == "read.wrong_tenant"


@pytest.mark.parametrize("value", [token(tid=TENANT.upper()), "opaque", "a.b.c", "a..c", token()])
def test_token_of_the_tenant_or_without_a_word_is_taken(value):
    assert identity()._checked(value, TENANT, "graph").value == value


@pytest.mark.parametrize("value", ["eyJ\nx", "eyJ\u20ac", "a b", ""])
def test_what_could_not_be_sent_is_no_token(value):
    with pytest.raises(SignInError, match="holds no token") as caught:
        identity()._checked(value, TENANT, "graph")
    assert "eyJ" not in str(caught.value)


@pytest.mark.parametrize("value", ["", "x", "a.%%%.c", "a." + base64.urlsafe_b64encode(b"[]").decode() + ".c"])
def test_claims_of_what_is_no_token(value):
    assert claims_of(value) == {}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b'{"token_type": "Bearer", "access_token": "eyJsecret'),
        (200, b"<html>Sign in to the guest network</html>"),
        (200, b"[]"),
        (403, b"<html>blocked</html>"),
        (429, b'{"error": "busy"}'),
        (503, b"{}"),
    ],
)
def test_what_is_no_answer_of_entra_is_no_refusal_of_entra(status, body, capfd):
    """A page of a proxy, or half a token: nothing of it is logged, and nobody is told to look a number up."""
    response = Response("POST", "https://login.microsoftonline.com/t", status, {"content-type": "text/html"}, body)
    http = types.SimpleNamespace(send=lambda *_args, **_options: response)
    app = AppIdentity(http=http, cloud=CLOUDS["public"], client_id="c", credential=ClientSecret({"client_secret": "s"}))
    with pytest.raises(SignInError) as caught:
        app.token(TENANT, "graph")
    assert caught.value.problem.reason in ("sign_in.no_answer", "sign_in.throttled")
    printed = capfd.readouterr()
    assert "eyJ" not in printed.out + printed.err + str(caught.value)


def test_unusable_credential_is_refused_before_any_sign_in(tmp_path):
    credential = FederatedToken({"federated_token_file": str(tmp_path / "nowhere")})
    with pytest.raises(OptionError, match="federated_token_file: cannot read"):
        AppIdentity(http=None, cloud=CLOUDS["public"], client_id="c", credential=credential)
