# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock file fits what it was made from."""

from __future__ import annotations

import pytest
from lock import (
    LOCK,
    PYTHONS,
    complaints_about_installed,
    complaints_about_pins,
    parse,
    pins_for,
    read_requirements,
)

PINS = parse(
    ["ansible-core==2.19.9 ; python_full_version < '3.12'", "ansible-core==2.21.5 ; python_full_version >= '3.12'"]
)


@pytest.mark.parametrize(
    ("requirement", "complaints"),
    [
        pytest.param("ansible-core>=2.19,<2.22", 0, id="fits"),
        pytest.param("Ansible_Core", 0, id="another_spelling"),
        pytest.param("ansible-core>=2.20", 1, id="too_old_on_one_python"),
        pytest.param("ansible-core>=2.22", 4, id="too_old_on_all"),
        pytest.param("msal", 4, id="none"),
    ],
)
def test_requirements_and_versions(requirement: str, complaints: int) -> None:
    assert len(complaints_about_pins(parse([requirement]), PINS)) == complaints


def test_a_version_for_each_python() -> None:
    assert [pins_for(PINS, python)["ansible-core"] for python in PYTHONS] == ["2.19.9", "2.21.5", "2.21.5", "2.21.5"]


@pytest.mark.parametrize(
    ("installed", "complaint"),
    [
        ({"msal": "1.0"}, None),
        ({"msal": "2.0"}, "msal: 1.0 here, 2.0 in .venv"),
        ({"msal": "1.0", "six": "1.1"}, "six: no version here, 1.1 in .venv"),
        ({}, "msal: not needed any more"),
    ],
)
def test_versions_and_what_is_installed(installed: dict[str, str], complaint: str | None) -> None:
    assert complaints_about_installed({"msal": "1.0"}, installed) == ([] if complaint is None else [complaint])


def test_all_requirements_are_read() -> None:
    assert {"msal", "aiohttp", "pytest"} <= {requirement.name for requirement in read_requirements()}


def test_no_address_of_an_index_is_written_down() -> None:
    assert "//" not in LOCK.read_text(encoding="utf-8")
