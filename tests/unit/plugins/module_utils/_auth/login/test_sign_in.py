# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole sign-in with msal, against answers that the test gives itself: what is asked, whose sign-in is taken."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import threading
import time
import urllib.parse

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.login import sign_in as login
from ansible_collections.m365.defender.plugins.module_utils._auth.login.flow import unpack_flow
from ansible_collections.m365.defender.plugins.module_utils._auth.login.listener import listening
from ansible_collections.m365.defender.plugins.module_utils._auth.login.sign_in import (
    begin_login,
    complete_login,
    holder_of_working_token,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.login_failure import login_failures_worded
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    HomeSignInError,
    MtoError,
    OptionError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response

HOME = "10000000-0000-4000-8000-000000000001"
CLIENT = "66666666-7777-8888-9999-000000000000"
ANNA = "anna.berg@northwindmsp.example"
OID = "aaaaaaaa-0000-4000-8000-00000000000a"
LOGIN = "https://login.microsoftonline.com"
CLAIMS = {"preferred_username": ANNA, "oid": OID, "tid": HOME, "aud": CLIENT, "sub": "s"}


def connection(**options):
    return resolve_connection({"home_tenant_id": HOME, "client_id": CLIENT, **options}, {}, identity_needed=False)


def in_words(method):
    return login_failures_worded(connection(), method)


def token(claims):
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{body}.signature"


class Entra:
    """Answers in place of the network. `refusals` are given first, one by one."""

    def __init__(self):
        self.posts = []
        self.claims = dict(CLAIMS)
        self.device = {"device_code": "the-device-code", "user_code": "GT7QXH2K", "verification_uri": f"{LOGIN}/device"}
        self.refusals = []
        self.nonce = None
        self.challenge = None
        self.raises = None
        self.extra = {}
        self.secrets = Secrets()

    def send(self, method, url, *, headers=None, body=None):
        del headers
        if self.raises:
            raise self.raises
        if method == "GET":
            base = f"{LOGIN}/{HOME}/oauth2/v2.0"
            document = {
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "device_authorization_endpoint": f"{base}/devicecode",
                "issuer": f"{LOGIN}/{HOME}/v2.0",
            }
            return self._answer(url, 200, document)
        form = dict(body)
        self.posts.append((url, form))
        if url.endswith("/devicecode"):
            status = 400 if "error" in self.device else 200
            return self._answer(url, status, {"expires_in": 900, "interval": 1, **self.device})
        if self.refusals:
            refusal = self.refusals.pop(0)
            return self._answer(url, 400, refusal)
        if self.challenge is not None:
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.challenge
        # Every id token says when it ends [doc OpenID Connect Core 2]; older versions of msal insist on it.
        claims = {"exp": int(time.time()) + 3600, **self.claims, **({"nonce": self.nonce} if self.nonce else {})}
        document = {"token_type": "Bearer", "access_token": token({"tid": HOME}), "id_token": token(claims)}
        return self._answer(
            url, 200, {**document, "refresh_token": "the-refresh-token", "expires_in": 3599, **self.extra}
        )

    @staticmethod
    def _answer(url, status, document):
        return Response("POST", url, status, {"content-type": "application/json"}, json.dumps(document).encode())


@pytest.fixture
def entra(monkeypatch):
    found = Entra()
    monkeypatch.setattr(login, "http_of", lambda *_arguments, **_options: found)
    return found


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def come_back(url, **changes):
    """The browser, sent back to us with a code: keeps trying until somebody listens."""
    asked = query_of(url)
    fields = {"code": "the-code", "state": asked["state"], **changes}
    port = urllib.parse.urlsplit(asked["redirect_uri"]).port
    for _attempt in range(200):
        browser = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            browser.request("POST", "/", urllib.parse.urlencode(fields), form)
            return browser.getresponse().read()
        except ConnectionRefusedError:
            time.sleep(0.02)
        finally:
            browser.close()
    raise AssertionError("nobody listens")


def sign_in(entra, options, **changes):
    """Begin, let a browser come back with a code, complete."""
    flow, prompt = begin_login(connection(**options), method="browser", wait=30, port=0)
    asked = query_of(prompt.url)
    entra.nonce, entra.challenge = asked["nonce"], asked["code_challenge"]
    browser = threading.Thread(target=come_back, args=(prompt.url,), kwargs=changes)
    browser.start()
    try:
        return complete_login(connection(**options), unpack_flow(flow.packed()), show=None)
    finally:
        browser.join(60)


def test_address_asks_for_a_code_with_pkce(entra):
    flow, prompt = begin_login(connection(operator=ANNA), method="browser", wait=300, port=0)
    asked = query_of(prompt.url)
    assert prompt.url.startswith(f"{LOGIN}/{HOME}/oauth2/v2.0/authorize?")
    assert asked["code_challenge_method"] == "S256"
    digest = hashlib.sha256(flow.state["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert asked["redirect_uri"] == f"http://localhost:{flow.port}"
    assert (asked["response_type"], asked["response_mode"]) == ("code", "form_post")
    assert (asked["prompt"], asked["login_hint"]) == ("select_account", ANNA)
    assert set(asked["scope"].split()) == {
        "https://graph.microsoft.com/.default",
        "openid",
        "profile",
        "offline_access",
    }
    assert ANNA in prompt.message
    assert prompt.url in prompt.message
    assert prompt.user_code is None
    for secret in flow.secrets():
        assert secret not in repr(prompt)
    assert len(flow.secrets()) == 2
    assert entra.posts == []


def test_two_sign_ins_share_no_secret(entra):
    first, second = (begin_login(connection(), method="browser", wait=300, port=0)[0] for _number in range(2))
    for name in ("state", "code_verifier", "nonce"):
        assert first.state[name] != second.state[name]
        assert len(first.state[name]) >= 16


@pytest.mark.parametrize(
    ("options", "secret"), [({}, None), ({"client_secret": "the-app-secret"}, "the-app-secret")], ids=["public", "app"]
)
def test_browser(entra, options, secret):
    person, refresh_token = sign_in(entra, {"operator": ANNA.upper(), **options})
    assert (person.upn, person.object_id, refresh_token) == (ANNA, OID, "the-refresh-token")
    ((url, form),) = entra.posts
    assert url == f"{LOGIN}/{HOME}/oauth2/v2.0/token"
    assert (form["grant_type"], form["code"]) == ("authorization_code", "the-code")
    assert form.get("client_secret") == secret


def test_operator_by_object_id(entra):
    assert sign_in(entra, {"operator": OID.upper()})[0].upn == ANNA
    _flow, prompt = begin_login(connection(operator=OID), method="browser", wait=30, port=0)
    assert "login_hint" not in query_of(prompt.url)


def test_without_an_operator_anybody_of_the_home_tenant(entra):
    assert sign_in(entra, {})[0].upn == ANNA


def test_another_person(entra):
    entra.claims |= {"preferred_username": "ben@northwindmsp.example", "oid": "b"}
    with pytest.raises(OptionError, match=r"^operator: ben@.* signed in instead of anna\..*\. Nothing is stored"):
        sign_in(entra, {"operator": ANNA})


@pytest.mark.parametrize(
    "claims",
    [
        {"tid": "99999999-0000-4000-8000-000000000009"},
        {"idp": "https://sts.windows.net/99999999-0000-4000-8000-000000000009/"},
        {"idp": "live.com"},
    ],
)
def test_guest(entra, claims):
    entra.claims |= claims
    with pytest.raises(OptionError, match="is a guest in the home tenant"):
        sign_in(entra, {"operator": ANNA})


def test_idp_that_is_the_home_tenant_is_no_guest(entra):
    entra.claims["idp"] = f"https://sts.windows.net/{HOME.upper()}/"
    assert sign_in(entra, {})[0].upn == ANNA


@pytest.mark.parametrize("missing", ["oid", "tid"])
def test_answer_that_does_not_say_who(entra, missing):
    del entra.claims[missing]
    with pytest.raises(MtoError, match="does not say who signed in"):
        sign_in(entra, {})


def test_answer_without_a_refresh_token(entra):
    entra.extra = {"refresh_token": ""}
    with pytest.raises(MtoError, match="offline_access"):
        sign_in(entra, {})


def test_id_token_of_another_sign_in(entra):
    flow, prompt = begin_login(connection(), method="browser", wait=30, port=0)
    entra.nonce = "another-nonce"
    browser = threading.Thread(target=come_back, args=(prompt.url,))
    browser.start()
    with pytest.raises(HomeSignInError, match="does not belong to this sign-in") as caught, in_words("browser"):
        complete_login(connection(), flow, show=None)
    browser.join(60)
    assert "another-nonce" not in str(caught.value)


def test_id_token_that_msal_cannot_use(entra):
    del entra.claims["sub"]
    with pytest.raises(HomeSignInError, match="does not belong to this sign-in"), in_words("browser"):
        sign_in(entra, {})


def test_person_declines(entra):
    said = "AADSTS65004: User declined to consent to access the app. Trace ID: 00000000-0000-4000-8000-000000000001"
    with pytest.raises(HomeSignInError, match="AADSTS65004") as caught, in_words("browser"):
        sign_in(entra, {"operator": ANNA}, code="", error="access_denied", error_description=said)
    assert caught.value.problem.reason == "consent.declined"
    assert "Trace" not in str(caught.value)
    assert entra.posts == []


@pytest.mark.parametrize(
    ("number", "reason"),
    [(7000218, "sign_in.credential_missing"), (7000215, "sign_in.secret_wrong"), (53003, "sign_in.conditional_access")],
)
def test_code_is_refused(entra, number, reason):
    entra.refusals = [
        {"error": "invalid_client", "error_description": f"AADSTS{number}: Words.", "error_codes": [number]}
    ]
    with pytest.raises(HomeSignInError, match=f"AADSTS{number}") as caught, in_words("browser"):
        sign_in(entra, {"operator": ANNA})
    assert caught.value.problem.reason == reason
    assert "not known)" not in str(caught.value)


def test_nobody_signs_in(entra):
    flow, _prompt = begin_login(connection(), method="browser", wait=1, port=0)
    with pytest.raises(MtoError, match="Nobody signed in by"):
        complete_login(connection(), flow, show=None)


def test_port_taken_meanwhile(entra):
    flow, _prompt = begin_login(connection(), method="browser", wait=30, port=0)
    with listening(flow.port, "x"), pytest.raises(MtoError, match=f"cannot listen on port {flow.port}.*Start again"):
        complete_login(connection(), flow, show=None)


def test_port_wanted_is_taken(entra):
    with listening(0, "x") as other, pytest.raises(OptionError, match=r"^port: cannot listen on port"):
        begin_login(connection(), method="browser", wait=30, port=other.port)


@pytest.mark.parametrize("wait", [0, -1, 3601])
def test_wait_out_of_range(entra, wait):
    with pytest.raises(OptionError, match=r"^wait: "):
        begin_login(connection(), method="browser", wait=wait, port=0)


def test_browser_is_opened_when_we_listen(entra):
    opened = []

    def show(url):
        opened.append((url, come_back(url)))

    flow, prompt = begin_login(connection(), method="browser", wait=30, port=0)
    asked = query_of(prompt.url)
    entra.nonce, entra.challenge = asked["nonce"], asked["code_challenge"]
    assert complete_login(connection(), flow, show=show)[0].upn == ANNA
    assert opened[0][0] == prompt.url


def test_network_that_is_down(entra):
    entra.raises = UnreachableError("GET https://login.microsoftonline.com: the connection was refused")
    with pytest.raises(HomeSignInError, match="could not be reached") as caught, in_words("browser"):
        begin_login(connection(), method="browser", wait=30, port=0)
    assert caught.value.problem.reason == "sign_in.unreachable"


# -- device code -----------------------------------------------------------------------------------------------

PENDING = {"error": "authorization_pending", "error_description": "AADSTS70016: Pending.", "error_codes": [70016]}


def test_device_code(entra):
    options = {"operator": ANNA, "client_secret": "the-app-secret"}
    flow, prompt = begin_login(connection(**options), method="device_code", wait=300, port=0)
    assert (prompt.url, prompt.user_code) == (f"{LOGIN}/device", "GT7QXH2K")
    assert "GT7QXH2K" in prompt.message
    assert "the-device-code" not in repr(prompt)
    assert flow.secrets() == ["the-device-code"]
    entra.refusals = [PENDING, PENDING]
    person, refresh_token = complete_login(connection(**options), unpack_flow(flow.packed()), show=pytest.fail)
    assert (person.upn, refresh_token) == (ANNA, "the-refresh-token")
    polls = [form for url, form in entra.posts if url.endswith("/token")]
    assert len(polls) == 3
    assert {form["device_code"] for form in polls} == {"the-device-code"}
    assert not any("client_secret" in form for _url, form in entra.posts)


def test_device_code_ends_with_the_shorter_of_both_times(entra):
    entra.device["expires_in"] = 60
    short, _prompt = begin_login(connection(), method="device_code", wait=300, port=0)
    assert short.expires_at - time.time() <= 60
    own, _prompt = begin_login(connection(), method="device_code", wait=30, port=0)
    assert own.expires_at - time.time() <= 30


def test_device_code_that_nobody_enters(entra):
    entra.refusals = [PENDING] * 20
    flow, _prompt = begin_login(connection(), method="device_code", wait=1, port=0)
    begun = time.monotonic()
    with pytest.raises(MtoError, match="Nobody entered the code and signed in by"):
        complete_login(connection(), flow, show=None)
    assert time.monotonic() - begun < 60


def test_device_code_that_the_tenant_blocks(entra):
    flow, _prompt = begin_login(connection(), method="device_code", wait=30, port=0)
    entra.refusals = [{"error": "invalid_grant", "error_description": "AADSTS53003: Blocked.", "error_codes": [53003]}]
    with pytest.raises(HomeSignInError, match="sign in with the browser instead"), in_words("device_code"):
        complete_login(connection(), flow, show=None)


def test_device_code_that_entra_does_not_give(entra):
    entra.device = {"error": "invalid_client", "error_description": "AADSTS7000218: Secret.", "error_codes": [7000218]}
    with pytest.raises(HomeSignInError, match="AADSTS7000218"), in_words("device_code"):
        begin_login(connection(), method="device_code", wait=30, port=0)


def test_device_code_of_another_person(entra):
    flow, _prompt = begin_login(connection(operator=OID), method="device_code", wait=30, port=0)
    entra.claims["oid"] = "somebody-else"
    with pytest.raises(OptionError, match="Nothing is stored"):
        complete_login(connection(operator=OID), flow, show=None)


# -- the flow between the two calls ----------------------------------------------------------------------------


# -- a token that is there already -----------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    place = tmp_path / "token"
    place.write_text("the-old-token", encoding="ascii")
    place.chmod(0o600)
    return place


def holder(entra, file, **claims):
    entra.extra = {"access_token": token({"tid": HOME, "upn": ANNA, "oid": OID, **claims})}
    return holder_of_working_token(connection(operator=ANNA), str(file))


def test_token_that_works_is_kept_and_rotated(entra, file):
    assert holder(entra, file) == ANNA
    assert file.read_text(encoding="ascii") == "the-refresh-token"


def test_token_of_another_person_does_not_count(entra, file):
    assert holder(entra, file, upn="ben@northwindmsp.example", oid="b") is None


def test_token_that_does_not_say_whose_it_is_does_not_count(entra, file):
    entra.extra = {"access_token": "opaque"}
    assert holder_of_working_token(connection(), str(file)) is None


def test_token_that_has_expired_does_not_count(entra, file):
    entra.refusals = [
        {"error": "invalid_grant", "error_description": "AADSTS700082: Old.", "error_codes": [700082]}
    ] * 4
    assert holder(entra, file) is None
    assert file.read_text(encoding="ascii") == "the-old-token"


@pytest.mark.parametrize("content", [None, ""])
def test_no_token_in_the_file(entra, file, content):
    if content is None:
        file.unlink()
    else:
        file.write_text(content, encoding="ascii")
    assert holder(entra, file) is None
    assert entra.posts == []


def test_token_that_nothing_could_be_found_out_about(entra, file):
    entra.raises = UnreachableError("the connection was refused")
    with pytest.raises(HomeSignInError, match="could not be reached"), in_words("browser"):
        holder(entra, file)
