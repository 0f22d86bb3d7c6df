# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be in the artifact, and what has to be."""

from __future__ import annotations

import pytest
from artifact import MADE_BY_BUILD, WANTED, complaints_about

PROJECT = WANTED | {"tests/config.yml", ".gitignore", "Makefile", "docs/lab.md"}


def test_a_good_one() -> None:
    assert complaints_about(WANTED | MADE_BY_BUILD | {"docs/lab.md"}, PROJECT) == []


@pytest.mark.parametrize("name", ["tests/config.yml", ".gitignore", "Makefile"])
def test_developers_files_stay_out(name: str) -> None:
    assert complaints_about(WANTED | {name}, PROJECT) == [f"{name}: in the artifact, but of use to developers only"]


def test_files_of_nobody_stay_out() -> None:
    assert complaints_about(WANTED | {"plugins/left.over"}, PROJECT) == [
        "plugins/left.over: in the artifact, but not in the project"
    ]


def test_what_users_need_is_in() -> None:
    assert complaints_about(WANTED - {"requirements.txt"}, PROJECT) == ["requirements.txt: missing in the artifact"]
