# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies of the project hold its files: no more, no less."""

from __future__ import annotations

import pathlib
import subprocess

import pytest
from project_files import COLLECTION_DIRECTORY, project_files, refresh_copy


@pytest.fixture
def project(tmp_path: pathlib.Path) -> pathlib.Path:
    """A Git tree with a tracked, an untracked and an ignored file."""
    root = tmp_path / "project"
    (root / "plugins").mkdir(parents=True)
    for name, text in ((".gitignore", "*.log\n"), ("galaxy.yml", "a: 1\n"), ("plugins/new.py", ""), ("run.log", "x")):
        (root / name).write_text(text)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    subprocess.run(["git", "add", "galaxy.yml", ".gitignore"], cwd=root, check=True)
    return root


def names_in(directory: pathlib.Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}


def test_tracked_and_new_but_not_ignored(project: pathlib.Path) -> None:
    assert [path.as_posix() for path in project_files(project)] == [".gitignore", "galaxy.yml", "plugins/new.py"]


def test_deleted_files_are_left_out(project: pathlib.Path) -> None:
    (project / "galaxy.yml").unlink()
    assert pathlib.Path("galaxy.yml") not in project_files(project)


def test_copy_follows_the_project(project: pathlib.Path, tmp_path: pathlib.Path) -> None:
    copy = tmp_path / "copy"
    collection = refresh_copy(copy, project)
    assert collection == copy / COLLECTION_DIRECTORY
    assert names_in(collection) == {".gitignore", "galaxy.yml", "plugins/new.py"}

    (project / "plugins" / "new.py").unlink()
    (project / "galaxy.yml").write_text("a: 2, longer\n")
    refresh_copy(copy, project)
    assert names_in(collection) == {".gitignore", "galaxy.yml"}
    assert (collection / "galaxy.yml").read_text() == "a: 2, longer\n"
    assert not (collection / "plugins").exists()


def test_copy_keeps_what_ansible_test_wrote(project: pathlib.Path, tmp_path: pathlib.Path) -> None:
    collection = refresh_copy(tmp_path / "copy", project)
    kept = collection / "tests" / "output" / "result.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}")
    refresh_copy(tmp_path / "copy", project)
    assert kept.is_file()
