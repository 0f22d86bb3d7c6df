# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environment fall-backs: our own name first, then the one of Azure tools."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import (
    azure_names,
    environment_value,
    fallback_names,
    home_tenant_of,
    own_name,
)

HOME = "11111111-2222-3333-4444-555555555555"


@pytest.mark.parametrize(
    ("environ", "value"),
    [
        ({}, None),
        ({"MTO_CLIENT_ID": "own"}, "own"),
        ({"AZURE_CLIENT_ID": "azure"}, "azure"),
        ({"MTO_CLIENT_ID": "own", "AZURE_CLIENT_ID": "azure"}, "own"),
        ({"MTO_CLIENT_ID": "", "AZURE_CLIENT_ID": "azure"}, "azure"),
    ],
)
def test_own_name_wins(environ, value):
    assert environment_value("client_id", environ) == value


def test_option_that_azure_tools_do_not_have():
    assert environment_value("ca_path", {"": "never", "MTO_CA_PATH": "bundle"}) == "bundle"
    assert environment_value("ca_path", {"": "never"}) is None


def test_process_environment_is_the_default(monkeypatch):
    monkeypatch.setenv("MTO_OPERATOR", "anna@northwind.example")
    assert environment_value("operator") == "anna@northwind.example"


def test_names_of_azure_tools():
    assert azure_names() == {
        "home_tenant_id": "AZURE_TENANT_ID",
        "client_id": "AZURE_CLIENT_ID",
        "client_secret": "AZURE_CLIENT_SECRET",
        "client_certificate_path": "AZURE_CLIENT_CERTIFICATE_PATH",
        "client_certificate_password": "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "federated_token_file": "AZURE_FEDERATED_TOKEN_FILE",
    }


@pytest.mark.parametrize(
    ("option", "environ", "home"),
    [(f" {HOME.upper()} ", {}, HOME), (None, {"AZURE_TENANT_ID": HOME}, HOME), (None, {}, ""), ("", {}, "")],
)
def test_home_tenant(option, environ, home):
    assert home_tenant_of(option, environ) == home


def test_every_fall_back_is_known_and_nothing_else():
    read = [*connection_spec(), "portal_cookies_file", "portal_snapshot"]
    # Numbers and dictionaries have no fall-back.
    read = [name for name in read if name not in ("concurrency", "timeout", "deadline", "endpoints")]
    assert {own_name(option) for option in read} < fallback_names()
    assert own_name("timeout") not in fallback_names()
