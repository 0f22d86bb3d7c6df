# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our tools run alike whatever the user's environment holds."""

from __future__ import annotations

import pathlib
import sys

import pytest
from tool_environment import tool_environment


@pytest.mark.parametrize(
    "name", ["ANSIBLE_CONFIG", "AZURE_CLIENT_SECRET", "MTO_CLIENT_SECRET", "PYTHONPATH", "RUFF_CONFIG"]
)
def test_settings_and_credentials_stay_out(name: str) -> None:
    assert name not in tool_environment({name: "x"})


def test_other_variables_are_kept() -> None:
    assert tool_environment({"HOME": "/somewhere", "HTTPS_PROXY": "http://proxy"}).items() >= {
        ("HOME", "/somewhere"),
        ("HTTPS_PROXY", "http://proxy"),
    }


def test_our_tools_come_first() -> None:
    first, second = tool_environment({"PATH": "/usr/bin"})["PATH"].split(":")
    assert (first, second) == (str(pathlib.Path(sys.executable).parent), "/usr/bin")


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        pytest.param({}, "C.UTF-8", id="none"),
        pytest.param({"LANG": "C"}, "C.UTF-8", id="no_utf8"),
        pytest.param({"LANG": "de_DE.UTF-8"}, None, id="utf8"),
        pytest.param({"LANG": "de_DE.UTF-8", "LC_ALL": "POSIX"}, "C.UTF-8", id="overridden"),
        pytest.param({"LC_ALL": "en_US.utf8"}, "en_US.utf8", id="other_spelling"),
    ],
)
def test_locale_is_utf8(user: dict[str, str], expected: str | None) -> None:
    assert tool_environment(user).get("LC_ALL") == expected
