# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lowest versions are those that the requirements allow."""

from __future__ import annotations

import typing as t

from lowest import FILES, lowest_versions, make_environment
from project_files import ROOT

if t.TYPE_CHECKING:
    import pathlib

    import pytest

REQUIREMENTS = """
# what>=1.0 is a comment
-r requirements.txt
msal>=1.35.0
ansible-core>=2.19.0,<2.22
PyJWT[crypto]>=2.10,<3
molecule>=25.1
ruff~=0.17.6
types-lxml
"""


def test_lower_bounds_are_held() -> None:
    assert lowest_versions(REQUIREMENTS.splitlines()) == ["msal==1.35.0", "ansible-core==2.19.0", "PyJWT[crypto]==2.10"]


def test_every_package_that_the_modules_need_has_a_lower_bound() -> None:
    lines = (ROOT / FILES[0]).read_text(encoding="utf-8").splitlines()
    needed = [line for line in lines if line and not line.startswith("#")]
    assert len(lowest_versions(needed)) == len(needed)


def test_environment_with_these_versions_stays(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[str]] = []
    monkeypatch.setattr("lowest.VENV", tmp_path / "build" / "lowest")
    monkeypatch.setattr("lowest.ROOT", tmp_path)

    def run(command: list[str], **_options: object) -> None:
        (tmp_path / "build" / "lowest").mkdir(parents=True, exist_ok=True)
        made.append(command)

    monkeypatch.setattr("lowest.subprocess.run", run)
    for versions in (["a==1"], ["a==1"], ["a==2"]):
        make_environment(versions)
    assert [command[-1] for command in made if "pip" in command] == ["a==1", "a==2"]
