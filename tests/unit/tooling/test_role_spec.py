# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's argument specs: every option with the module's own words, choices and default."""

from __future__ import annotations

import typing as t

import role_spec
import yaml

from ansible_collections.m365.defender.plugins.plugin_utils._role import options
from lab.data.files import Loader

PAGE = role_spec.role_spec_page()
ENTRIES: dict[str, dict[str, t.Any]] = yaml.load(PAGE, Loader)["argument_specs"]  # noqa: S506  (a safe one)


def test_every_entry_point_has_its_options() -> None:
    assert set(ENTRIES) == {"main", *options.ENTRY_POINTS}
    for entry_point in options.ENTRY_POINTS:
        assert list(ENTRIES[entry_point]["options"]) == [f"mto_{name}" for name in options.role_spec(entry_point)]


def test_option_of_a_module_is_described_by_it() -> None:
    option = ENTRIES["onboard"]["options"]["mto_registration"]
    assert (option["type"], option["choices"], option["default"]) == ("str", ["assist", "apply"], "assist")
    assert option["description"][0].startswith("Who changes the view.")


def test_references_are_to_variables_of_the_entry_point_or_to_the_module() -> None:
    purge = {entry_point: str(ENTRIES[entry_point]["options"]["mto_purge"]) for entry_point in ("onboard", "drift")}
    assert "O(mto_max_removals)" in purge["onboard"]
    assert "O(m365.defender.mto_tenant#module:max_removals)" in purge["drift"]
    assert "O(m365.defender.mto_tenant#module:whole_list)" in purge["onboard"]


def test_secrets_are_hidden_with_all_that_they_hold() -> None:
    options = ENTRIES["onboard"]["options"]
    assert options["mto_client_secret"]["no_log"] is True
    assert options["mto_token_cache"]["no_log"] is False
    assert {inner["no_log"] for inner in options["mto_portal_session"]["options"].values()} == {True}
