# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person's sign-in against the lab, over real TLS, with a played browser; and that the token it gives is good."""

from __future__ import annotations

import threading
import time
import urllib.parse

import lxml.html
import pytest
import requests
from lab_client import client_of
from worlds import HOME_ID, OPERATOR, tenant, write_world

from ansible_collections.m365.defender.plugins.module_utils._auth.login.flow import unpack_flow
from ansible_collections.m365.defender.plugins.module_utils._auth.login.sign_in import (
    begin_login,
    complete_login,
    holder_of_working_token,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._auth.refresh_token_file import RefreshTokenFile
from ansible_collections.m365.defender.plugins.module_utils._collect.login_failure import login_failures_worded
from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError, MtoError, OptionError
from lab.process import start_lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    world = write_world(tmp_path_factory.mktemp("login"), tenant(1), device_code_interval=1)
    with start_lab(world=world) as found:
        yield found


def connection(lab, **changes):
    options = {
        "home_tenant_id": HOME_ID,
        "client_id": lab["client_id"],
        "client_secret": lab["client_secret"],
        "operator": OPERATOR,
        "endpoints": {name: lab[name] for name in ("login", "graph")},
        "ca_path": lab["ca_path"],
    }
    kept = {name: value for name, value in {**options, **changes}.items() if value is not None}
    return resolve_connection(kept, {}, identity_needed=False)


def in_words(lab, method):
    return login_failures_worded(connection(lab), method)


class Browser:
    """Follows the forms of the pages as a person would who presses `account`; None presses nothing."""

    def __init__(self, lab):
        self.session = requests.Session()
        self.session.trust_env = False
        self.ca_path = lab["ca_path"]

    def page(self, method, url, **sent):
        answer = self.session.request(method, url, verify=self.ca_path, timeout=60, **sent)
        return answer, lxml.html.fromstring(answer.text, base_url=answer.url)

    def press(self, page, **fields):
        form = page.forms[0]
        action = urllib.parse.urljoin(page.base_url, form.get("action") or page.base_url)
        hidden = {field.name: field.value for field in form.xpath(".//input[@type='hidden']")}
        return self.page("POST", action, data={**hidden, **fields})

    def sign_in(self, url, account):
        """Picks an account, and is sent back to this machine. The text that it shows in the end."""
        _answer, accounts = self.page("GET", url)
        _answer, working = self.press(accounts, account=account)
        for _attempt in range(100):
            try:
                return self.press(working)[1].text_content()
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError("nobody listens")

    def enter(self, url, user_code, account):
        _answer, page = self.page("GET", url)
        return self.press(page, user_code=user_code, account=account)[1].text_content()


@pytest.fixture
def browser(lab):
    found = Browser(lab)
    yield found
    found.session.close()


def by_browser(lab, browser, account, **changes):
    """Who signed in and their token, or the error; and what the browser showed."""
    options = connection(lab, **changes)
    flow, prompt = begin_login(options, method="browser", wait=30, port=0)
    pages = []
    person = threading.Thread(target=lambda: pages.append(browser.sign_in(prompt.url, account)))
    person.start()
    try:
        return complete_login(options, unpack_flow(flow.packed()), show=None)
    finally:
        person.join(60)
        browser.shown = pages[0]


def by_device_code(lab, browser, account, **changes):
    options = connection(lab, **changes)
    flow, prompt = begin_login(options, method="device_code", wait=30, port=0)
    browser.shown = browser.enter(prompt.url, prompt.user_code, account)
    return complete_login(options, unpack_flow(flow.packed()), show=None)


WAYS = pytest.mark.parametrize("sign_in", [by_browser, by_device_code])


@WAYS
def test_operator_signs_in_and_the_token_is_good(lab, browser, tmp_path, sign_in):
    person, refresh_token = sign_in(lab, browser, "operator")
    assert person.upn == OPERATOR
    # A device code is a public client's, and so is its token.
    proof = {} if sign_in is by_browser else {"client_secret": None}
    with client_of(lab) as client:
        for tenant_id in (HOME_ID, tenant(1)["tenant_id"]):
            answer = client.post_token(tenant_id, grant_type="refresh_token", refresh_token=refresh_token, **proof)
            assert answer.status_code == 200, answer.text
    file = tmp_path / "token"
    RefreshTokenFile(file).store(refresh_token)
    assert holder_of_working_token(connection(lab), str(file)) == OPERATOR
    assert RefreshTokenFile(file).load() != refresh_token


def test_browser_shows_no_more_than_it_knows(lab, browser):
    by_browser(lab, browser, "operator")
    assert "is checking it" in browser.shown
    assert "You can close this tab" in browser.shown


@WAYS
def test_colleague_signs_in(lab, browser, sign_in):
    with pytest.raises(OptionError, match=f"signed in instead of {OPERATOR}. Nothing is stored"):
        sign_in(lab, browser, "colleague")


@WAYS
def test_colleague_signs_in_where_anybody_may(lab, browser, sign_in):
    assert sign_in(lab, browser, "colleague", operator=None)[0].upn != OPERATOR


def test_person_cancels_in_the_browser(lab, browser):
    with pytest.raises(HomeSignInError, match="AADSTS65004") as caught, in_words(lab, "browser"):
        by_browser(lab, browser, "")
    assert caught.value.problem.reason == "consent.declined"
    assert "Microsoft Entra answered: AADSTS65004" in browser.shown


def test_person_cancels_on_the_page_of_the_device_code(lab, browser):
    with pytest.raises(HomeSignInError), in_words(lab, "device_code"):
        by_device_code(lab, browser, "")


def test_app_that_has_to_prove_itself_and_does_not(lab, browser):
    with pytest.raises(HomeSignInError, match="AADSTS7000218") as caught, in_words(lab, "browser"):
        by_browser(lab, browser, "operator", client_secret=None)
    assert caught.value.problem.reason == "sign_in.credential_missing"


def test_wrong_secret(lab, browser):
    with pytest.raises(HomeSignInError, match="AADSTS7000215") as caught, in_words(lab, "browser"):
        by_browser(lab, browser, "operator", client_secret="planted-secret")
    assert "planted-secret" not in str(caught.value)


def test_code_serves_once_and_with_its_own_verifier_only(lab, browser):
    """A thief of the code has no verifier, and comes too late."""
    options = connection(lab)
    first, prompt = begin_login(options, method="browser", wait=30, port=0)
    other, _prompt = begin_login(options, method="browser", wait=30, port=0)
    stolen = {**first.state, "code_verifier": other.state["code_verifier"]}
    thief = unpack_flow(first.packed())
    thief.state["code_verifier"] = stolen["code_verifier"]
    person = threading.Thread(target=browser.sign_in, args=(prompt.url, "operator"))
    person.start()
    with pytest.raises(HomeSignInError, match="AADSTS501481"), in_words(lab, "browser"):
        complete_login(options, thief, show=None)
    person.join(60)


def test_nobody_enters_the_code(lab):
    options = connection(lab)
    flow, _prompt = begin_login(options, method="device_code", wait=2, port=0)
    with pytest.raises(MtoError, match="Nobody entered the code"):
        complete_login(options, flow, show=None)


def test_tenant_that_does_not_exist(lab):
    with pytest.raises(HomeSignInError, match="Correct home_tenant_id or cloud"), in_words(lab, "browser"):
        begin_login(connection(lab, home_tenant_id=tenant(9)["tenant_id"]), method="browser", wait=30, port=0)


def test_tenant_that_blocks_the_device_code(tmp_path):
    with start_lab(world=write_world(tmp_path, tenant(1), device_code_interval=1, blocks_device_code=True)) as lab:
        browser = Browser(lab)
        with (
            browser.session,
            pytest.raises(HomeSignInError, match="sign in with the browser instead") as caught,
            in_words(lab, "device_code"),
        ):
            by_device_code(lab, browser, "operator")
    assert caught.value.problem.reason == "sign_in.conditional_access"


def test_public_client(tmp_path):
    """Without a secret the browser is enough; with one, Entra says that none may be sent."""
    with start_lab(world=write_world(tmp_path, tenant(1), public_client=True)) as lab:
        browser = Browser(lab)
        with browser.session:
            assert by_browser(lab, browser, "operator", client_secret=None)[0].upn == OPERATOR
            with pytest.raises(HomeSignInError, match="AADSTS700025"), in_words(lab, "browser"):
                by_browser(lab, browser, "operator")
