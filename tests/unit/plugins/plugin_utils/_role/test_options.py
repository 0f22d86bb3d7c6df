# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the role's variables: it knows all that our plays use, and finds what is misspelt."""

from __future__ import annotations

import pathlib
import re

from ansible_collections.m365.defender.plugins.plugin_utils._role.options import (
    ENTRY_POINTS,
    as_variables,
    known_variables,
    role_spec,
    unknown_environment,
    unknown_variables,
)

ROOT = pathlib.Path(__file__).resolve().parents[5]
PLAYS = [*(ROOT / "playbooks").glob("*.yml"), *(ROOT / "roles").rglob("*.yml")]
# Names of modules and filters begin like variables.
PLUGINS = {path.stem for folder in ("modules", "filter", "action") for path in (ROOT / "plugins" / folder).glob("*.py")}


def test_every_variable_of_our_plays_is_known():
    used = {name for path in PLAYS for name in re.findall(r"\bmto_[a-z][a-z_]*", path.read_text("utf-8"))}
    assert "mto_report_dir" in used
    assert used - PLUGINS <= known_variables()


def test_misspelt_variables_are_told_with_the_nearest_name():
    names = ["mto_faill_on", "mto_tenants", "mto__checked", "mto_tenant_id", "other", "mto_zzzzzzzzzz", "mto_report"]
    rest = " and has no effect; correct its name, or begin the name of a variable of your own with other letters than"
    assert unknown_variables(names) == [
        f"mto_faill_on: this variable is not known (did you mean 'mto_fail_on'?){rest} mto_.",
        f"mto_zzzzzzzzzz: this variable is not known{rest} mto_.",
    ]


def test_sentences_name_variables():
    sentence = "client_secret: give client_secret or refresh_token_file, as MTO_CLIENT_SECRET."
    assert as_variables(sentence, role_spec("onboard")) == (
        "mto_client_secret: give mto_client_secret or mto_refresh_token_file, as MTO_CLIENT_SECRET."
    )


def test_drift_takes_nothing_that_onboard_does_not_take():
    assert set(role_spec("drift")) < set(role_spec("onboard"))
    assert {"notify", "offboard", "parts_dir", "report_file"} == {
        name for entry in ENTRY_POINTS for name, option in role_spec(entry).items() if option.get("required")
    }


def test_unread_variables_of_the_environment_are_named():
    assert unknown_environment(["MTO_CLIENT_SECRET", "MTO__OPTION_PREFIX", "HOME", "XMTO_TIMEOUT"]) == []
    (warning,) = unknown_environment(["MTO_TIMEOUT"])
    assert warning.startswith("MTO_TIMEOUT: this environment variable is not read; ")
