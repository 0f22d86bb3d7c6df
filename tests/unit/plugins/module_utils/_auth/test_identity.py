# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-in: whose token is taken, and how Entra's refusals are worded."""

from __future__ import annotations

import base64
import json
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import KINDS, load_credential
from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import problem_of, said_by
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import AppIdentity, claims_of
from ansible_collections.m365.defender.plugins.module_utils._auth.transport import MsalTransport
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"


def token(**claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{body}.signature"


def identity():
    return AppIdentity(http=None, cloud=CLOUDS["public"], client_id="c", credential=None)


def test_token_of_another_tenant_is_refused():
    with pytest.raises(SignInError, match="gave a token of tenant other") as caught:
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


@pytest.mark.parametrize("codes", [5, "53003", ["\u00b2"], [None], {}, [[]]])
def test_refusal_with_odd_numbers(codes):
    assert (
        problem_of({"error_codes": codes, "error_description": "AADSTS53003: no"}).reason
        == "sign_in.conditional_access"
    )


@pytest.mark.parametrize("value", ["", "x", "a.%%%.c", "a." + base64.urlsafe_b64encode(b"[]").decode() + ".c"])
def test_claims_of_what_is_no_token(value):
    assert claims_of(value) == {}


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (700016, "consent.app_not_in_tenant"),
        (65001, "consent.not_given"),
        (7000112, "consent.app_disabled"),
        (90002, "access.tenant_not_found"),
        (50020, "sign_in.user_not_in_tenant"),
        (50076, "sign_in.mfa_required"),
        (53003, "sign_in.conditional_access"),
        (123456789, "sign_in.refused"),
    ],
)
def test_refusals(number, reason):
    text = f"AADSTS{number}: Words. Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-23 12:00:00Z"
    for answer in ({"error_codes": [number], "error_description": text}, {"error_description": text}):
        problem = problem_of(answer)
        assert problem.reason == reason
        assert problem.details["said"] == f"AADSTS{number}: Words."


def test_refusal_without_words():
    assert said_by({}) == "no reason given"


def test_secret_goes_to_the_login_host_only():
    transport = MsalTransport(types.SimpleNamespace(send=None), "https://login.microsoftonline.com")
    with pytest.raises(MtoError, match=r"refused to send a credential to https://evil\.example:443"):
        transport.post("https://evil.example/token", data={"client_secret": "s"})


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
    app = AppIdentity(
        http=http, cloud=CLOUDS["public"], client_id="c", credential=load_credential({"client_secret": "s"})
    )
    with pytest.raises(SignInError) as caught:
        app.token(TENANT, "graph")
    assert caught.value.problem.reason in ("sign_in.no_answer", "sign_in.throttled")
    printed = capfd.readouterr()
    assert "eyJ" not in printed.out + printed.err + str(caught.value)


def test_every_kind_is_named_by_its_option():
    assert set(KINDS) == {"client_secret", "client_certificate_path", "federated_token_file"}
    assert load_credential({}) is None
    assert load_credential({"client_secret": "s"}).for_msal() == "s"


def test_certificate_as_pem(tmp_path):
    path = tmp_path / "app.pem"
    path.write_text(
        "-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n"
        "-----BEGIN CERTIFICATE-----\nBB\n-----END CERTIFICATE-----\n",
        encoding="ascii",
    )
    found = load_credential({"client_certificate_path": str(path), "client_certificate_password": "p"}).for_msal()
    assert found["private_key"].startswith("-----BEGIN PRIVATE KEY-----\nAA")
    assert found["public_certificate"].startswith("-----BEGIN CERTIFICATE-----\nBB")


@pytest.mark.parametrize(
    ("option", "content", "words"),
    [
        ("client_certificate_path", None, "client_certificate_path: cannot read"),
        ("client_certificate_path", "-----BEGIN CERTIFICATE-----", "must hold both certificate and private key"),
        (
            "client_certificate_path",
            (
                "-----BEGIN ENCRYPTED PRIVATE KEY-----A-----END ENCRYPTED PRIVATE KEY-----"
                "-----BEGIN CERTIFICATE-----B-----END CERTIFICATE-----"
            ),
            "client_certificate_password: the private key .* is encrypted",
        ),
        ("federated_token_file", None, "federated_token_file: cannot read"),
        ("federated_token_file", " \n", "is empty"),
    ],
)
def test_bad_credential_file_is_named(tmp_path, option, content, words):
    path = tmp_path / "file"
    if content is not None:
        path.write_text(content, encoding="ascii")
    with pytest.raises(OptionError, match=words):
        load_credential({option: str(path)}).for_msal()


def test_federated_token_is_read_anew(tmp_path):
    path = tmp_path / "token"
    path.write_text("first\n", encoding="ascii")
    read = load_credential({"federated_token_file": str(path)}).for_msal()["client_assertion"]
    path.write_text("second\n", encoding="ascii")
    assert read() == "second"
