# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's variables are the options of the modules: none is missing, and types, choices and defaults agree."""

from __future__ import annotations

import pathlib

import pytest
import yaml

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from lab.data.files import Loader

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROLE = ROOT / "roles" / "mto"


def load(path):
    return yaml.load((ROLE / path).read_text(encoding="utf-8"), Loader)  # noqa: S506  (a safe one)


VARIABLES = load("vars/main.yml")
DEFAULTS = load("defaults/main.yml")
ENTRIES = load("meta/argument_specs.yml")["argument_specs"]


def test_connection_of_the_role_is_the_connection_of_the_modules():
    assert set(VARIABLES["mto__connection"]) == set(connection_spec())


def test_login_is_given_no_token():
    left_out = set(VARIABLES["mto__connection"]) - set(VARIABLES["mto__connection_without_token"])
    assert left_out == {"refresh_token", "refresh_token_file"}


@pytest.mark.parametrize("entry", sorted(set(ENTRIES) - {"main"}))
def test_defaults_are_the_ones_of_the_spec(entry):
    for name, option in ENTRIES[entry]["options"].items():
        assert DEFAULTS.get(name, option.get("default")) == option.get("default"), name


def test_main_leaves_its_variables_to_the_first_task():
    """Ansible's own validation would come first, and would show the whole spec with a sentence about Python's types."""
    assert "options" not in ENTRIES["main"]


def test_every_default_is_an_option():
    documented = {name for entry in ENTRIES.values() for name in entry.get("options", ())}
    assert set(DEFAULTS) <= documented


def test_connection_is_written_once():
    """Every other place takes it from vars/main.yml."""
    for path in (*(ROLE / "tasks").glob("*.yml"), *(ROOT / "playbooks").glob("*.yml")):
        assert "default(omit" not in path.read_text(encoding="utf-8"), path.name
