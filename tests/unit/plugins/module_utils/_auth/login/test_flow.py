# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow between the two calls of a sign-in: whole, ours, and for the same connection."""

from __future__ import annotations

import base64
import json

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.login.flow import LoginFlow, unpack_flow
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

HOME = "10000000-0000-4000-8000-000000000001"
CLIENT = "66666666-7777-8888-9999-000000000000"
LOGIN = "https://login.microsoftonline.com"


def connection(**options):
    return resolve_connection({"home_tenant_id": HOME, "client_id": CLIENT, **options}, {}, identity_needed=False)


@pytest.fixture
def flow():
    state = {"auth_uri": "https://login.example", "state": "s", "code_verifier": "v", "nonce": "n"}
    return LoginFlow("browser", HOME, CLIENT, LOGIN, 2.0e9, 8400, state)


def test_flow_is_the_same_after_the_journey(flow):
    assert unpack_flow(flow.packed()) == flow
    assert "code_verifier" not in repr(flow)


def test_secrets_of_a_flow(flow):
    assert flow.secrets() == ["v", "n"]
    assert unpack_flow(packed(GOOD)).secrets() == ["d"]


@pytest.mark.parametrize(
    "changes",
    [{"home_tenant_id": HOME.replace("1", "2")}, {"client_id": HOME}, {"endpoints": {"login": "https://else.example"}}],
)
def test_flow_of_another_connection(flow, changes):
    with pytest.raises(OptionError, match="began with another"):
        flow.check(connection(**changes), 0.0)


def test_flow_that_is_over(flow):
    with pytest.raises(OptionError, match="this sign-in has expired"):
        flow.check(connection(), flow.expires_at)


def packed(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode()


GOOD = {
    "method": "device_code",
    "home_tenant_id": HOME,
    "client_id": CLIENT,
    "login": LOGIN,
    "expires_at": 1.0,
    "port": 0,
    "state": {"device_code": "d"},
}


def test_the_good_example_is_good():
    assert isinstance(unpack_flow(packed(GOOD)), LoginFlow)


@pytest.mark.parametrize(
    "text",
    [
        "planted-secret",
        "planted\u20acsecret",
        "{'method': 'browser'}",
        packed([]),
        packed({}),
        packed({**GOOD, "more": 1}),
        packed({**GOOD, "method": "browser"}),
        packed({**GOOD, "method": "magic"}),
        packed({**GOOD, "method": []}),
        packed({**GOOD, "port": True}),
        packed({**GOOD, "port": 70000}),
        packed({**GOOD, "expires_at": "soon"}),
        packed({**GOOD, "state": {}}),
        packed({**GOOD, "state": {"device_code": 5}}),
        packed({**GOOD, "state": "planted-secret"}),
        packed({**GOOD, "login": None}),
    ],
)
def test_what_is_no_flow(text):
    with pytest.raises(OptionError, match=r"^flow: this is not the `flow` that") as caught:
        unpack_flow(text)
    assert "planted" not in str(caught.value)
