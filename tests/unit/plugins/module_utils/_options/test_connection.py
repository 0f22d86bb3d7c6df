# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options: what bad input gets, and which credential wins."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._options.connection import (
    parse_tenants,
    require_operator,
    resolve_connection,
    secrets_of,
)

HOME = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
GOOD = {"home_tenant_id": HOME, "client_id": CLIENT, "client_secret": "s3cret", "operator": "anna@northwind.example"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"home_tenant_id": None}, "home_tenant_id: missing", id="no_home"),
        pytest.param({"home_tenant_id": "contoso"}, "home_tenant_id: 'contoso' is not a GUID", id="bad_home"),
        pytest.param({"client_id": ""}, "client_id: missing", id="no_client"),
        pytest.param({"client_secret": None}, "client_secret: no identity is given", id="no_identity"),
        pytest.param({"cloud": "mars"}, "cloud: 'mars' is not a cloud we know", id="cloud"),
        pytest.param({"endpoints": {"grahp": "https://x"}}, "endpoints: 'grahp' is not an endpoint", id="endpoint"),
        pytest.param({"endpoints": {"graph": "http://x"}}, "endpoints.graph: 'http://x' must begin", id="not_https"),
        pytest.param({"concurrency": -1}, "concurrency: -1 is out of range", id="concurrency"),
        pytest.param({"concurrency": 0}, "concurrency: 0 is out of range", id="concurrency_zero"),
        pytest.param({"timeout": 0.0}, r"timeout: 0\.0 is out of range", id="timeout_zero"),
        pytest.param({"deadline": float("inf")}, "deadline: inf is out of range", id="deadline_for_ever"),
        pytest.param({"timeout": float("nan")}, "timeout: nan is out of range", id="timeout_is_no_number"),
        pytest.param({"deadline": 0.0}, r"deadline: 0\.0 is out of range", id="deadline_zero"),
        pytest.param({"federated_token_file": "f"}, "exclude each other", id="two_credentials"),
    ],
)
def test_bad_connection(changes, words):
    with pytest.raises(OptionError, match=words):
        resolve_connection({**GOOD, **changes}, {})


def test_operator_is_asked_for_where_nobody_else_says_who():
    with pytest.raises(OptionError, match="operator: say whose access"):
        require_operator(resolve_connection({**GOOD, "operator": None}, {}))


def test_refresh_token_alone_names_the_operator():
    connection = resolve_connection({**GOOD, "operator": None, "client_secret": None, "refresh_token": "r"}, {})
    require_operator(connection)
    assert (connection.credential, connection.refresh_token) == ({}, "r")


@pytest.mark.parametrize(
    ("params", "environ", "credential"),
    [
        pytest.param({}, {"MTO_CLIENT_SECRET": "own"}, {"client_secret": "own"}, id="own_name"),
        pytest.param({}, {"AZURE_CLIENT_SECRET": "az"}, {"client_secret": "az"}, id="azure_name"),
        pytest.param(
            {}, {"MTO_CLIENT_SECRET": "own", "AZURE_CLIENT_SECRET": "az"}, {"client_secret": "own"}, id="own_first"
        ),
        pytest.param(
            {"federated_token_file": "f"}, {"MTO_CLIENT_SECRET": "own"}, {"federated_token_file": "f"}, id="task_hides"
        ),
        pytest.param(
            {},
            {"MTO_FEDERATED_TOKEN_FILE": "f", "AZURE_CLIENT_SECRET": "of another app"},
            {"federated_token_file": "f"},
            id="own_names_hide_azures",
        ),
        pytest.param({}, {"MTO_REFRESH_TOKEN": "r", "AZURE_CLIENT_SECRET": "of another app"}, {}, id="public_client"),
        pytest.param({"refresh_token": "r"}, {"MTO_CLIENT_SECRET": "own"}, {}, id="refresh_token_hides_too"),
    ],
)
def test_credential_from_task_or_environment(params, environ, credential):
    options = {**GOOD, "client_secret": None, **params}
    assert resolve_connection(options, environ).credential == credential


def test_secrets_are_told_to_ansible_and_hidden_in_representations():
    connection = resolve_connection(
        {**GOOD, "client_secret": None}, {"MTO_CLIENT_SECRET": "env", "MTO_REFRESH_TOKEN": "r"}
    )
    assert secrets_of(connection) == ["env", "r"]
    assert "env" not in repr(connection)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param([{"name": "Contoso"}], r"tenants\[0\] \(Contoso\): tenant_id is missing", id="missing"),
        pytest.param([{"tenant_id": "x"}], r"tenants\[0\]: tenant_id 'x' is not a GUID", id="not_a_guid"),
        pytest.param(
            [{"tenant_id": TENANT, "name": "A"}, {"tenant_id": TENANT.upper(), "name": "B"}],
            r"tenants\[1\] \(B\): tenant_id .* stands already in tenants\[0\] \(A\)",
            id="duplicate",
        ),
        pytest.param([{"tenant_id": HOME}], r"tenants\[0\]: this is the home tenant", id="home"),
        pytest.param([{"tenant_id": TENANT, "access": "vpn"}], "access 'vpn' is unknown", id="access"),
        pytest.param([{"tenant_id": TENANT, "roles": ["Boss"]}], "role 'Boss' is not known by name", id="role"),
        pytest.param([{"tenant_id": TENANT, "cloud": "mars"}], "cloud 'mars' is unknown", id="cloud"),
    ],
)
def test_bad_tenants(rows, words):
    with pytest.raises(OptionError, match=words):
        parse_tenants(rows, HOME)


def test_good_tenants():
    rows = [
        {"tenant_id": f" {TENANT.upper()} "},
        {
            "tenant_id": TENANT[:-1] + "2",
            "name": "B",
            "access": "GDAP",
            "roles": ["security reader", DEFENDER_ROLES[0]],
        },
    ]
    first, second = parse_tenants(rows, HOME)
    assert (first.tenant_id, first.name, first.access, first.roles) == (TENANT, TENANT, "auto", DEFENDER_ROLES)
    assert (second.access, second.roles) == ("gdap", (DEFENDER_ROLES[4], DEFENDER_ROLES[0]))
