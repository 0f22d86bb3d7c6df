# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options: what bad input gets, and which credential wins."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import (
    connection_constraints,
    connection_spec,
    require_operator,
    resolve_connection,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

HOME = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
GOOD = {
    "home_tenant_id": HOME,
    "client_id": CLIENT,
    "client_secret": "a-client-secret",
    "operator": "anna@northwind.example",
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"home_tenant_id": None}, "home_tenant_id: missing", id="no_home"),
        pytest.param({"home_tenant_id": "contoso"}, "home_tenant_id: 'contoso' is not a GUID", id="bad_home"),
        pytest.param({"client_id": ""}, "client_id: missing", id="no_client"),
        pytest.param({"client_secret": None}, "client_secret: no identity is given", id="no_identity"),
        pytest.param({"cloud": "mars"}, "cloud: 'mars' is not a known cloud", id="cloud"),
        pytest.param({"endpoints": {"grahp": "https://x"}}, "endpoints: 'grahp' is not a known", id="endpoint"),
        pytest.param({"endpoints": {"graph": "http://x"}}, "endpoints.graph: 'http://x' must begin", id="not_https"),
        pytest.param({"concurrency": -1}, "concurrency: '-1' is out of range", id="concurrency"),
        pytest.param({"concurrency": 0}, "concurrency: '0' is out of range", id="concurrency_zero"),
        pytest.param({"timeout": 0.0}, "timeout: '0.0' is not a duration of more than 0", id="timeout_zero"),
        pytest.param({"deadline": float("inf")}, "deadline: 'inf' is not a duration", id="deadline_for_ever"),
        pytest.param({"timeout": float("nan")}, "timeout: 'nan' is not a duration", id="timeout_is_no_number"),
        pytest.param({"deadline": 0.0}, "deadline: '0.0' is not a duration", id="deadline_zero"),
        pytest.param({"endpoints": "https://x"}, "endpoints: give a dictionary", id="endpoints_as_text"),
        pytest.param(
            {"refresh_token": "0.refresh-token", "refresh_token_file": "f"},
            "only one of refresh_token",
            id="two_tokens",
        ),
        pytest.param({"federated_token_file": "f"}, "are mutually exclusive", id="two_credentials"),
    ],
)
def test_bad_connection(changes, words):
    with pytest.raises(OptionError, match=words):
        resolve_connection({**GOOD, **changes}, {})


@pytest.mark.parametrize("unfit", ["an\ud800na@x", "a\x1b[2Jb", "a\u202eb", "a\0b"])
@pytest.mark.parametrize(
    "option",
    [
        *("home_tenant_id", "client_id", "operator", "cloud", "ca_path", "token_cache"),
        *("client_certificate_path", "federated_token_file", "refresh_token_file"),
    ],
)
def test_text_that_cannot_be_shown_is_refused(option, unfit):
    for place in ({option: unfit}, {option: None}):
        with pytest.raises(OptionError, match=rf"^{option}: the value has characters that cannot be shown") as caught:
            resolve_connection({**GOOD, **place}, {f"MTO_{option.upper()}": unfit})
        assert unfit not in str(caught.value)


def test_endpoint_that_cannot_be_shown_is_refused():
    for endpoints, option in (
        ({"graph": "https://x\ud800"}, "endpoints.graph"),
        ({"\ud800": "https://x"}, "endpoints"),
    ):
        with pytest.raises(OptionError, match=rf"^{option}: the value has characters that cannot be shown"):
            resolve_connection({**GOOD, "endpoints": endpoints}, {})


def test_operator_is_asked_for_where_nobody_else_says_who():
    with pytest.raises(OptionError, match="operator: missing"):
        require_operator(resolve_connection({**GOOD, "operator": None}, {}))


