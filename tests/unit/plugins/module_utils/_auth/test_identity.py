# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-in: whose token is taken, and what an unusable answer leads to."""

from __future__ import annotations

import base64
import json
import types
from urllib.parse import urlencode

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_certificate import (
    ClientCertificate,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.federated_token import FederatedToken
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import (
    AppIdentity,
    OperatorIdentity,
    call_msal,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import named_with
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response, _outgoing

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"


def token(**claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{body}.signature"


def identity():
    http = types.SimpleNamespace(secrets=Secrets())
    return AppIdentity(http=http, cloud=CLOUDS["public"], client_id="c", credential=None)


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
    http = types.SimpleNamespace(send=lambda *_args, **_options: response, secrets=Secrets())
    secret = ClientSecret({"client_secret": "a-client-secret"})
    app = AppIdentity(http=http, cloud=CLOUDS["public"], client_id="c", credential=secret)
    with pytest.raises(SignInError) as caught:
        app.token(TENANT, "graph")
    assert caught.value.problem.reason in ("sign_in.no_answer", "sign_in.throttled")
    printed = capfd.readouterr()
    assert "eyJ" not in printed.out + printed.err + str(caught.value)


def test_unusable_credential_is_refused_before_any_sign_in(tmp_path):
    credential = FederatedToken({"federated_token_file": str(tmp_path / "nowhere")})
    with pytest.raises(OptionError, match=r"federated_token_file: .* cannot be read"):
        AppIdentity(http=None, cloud=CLOUDS["public"], client_id="c", credential=credential)


def test_token_file_that_goes_away_is_a_fault_of_this_machine(tmp_path):
    path = tmp_path / "token"
    path.write_text(token(sub="ci"), encoding="ascii")
    app = AppIdentity(
        http=Entra(),
        cloud=CLOUDS["public"],
        client_id="c",
        credential=FederatedToken({"federated_token_file": str(path)}),
    )
    path.unlink()
    with pytest.raises(SignInError, match="federated_token_file") as caught:
        app.token(TENANT, "graph")
    assert caught.value.problem.reason == "sign_in.not_sent"
    assert "Microsoft Entra" not in " ".join(CATALOGUE.words(caught.value.problem))


@pytest.mark.parametrize(
    ("credential", "values"),
    [
        (ClientSecret, {"client_secret": "short"}),
        (ClientSecret, {"client_secret": "with white space"}),
        (ClientSecret, {"client_secret": "********"}),
        (ClientCertificate, {"client_certificate_path": "/nowhere"}),
        (ClientCertificate, {"client_certificate_path": "/dev/null"}),
        (FederatedToken, {"federated_token_file": "/nowhere"}),
        (FederatedToken, {"federated_token_file": "/dev/null"}),
    ],
)
def test_unusable_credential_is_told_as_the_variable_that_it_is(credential, values):
    with named_with("mto_"), pytest.raises(SignInError) as caught:
        call_msal(credential(values).validate)
    problem = caught.value.problem
    assert problem.reason == "sign_in.not_sent"
    assert problem.details["said"].startswith(f"mto_{next(iter(values))}: ")


LOGIN = CLOUDS["public"].login


class Entra:
    """Gives these answers to token requests, one by one; the last one again."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.secrets = Secrets()
        self.forms = []

    def send(self, method, url, *, body=None, **_options):
        self.secrets.add(*_outgoing(method, url, None, {}, body).secrets)
        self.forms.append(dict(body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        status, content = answer(self.forms[-1]) if callable(answer) else answer
        return Response(
            method, url, status, {}, content if isinstance(content, bytes) else json.dumps(content).encode()
        )


class _Signed(ClientSecret):
    """Stands for what msal has to sign."""

    def fields(self):
        return None


def identities(entra):
    common = {"http": entra, "cloud": CLOUDS["public"], "client_id": "c"}
    secret = ClientSecret({"client_secret": "a-client-secret~1"})
    for credential in (secret, _Signed(secret.values)):
        yield AppIdentity(**common, credential=credential)
    for credential in (secret, None):
        yield OperatorIdentity(**common, credential=credential, home_tenant_id=TENANT, refresh_token="0.refresh~token")


def token_answer(**changes):
    good = {"token_type": "Bearer", "expires_in": 3599, "access_token": token(tid=TENANT)}
    return 200, {**good, **changes}


@pytest.mark.parametrize(
    "answer",
    [
        *(
            token_answer(access_token=value)
            for value in (5, None, "", "two words", "eyJ\ud800", "eyJ\u20ac", ["a"], {})
        ),
        *(token_answer(expires_in=value) for value in (-1, "x", 10**400, [], None)),
        *(token_answer(scope=value) for value in (5, ["a"], {})),
        *(token_answer(id_token=value) for value in ("x", "a.b.c", 5, "a." + "W" * 60000 + ".c", token())),
        *(token_answer(refresh_token=value) for value in (5, ["0.A"], {})),
        *(token_answer(token_type=value) for value in ("pop", 5)),
        *(
            (status, body)
            for status in (302, 400, 401, 403, 404, 451)
            for body in ({}, [], b"", b"<html>", {"error": 5})
        ),
        *((200, body) for body in ({}, [], b"", b"<html>", None, b"\xef\xbb\xbf{}", {"error": "invalid_grant"})),
        (400, {"error": "access_denied"}),
        (400, {"error": {"code": "AADSTS50057", "message": "AADSTS50057: disabled"}}),
        (503, {"error": "temporarily_unavailable", "error_codes": [90033]}),
    ],
)
def test_answer_of_another_form_leaves_the_sign_in_unknown(answer):
    """For each way of signing in, and without an exception but SignInError."""
    for identity in identities(Entra(answer)):
        with pytest.raises(SignInError) as caught:
            identity.token(TENANT, "graph")
        assert caught.value.problem.reason == "sign_in.no_answer"
        assert "eyJ" not in str(caught.value)


def test_id_token_that_msal_cannot_use_leaves_the_sign_in_unknown():
    """An id token is about a person: no answer to the app holds one."""
    _app, *others = identities(Entra(token_answer(id_token=token(sub=5))))
    for identity in others:
        with pytest.raises(SignInError) as caught:
            identity.token(TENANT, "graph")
        assert caught.value.problem.reason == "sign_in.no_answer"


def test_refusal_in_entras_own_words_is_a_refusal():
    refusal = {"error": "invalid_grant", "error_description": "AADSTS50057: disabled.", "error_codes": [50057]}
    for identity in identities(Entra((400, refusal))):
        with pytest.raises(SignInError, match="AADSTS50057") as caught:
            identity.token(TENANT, "graph")
        assert caught.value.problem.reason == "sign_in.account_disabled"


def test_echo_of_what_was_sent_shows_no_secret():
    def echo(form):
        return 400, {"error": "invalid_request", "error_description": f"AADSTS900144: {form} {urlencode(form)}"}

    entra = Entra(echo)
    for identity in identities(entra):
        with pytest.raises(SignInError) as caught:
            identity.token(TENANT, "graph")
        texts = f"{caught.value} {caught.value.problem}"
        assert "AADSTS900144" in texts
        for secret in ("a-client-secret~1", "0.refresh~token"):
            assert secret not in texts


@pytest.mark.parametrize("rotated", ["", "two words", '"0.in-quotes"', "0.caf\u00e9-token", "0.half\ud800-token"])
def test_rotated_token_that_is_none_is_not_kept(rotated):
    entra = Entra(token_answer(refresh_token=rotated))
    _app, _signed, operator, _public = identities(entra)
    operator.token(TENANT, "graph")
    operator.token(TENANT, "arm")
    assert [form["refresh_token"] for form in entra.forms] == ["0.refresh~token"] * 2


def test_opaque_tokens_and_rotated_ones_are_known_secrets():
    entra = Entra(token_answer(access_token="opaque-access-token", refresh_token="0.rotated-token"))
    _app, _signed, operator, _public = identities(entra)
    operator.token(TENANT, "graph")
    known = {"opaque-access-token", "0.rotated-token", "0.refresh~token", "a-client-secret~1"}
    assert known <= entra.secrets.values()


def test_refresh_tokens_are_made_known_to_whoever_shows_results():
    entra, issued = Entra(token_answer(refresh_token="0.rotated-token")), Secrets()
    common = {"http": entra, "cloud": CLOUDS["public"], "client_id": "c", "credential": None}
    operator = OperatorIdentity(**common, home_tenant_id=TENANT, refresh_token="0.refresh~token", issued=issued)
    operator.token(TENANT, "graph")
    assert issued.values() == {"0.refresh~token", "0.rotated-token"}
