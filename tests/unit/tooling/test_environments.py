# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An environment is made once for its packages; one with ours has what .venv has."""

from __future__ import annotations

import subprocess
import typing as t

import pytest
from environments import make_environment

if t.TYPE_CHECKING:
    import pathlib

# Prints where pytest is imported from, or that it is not there.
FIND = "import importlib.util as u; found = u.find_spec('pytest'); print(found.origin if found else 'not there')"


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


def test_environment_with_ours_has_what_venv_has_and_its_own_first(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("environments.BUILD", tmp_path / "build")
    monkeypatch.setattr("environments.ROOT", tmp_path)
    # An option of pip in the place of a package: nothing is installed, and no index is asked.
    monkeypatch.setattr("environments.INSTALL", ("--version",))

    def origin(name: str) -> str:
        command = [str(tmp_path / "build" / name / "bin" / "python"), "-c", FIND]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    make_environment("alone", ["--quiet"])
    make_environment("both", ["--quiet"], with_ours=True)
    assert origin("alone") == "not there"
    assert origin("both") == pytest.__file__
    (own,) = (tmp_path / "build" / "both").glob("lib/python3.*/site-packages")
    (own / "pytest").mkdir()
    (own / "pytest" / "__init__.py").touch()
    assert origin("both") == str(own / "pytest" / "__init__.py")


def test_environment_with_ours_is_made_anew_with_other_versions_of_ours(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("environments.BUILD", tmp_path / "build")
    monkeypatch.setattr("environments.ROOT", tmp_path)
    monkeypatch.setattr("environments.INSTALL", ("--version",))
    lock = tmp_path / "lock"
    monkeypatch.setattr("environments.LOCK", lock)
    stamps = []
    for text in ("a==1", "a==1", "a==2"):
        lock.write_text(text)
        make_environment("both", ["--quiet"], with_ours=True)
        stamps.append((tmp_path / "build" / "both" / "packages").stat().st_mtime_ns)
    assert stamps[0] == stamps[1] != stamps[2]