def test_refresh_token_alone_names_the_operator():
    connection = resolve_connection(
        {**GOOD, "operator": None, "client_secret": None, "refresh_token": "0.refresh-token"}, {}
    )
    require_operator(connection)
    assert (connection.credential, connection.refresh_token) == (None, "0.refresh-token")


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
        pytest.param(
            {},
            {"MTO_REFRESH_TOKEN": "0.refresh-token", "AZURE_CLIENT_SECRET": "of another app", "AZURE_CLIENT_ID": HOME},
            {},
            id="of_another_app",
        ),
        pytest.param(
            {"refresh_token": "0.refresh-token"},
            {"MTO_CLIENT_SECRET": "own"},
            {"client_secret": "own"},
            id="operators_token_hides_none_of_the_apps",
        ),
    ],
)
def test_credential_from_task_or_environment(params, environ, credential):
    options = {**GOOD, "client_secret": None, **params}
    resolved = resolve_connection(options, environ).credential
    assert (resolved.values if resolved else {}) == credential


@pytest.mark.parametrize(
    ("params", "environ", "token"),
    [
        ({}, {"MTO_REFRESH_TOKEN": "0.of-environment"}, "0.of-environment"),
        ({"refresh_token": "0.of-the-task"}, {"MTO_REFRESH_TOKEN": "0.of-environment"}, "0.of-the-task"),
        ({"client_secret": "given-secret"}, {"MTO_REFRESH_TOKEN": "0.of-environment"}, "0.of-environment"),
        ({"refresh_token": "0.of-the-task"}, {"MTO_CLIENT_SECRET": "given-secret"}, "0.of-the-task"),
    ],
)
def test_operators_token_is_resolved_apart_from_the_apps_credential(params, environ, token):
    assert resolve_connection({**GOOD, "client_secret": None, **params}, environ).refresh_token == token


APP_BY_TASK = "the app signs in with client_secret"


@pytest.mark.parametrize(
    ("params", "environ", "in_vain"),
    [
        ({}, {"MTO_REFRESH_TOKEN": "0.of-environment"}, {}),
        ({"client_secret": "given-secret"}, {"MTO_CLIENT_SECRET": "own-secret"}, {"MTO_CLIENT_SECRET": APP_BY_TASK}),
        (
            {"refresh_token": "0.of-the-task"},
            {"MTO_REFRESH_TOKEN_FILE": "f"},
            {"MTO_REFRESH_TOKEN_FILE": "the operator signs in with refresh_token"},
        ),
        (
            {},
            {"MTO_CLIENT_CERTIFICATE_PASSWORD": "no path"},
            {"MTO_CLIENT_CERTIFICATE_PASSWORD": "it counts only beside MTO_CLIENT_CERTIFICATE_PATH"},
        ),
        (
            {"client_secret": "given-secret", "client_certificate_password": "no path"},
            {},
            {"client_certificate_password": "it counts only beside client_certificate_path"},
        ),
        (
            {"client_secret": "given-secret"},
            {"AZURE_CLIENT_CERTIFICATE_PATH": "f", "AZURE_CLIENT_CERTIFICATE_PASSWORD": "password"},
            {"AZURE_CLIENT_CERTIFICATE_PATH": APP_BY_TASK, "AZURE_CLIENT_CERTIFICATE_PASSWORD": APP_BY_TASK},
        ),
        (
            {"client_secret": None},
            {"MTO_CLIENT_SECRET": "own-secret", "AZURE_FEDERATED_TOKEN_FILE": "f", "AZURE_CLIENT_SECRET": "s"},
            {
                "AZURE_CLIENT_SECRET": "the app signs in with MTO_CLIENT_SECRET",
                "AZURE_FEDERATED_TOKEN_FILE": "the app signs in with MTO_CLIENT_SECRET",
            },
        ),
        ({"client_secret": "given-secret"}, {"AZURE_CLIENT_SECRET": "s", "AZURE_CLIENT_ID": HOME}, {}),
    ],
)
def test_what_is_set_in_vain_is_told_with_what_is_used_instead(params, environ, in_vain):
    warnings = resolve_connection({**GOOD, "refresh_token": None, **params}, environ).warnings
    assert warnings == [
        f"{name} is set but not used: {cause}. Ansible administrator of the home tenant: unset it."
        for name, cause in in_vain.items()
    ]


