# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The app that writes: another one than the one that reads, with a credential that is meant for it."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from sentences import faults_of

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._auth.options.writer import (
    writer_connection,
    writer_constraints,
    writer_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

HOME = "11111111-2222-3333-4444-555555555555"
READER, WRITER = "66666666-7777-8888-9999-0000000000aa", "66666666-7777-8888-9999-0000000000bb"
READING = {
    "home_tenant_id": HOME,
    "client_id": READER,
    "client_secret": "the-secret-that-reads",
    "operator": "anna@northwind.example",
}
SECRET = "the-secret-that-writes"
GOOD = {"writer_client_id": WRITER, "writer_client_secret": SECRET}
AZURE = {
    "AZURE_CLIENT_ID": WRITER,
    "AZURE_CLIENT_SECRET": "azure-client-secret",
    "AZURE_TENANT_ID": HOME,
    "AZURE_CLIENT_CERTIFICATE_PATH": "/nowhere.pem",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in (*AZURE, "MTO_WRITER_CLIENT_ID", "MTO_WRITER_CLIENT_SECRET", "MTO_CLIENT_ID", "MTO_CLIENT_SECRET"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def writing(params):
    return writer_connection(params, resolve_connection(READING, {}))


def test_given_in_the_task():
    found = writing(GOOD)
    assert (found.client_id, found.home_tenant_id, found.operator) == (WRITER, HOME, READING["operator"])
    assert SECRET in found.secrets()
    assert READING["client_secret"] not in found.secrets()
    assert SECRET not in repr(found)
    assert (found.refresh_token, found.token_cache) == (None, None)
    assert found.known_secrets.hide(f"{SECRET} {READING['client_secret']}") == "******** ********"


def test_given_in_the_environment(environment):
    environment.setenv("MTO_WRITER_CLIENT_ID", WRITER.upper())
    environment.setenv("MTO_WRITER_CLIENT_SECRET", SECRET)
    assert writing({}).client_id == WRITER


def test_task_is_nearer_than_the_environment(environment):
    environment.setenv("MTO_WRITER_CLIENT_SECRET", "the-secret-in-the-environment")
    assert SECRET in writing(GOOD).secrets()


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({}, "writer_client_id: missing"),
        ({**GOOD, "writer_client_id": "  "}, "writer_client_id: missing"),
        ({**GOOD, "writer_client_id": "my-app"}, "writer_client_id: 'my-app' is not a GUID"),
        ({**GOOD, "writer_client_id": READER}, "writer_client_id: this is the app that reads"),
        ({**GOOD, "writer_client_id": f" {READER.upper()} "}, "writer_client_id: this is the app that reads"),
        ({"writer_client_id": WRITER}, "writer_client_secret: the app that writes has no credential"),
    ],
)
def test_mistake_gets_one_sentence(params, said):
    with pytest.raises(OptionError) as refused:
        writing(params)
    assert str(refused.value).startswith(said)
    assert faults_of(str(refused.value), said.partition(":")[0]) == []


def test_variables_of_azure_are_not_meant_for_it(environment):
    for name, value in AZURE.items():
        environment.setenv(name, value)
    with pytest.raises(OptionError, match=r"^writer_client_id: missing"):
        writing({})
    with pytest.raises(OptionError, match=r"^writer_client_secret: "):
        writing({"writer_client_id": WRITER})


def test_secret_of_the_app_that_reads_is_not_meant_for_it(environment):
    environment.setenv("MTO_CLIENT_SECRET", "the-secret-that-reads")
    with pytest.raises(OptionError, match=r"^writer_client_secret: "):
        writing({"writer_client_id": WRITER})


def test_certificate(tmp_path):
    path = tmp_path / "missing.pem"
    with pytest.raises(OptionError) as refused:
        writing({"writer_client_id": WRITER, "writer_client_certificate_path": str(path)})
    assert "writer_client_certificate_path" in str(refused.value)


def test_two_credentials_are_told():
    validated = ArgumentSpecValidator(writer_spec(), **writer_constraints()).validate(
        {**GOOD, "writer_client_certificate_path": "/x.pem"}
    )
    (message,) = validated.error_messages
    assert "mutually exclusive" in message


def test_what_is_secret_is_not_logged():
    assert writer_spec()["writer_client_secret"]["no_log"] is True
