# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge to Ansible: constraints reach AnsibleModule, and errors become one sentence without a secret."""

from __future__ import annotations

import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MissingLibraryError, MtoError
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module

HOME = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
GOOD = {"home_tenant_id": HOME, "client_id": CLIENT, "client_secret": "in-the-task"}


@pytest.fixture
def run(monkeypatch, capfd):
    """Run a module with options; its result as Ansible would read it."""

    def run_with(options, work=lambda _call, _connection: {"done": True}, spec=None, **keywords):
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", None)
        with patch_module_args(options), pytest.raises(SystemExit):
            run_module(ModuleTask({**connection_spec(), **(spec or {})}, work, **keywords))
        return json.loads(capfd.readouterr().out)

    for name in ("MTO_CLIENT_SECRET", "AZURE_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return run_with


def test_work_is_given_the_connection(run, monkeypatch):
    # Where the controller's own code is loaded, Ansible shows a warning instead of returning it.
    warnings = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text: warnings.append(text))
    result = run(GOOD, lambda _call, connection: {"home": connection.home_tenant_id, "warnings": ["careful"]})
    assert result["home"] == HOME
    assert warnings == ["careful"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({**GOOD, "federated_token_file": "f"}, "mutually exclusive: client_secret|"),
        ({**GOOD, "refresh_token": "0.AX4", "refresh_token_file": "f"}, "mutually exclusive: refresh_token|"),
        ({**GOOD, "client_certificate_password": "0.AX4"}, "required by 'client_certificate_password'"),
        ({**GOOD, "cloud": "mars"}, "value of cloud must be one of: public, gcc, gcc_high, dod"),
        ({**GOOD, "endpoints": {"grahp": "https://x"}}, "endpoints.grahp"),
        ({**GOOD, "home_tenant_id": "contoso"}, "home_tenant_id: 'contoso' is not a GUID"),
    ],
)
def test_bad_options(run, options, message):
    result = run(options)
    assert result["failed"]
    assert message in result["msg"]


def test_environment_does_not_count_for_exclusion(run, monkeypatch):
    monkeypatch.setenv("MTO_FEDERATED_TOKEN_FILE", "f")
    assert run(GOOD)["done"]


def test_own_constraints_are_added(run):
    spec = {"state": {"type": "str"}, "reason": {"type": "str"}}
    constraints = {"required_if": [("state", "absent", ("reason",))]}
    assert "state is absent" in run({**GOOD, "state": "absent"}, spec=spec, constraints=constraints)["msg"]


def test_secret_of_the_environment_is_masked(run, monkeypatch):
    monkeypatch.setenv("MTO_CLIENT_SECRET", "from-the-environment")
    options = {"home_tenant_id": HOME, "client_id": CLIENT}
    result = run(options, lambda _call, connection: {"leak": connection.credential.for_msal()})
    assert "from-the-environment" not in json.dumps(result)


def test_result_that_failed_is_complete(run):
    result = run(GOOD, lambda _call, _connection: {"failed": True, "msg": "no sign-in", "tenants": [1]})
    assert (result["failed"], result["msg"], result["tenants"]) == (True, "no sign-in", [1])


@pytest.mark.parametrize(
    ("error", "message"),
    [(MtoError("One sentence."), "One sentence."), (MissingLibraryError("msal", "trace"), "Failed to import")],
)
def test_errors_are_one_sentence(run, error, message):
    def work(_call, _connection):
        raise error

    assert message in run(GOOD, work)["msg"]


def test_saved_evidence_needs_no_connection(run):
    spec = {"tenants": {"type": "list"}, "from_evidence": {"type": "path"}}
    result = run({"from_evidence": "file"}, spec=spec, offline=lambda call: {"file": call.params["from_evidence"]})
    assert result["file"] == "file"


@pytest.mark.parametrize(
    "error",
    [KeyError("eyJhbGciOi.secret.token"), ValueError("eyJhbGciOi.secret.token"), RecursionError(), MemoryError()],
)
def test_exception_that_nobody_foresaw_is_one_sentence(run, error):
    def work(_call, _connection):
        raise error

    result = run(GOOD, work)
    assert result["failed"]
    assert result["msg"] == f"The module failed because of an unexpected {type(error).__name__}."
    assert "token" not in json.dumps({name: value for name, value in result.items() if name != "invocation"})


def test_half_a_surrogate_in_a_message_can_be_encoded(run):
    def work(_call, _connection):
        raise MtoError("endpoints: '\ud800' is wrong.")

    assert run(GOOD, work)["msg"] == "endpoints: '\ufffd' is wrong."


@pytest.mark.parametrize("value", ["met", "4d05", "e", "unknown"])
def test_short_secret_is_refused_before_it_masks_anything(run, value):
    options = {"home_tenant_id": HOME, "client_id": CLIENT, "client_certificate_path": "f"}
    result = run({**options, "client_certificate_password": value})
    assert result["msg"] == (
        "client_certificate_password: the value has fewer than 8 characters, so that Ansible would mask parts of the"
        " result. Use a longer one, or set MTO_CLIENT_CERTIFICATE_PASSWORD in the environment instead."
    )


def test_short_secret_in_a_dictionary_is_refused(run):
    session = {"type": "dict", "no_log": True, "options": {"xsrf_token": {"type": "str", "no_log": True}}}
    result = run({**GOOD, "portal_session": {"xsrf_token": "met"}}, spec={"portal_session": session})
    assert result["msg"].startswith("portal_session.xsrf_token: the value has fewer than 8 characters")


def test_short_password_of_the_environment_masks_nothing(run, monkeypatch):
    monkeypatch.setenv("MTO_CLIENT_CERTIFICATE_PATH", "f")
    monkeypatch.setenv("MTO_CLIENT_CERTIFICATE_PASSWORD", "met")
    result = run({"home_tenant_id": HOME, "client_id": CLIENT}, lambda _call, _connection: {"status": "unmet"})
    assert result["status"] == "unmet"


def test_secret_that_was_issued_is_masked(run):
    def work(_call, connection):
        connection.known_secrets.add("0.rotated-token")
        return {"leak": "0.rotated-token"}

    assert "0.rotated-token" not in json.dumps(run(GOOD, work))


def test_errors_and_warnings_name_variables_to_the_users_of_the_role(run, monkeypatch):
    warnings = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, text: warnings.append(text))
    monkeypatch.setenv("MTO__OPTION_PREFIX", "mto_")
    message = run({**GOOD, "home_tenant_id": "contoso"})["msg"]
    assert message.startswith("mto_home_tenant_id: 'contoso' is not a GUID")
    own = "refresh_token_file: the file cannot be written."
    run({**GOOD, "refresh_token": "0.AX4-in-the-task"}, lambda _call, _connection: {"warnings": [own]})
    assert warnings == [f"mto_{own}"]
    monkeypatch.setenv("MTO_REFRESH_TOKEN_FILE", "f")
    run({**GOOD, "refresh_token": "0.AX4-in-the-task"})
    assert warnings[1].startswith("MTO_REFRESH_TOKEN_FILE is set but not used")