def test_secrets_are_told_to_ansible_and_hidden_in_representations():
    connection = resolve_connection(
        {**GOOD, "client_secret": None},
        {"MTO_CLIENT_SECRET": "of-the-environment", "MTO_REFRESH_TOKEN": "0.refresh-token"},
    )
    assert connection.secrets() == ["of-the-environment", "0.refresh-token"]
    assert connection.known_secrets.values() == {"of-the-environment", "0.refresh-token"}
    assert "of-the-environment" not in repr(connection)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0.token", "fewer than 8 characters"),
        ("two words of it", "white space or characters"),
        ("0.first-line\n0.second-line", "white space or characters"),
        ('"0.in-quotes"', "the value is in quotes"),
        ('{"refresh_token":"0.of-json"}', "cannot contain"),
        ("********", "masked by Ansible"),
        ("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "masked by Ansible"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162", "encrypted with ansible-vault"),
        ("0.\u0440efresh-token", "white space or characters"),
        ("0.refresh-token\udc80", "white space or characters"),
    ],
)
def test_what_cannot_be_a_refresh_token_is_refused_without_being_repeated(value, words):
    with pytest.raises(OptionError, match=rf"^refresh_token: .*{words}") as caught:
        resolve_connection({**GOOD, "refresh_token": value}, {})
    assert value not in str(caught.value)


def test_white_space_around_a_refresh_token_is_not_part_of_it():
    assert resolve_connection({**GOOD, "refresh_token": " 0.refresh-token\r\n"}, {}).refresh_token == "0.refresh-token"


def test_endpoints_that_ansible_filled_with_none_are_not_given():
    endpoints = {"login": None, "graph": "https://graph.example", "arm": None, "portal": None, "mto": None}
    cloud = resolve_connection({**GOOD, "endpoints": endpoints}, {}).cloud
    assert (cloud.graph, cloud.login) == ("https://graph.example", "https://login.microsoftonline.com")


def test_two_credentials_of_one_environment():
    environ = {"MTO_CLIENT_SECRET": "s", "MTO_FEDERATED_TOKEN_FILE": "f"}
    with pytest.raises(OptionError, match="client_secret: give only one credential for the app"):
        resolve_connection({**GOOD, "client_secret": None}, environ)


def test_spec_hides_exactly_the_secrets():
    hidden = [name for name, option in connection_spec().items() if option.get("no_log")]
    assert hidden == ["client_secret", "client_certificate_password", "refresh_token"]


def test_constraints_name_options_of_the_spec():
    constraints = connection_constraints()
    names = {name for group in constraints["mutually_exclusive"] for name in group}
    names |= {*constraints["required_by"], *(name for needed in constraints["required_by"].values() for name in needed)}
    assert names <= set(connection_spec())
    assert constraints["required_by"] == {"client_certificate_password": ("client_certificate_path",)}


def test_defaults_of_the_spec_are_the_ones_that_are_used():
    spec = connection_spec()
    defaults = {option: spec[option]["default"] for option in ("concurrency", "timeout", "deadline")}
    for options in (GOOD, {**GOOD, **defaults}):
        connection = resolve_connection(options, {})
        assert (connection.concurrency, connection.timeout, connection.deadline) == (32, 30.0, 600.0)


@pytest.mark.parametrize("app_needed", [True, False])
def test_client_id_where_the_app_plays_no_part(app_needed):
    options = {**GOOD, "client_id": None}
    if app_needed:
        with pytest.raises(OptionError, match="MTO_CLIENT_ID or AZURE_CLIENT_ID"):
            resolve_connection(options, {})
    else:
        assert resolve_connection(options, {}, app_needed=False).client_id == ""
