# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry of credential kinds: what derives from it, and that one file and one line add a kind."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys

import pytest
import yaml

from ansible_collections.m365.defender.plugins.doc_fragments._connection import ModuleDocFragment
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials import registry
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

ROOT = pathlib.Path(importlib.util.find_spec(ClientSecret.__module__).origin).resolve().parents[4]
FRAGMENT = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]


def test_first_option_selects_the_kind():
    assert registry.selectors() == ("client_secret", "client_certificate_path", "federated_token_file")
    assert isinstance(registry.select_credential({"client_secret": "s"}), ClientSecret)
    assert registry.select_credential({"client_certificate_password": "p"}) is None


def test_two_kinds_exclude_each_other():
    with pytest.raises(OptionError, match="client_secret and federated_token_file are mutually exclusive"):
        registry.select_credential({"client_secret": "s", "federated_token_file": "f"})


def test_options_are_named_once():
    names = [option.name for option in registry.credential_options()]
    assert len(names) == len(set(names))


def test_documentation_has_the_options_of_the_registry():
    for option in registry.credential_options():
        text = " ".join(FRAGMENT[option.name]["description"])
        assert FRAGMENT[option.name]["type"] == option.type
        assert f"E(MTO_{option.name.upper()})" in text
        assert f"E({option.azure_name})" in text


def test_documentation_has_the_options_of_the_spec():
    assert list(FRAGMENT) == list(connection_spec())


KIND = """
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.kind import Credential, CredentialOption


class SealedLetter(Credential):
    OPTIONS = (
        CredentialOption("letter_path", "path", "AZURE_LETTER_PATH", "A made-up one."),
        CredentialOption("letter_seal", "str", "AZURE_LETTER_SEAL", "A made-up one.", secret=True),
    )
    REQUIRED_BY = {"letter_seal": ("letter_path",)}

    def for_msal(self):
        return {"client_assertion": self.values["letter_seal"]}
"""
PROGRAM = """
import json
from ansible_collections.m365.defender.plugins.module_utils._auth.options import connection
guid = "11111111-2222-3333-4444-555555555555"
environ = {"AZURE_TENANT_ID": guid, "AZURE_CLIENT_ID": guid,
           "MTO_CLIENT_SECRET": "hidden by the task", "AZURE_LETTER_PATH": "hidden as well"}
found = connection.resolve_connection({"letter_path": "letter", "letter_seal": "wax"}, environ)
azure = connection.resolve_connection({}, {**environ, "MTO_CLIENT_SECRET": ""})
print(json.dumps({
    "spec": {name: option for name, option in connection.connection_spec().items() if name.startswith("letter")},
    "constraints": connection.connection_constraints(),
    "for_msal": found.credential.for_msal(),
    "secrets": found.secrets(),
    "azure": azure.credential.values,
}))
"""


def test_kind_is_added_by_one_file_and_one_line(tmp_path):
    """A made-up kind in a copy: its options, constraints, environment names and secrets follow from the registry."""
    collection = tmp_path / "ansible_collections" / "m365" / "defender"
    utils = pathlib.Path("plugins", "module_utils")
    shutil.copytree(ROOT / utils, collection / utils, ignore=shutil.ignore_patterns("__pycache__"))
    folder = collection / utils / "_auth" / "credentials"
    (folder / "sealed_letter.py").write_text(KIND, encoding="utf-8")
    source = (folder / "registry.py").read_text(encoding="utf-8")
    package = registry.__name__.rpartition(".")[0]
    line = "    FederatedToken,\n)"
    assert source.count(line) == 1
    source = source.replace(line, "    FederatedToken,\n    SealedLetter,\n)")
    before, between, after = source.partition("KINDS: t.Final")
    imported = f"from {package}.sealed_letter import SealedLetter\n\n"
    (folder / "registry.py").write_text(before + imported + between + after, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {
        "spec": {"letter_path": {"type": "path", "no_log": False}, "letter_seal": {"type": "str", "no_log": True}},
        "constraints": {
            "mutually_exclusive": [
                ["client_secret", "client_certificate_path", "federated_token_file", "letter_path"],
                ["refresh_token", "refresh_token_file"],
            ],
            "required_by": {
                "client_certificate_password": ["client_certificate_path"],
                "letter_seal": ["letter_path"],
            },
        },
        "for_msal": {"client_assertion": "wax"},
        "secrets": ["wax"],
        "azure": {"letter_path": "hidden as well"},
    }
