# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An environment is made once for its packages."""

from __future__ import annotations

import typing as t

from environments import make_environment

if t.TYPE_CHECKING:
    import pathlib

    import pytest


def test_environment_with_these_packages_stays(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[list[str]] = []
    monkeypatch.setattr("environments.BUILD", tmp_path / "build")
    monkeypatch.setattr("environments.ROOT", tmp_path)

    def run(command: list[str], **_options: object) -> None:
        (tmp_path / "build" / "old").mkdir(parents=True, exist_ok=True)
        made.append(command)

    monkeypatch.setattr("environments.subprocess.run", run)
    for versions in (["a==1"], ["a==1"], ["a==2"]):
        assert make_environment("old", versions) == tmp_path / "build" / "old" / "bin"
    assert [command[-1] for command in made if "pip" in command] == ["a==1", "a==2"]
