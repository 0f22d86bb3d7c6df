# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths mean the directory where Ansible was started; every path option of every module is one of them."""

from __future__ import annotations

import importlib
import pathlib

import pytest
import yaml

from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import environment_paths
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import (
    given_paths,
    user_path,
)

RUNTIME = pathlib.Path(__file__).parents[5] / "meta" / "runtime.yml"
MODULES = yaml.safe_load(RUNTIME.read_text(encoding="utf-8"))["action_groups"]["mto"]
SPEC = {"ca_path": {"type": "path"}, "backup_dir": {"type": "path", "default": "."}, "operator": {"type": "str"}}


@pytest.fixture(autouse=True)
def shell(tmp_path, monkeypatch):
    """The directory of the shell, and the user's home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/änna")
    monkeypatch.setenv("CERTIFICATES", "certificates")
    return tmp_path


@pytest.mark.parametrize(
    ("written", "full"),
    [
        ("view.json", "{shell}/view.json"),
        ("./a b/ü.json", "{shell}/a b/ü.json"),
        (".", "{shell}"),
        ("../x", "{parent}/x"),
        ("~/token", "/home/änna/token"),
        ("~", "/home/änna"),
        ("~nobody-of-this-name/token", "{shell}/~nobody-of-this-name/token"),
        ("$CERTIFICATES/app.pem", "{shell}/certificates/app.pem"),
        ("/etc/mto/app.pem", "/etc/mto/app.pem"),
        ("{{ 1 }}", "{shell}/{{ 1 }}"),
    ],
)
def test_user_path(shell, written, full):
    expected = full.replace("{shell}", str(shell)).replace("{parent}", str(shell.parent))
    assert user_path(written) == expected
    assert user_path(expected) == expected


def test_options_that_are_paths_are_resolved(shell):
    args = {"ca_path": "ca.pem", "operator": "anna", "unknown": "x"}
    assert given_paths(SPEC, args, user_path) == {"ca_path": f"{shell}/ca.pem", "backup_dir": str(shell)}


@pytest.mark.parametrize("value", [None, "", 5, ["ca.pem"]])
def test_what_is_no_path_is_left_to_the_argument_spec(value):
    assert given_paths({"ca_path": {"type": "path"}}, {"ca_path": value}, user_path) == {}


def test_paths_of_the_environment_are_resolved(shell):
    spec = {"client_certificate_path": {"type": "path"}, **SPEC}
    environ = {"AZURE_CLIENT_CERTIFICATE_PATH": "app.pem", "MTO_CA_PATH": "~/ca.pem", "MTO_OPERATOR": "x", "PATH": "y"}
    assert environment_paths(spec, environ, user_path) == {
        "AZURE_CLIENT_CERTIFICATE_PATH": f"{shell}/app.pem",
        "MTO_CA_PATH": "/home/änna/ca.pem",
    }


@pytest.mark.parametrize("name", MODULES)
def test_path_options_are_not_inside_others(name):
    """Only options of the first level are resolved, and all that name a file or directory have the type."""
    module = importlib.import_module(f"ansible_collections.m365.defender.plugins.modules.{name}")
    for option, about in module.TASK.spec.items():
        assert not any(inner["type"] == "path" for inner in about.get("options", {}).values()), option
        if option.endswith(("_path", "_file", "_dir", "path")):
            assert about["type"] == "path", option
