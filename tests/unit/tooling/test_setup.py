# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Set-up finds a Python that runs, and makes .venv with it. test_make_venv.py tests what is done without a process."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
INTERPRETER = pathlib.Path(os.path.realpath(sys.executable))
# A shim of a version manager that lacks this version.
SHIM = "#!/bin/sh\necho 'command not found' >&2\nexit 127\n"


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    """A project in a path with a space and an umlaut, whose requirements are empty: nothing is downloaded."""
    root = tmp_path / "a trée"
    (root / "scripts").mkdir(parents=True)
    for name in ("setup", "make_venv.py"):
        shutil.copy(ROOT / "scripts" / name, root / "scripts")
    for name in ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt"):
        (root / name).write_text("# none\n")
    return root


@pytest.fixture
def path(tmp_path: pathlib.Path) -> pathlib.Path:
    """A directory for the PATH that holds what set-up runs, and no Python."""
    directory = tmp_path / "bin"
    directory.mkdir()
    for name in ("dirname", "head", "sh"):
        (directory / name).symlink_to(shutil.which(name) or name)
    return directory


def set_up(tree: pathlib.Path, path: pathlib.Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(tree.parent), "PATH": str(path), "LC_ALL": "C", **variables}
    command = [str(tree / "scripts" / "setup"), "demo"]
    return subprocess.run(command, env=environment, check=False, capture_output=True, text=True)


def add(path: pathlib.Path, name: str, target: pathlib.Path | str) -> None:
    """A command: a link to a real one, or a script."""
    if isinstance(target, str):
        (path / name).write_text(target)
        (path / name).chmod(0o755)
    else:
        (path / name).symlink_to(target)


def test_no_python(tree: pathlib.Path, path: pathlib.Path) -> None:
    done = set_up(tree, path)
    assert done.returncode == 1
    assert done.stderr.startswith("setup: found no Python from 3.11 to 3.14 that can make virtual environments")
    assert len(done.stderr.splitlines()) == 1


def test_python_that_does_not_run(tree: pathlib.Path, path: pathlib.Path) -> None:
    add(path, "python9", SHIM)
    done = set_up(tree, path, PYTHON="python9")
    assert done.returncode == 1
    assert done.stderr.startswith("setup: PYTHON=python9 is not a Python from 3.11 to 3.14")


def test_shims_are_passed_over_and_the_work_is_done_once(tree: pathlib.Path, path: pathlib.Path) -> None:
    for version in ("3.11", "3.12", "3.13", "3.14"):
        add(path, f"python{version}", SHIM)
    real = tree.parent / ".pyenv" / "versions" / f"{VERSION}.99" / "bin"
    real.mkdir(parents=True)
    add(real, "python", f'#!/bin/sh\nexec "{INTERPRETER}" "$@"\n')

    first, second = set_up(tree, path), set_up(tree, path)
    assert first.returncode == 0, first.stderr
    assert first.stderr.startswith(f"setup: making .venv with Python {sys.version.split()[0]} ({INTERPRETER})")
    assert (second.returncode, second.stdout + second.stderr) == (0, "")
    assert (tree / ".venv" / "bin" / "python").exists()
    assert (tree / "build" / "collections" / "ansible_collections" / "m365" / "defender").samefile(tree)


def test_clone_that_cannot_be_written(tree: pathlib.Path, path: pathlib.Path) -> None:
    add(path, f"python{VERSION}", INTERPRETER)
    # A file in the way, as root may write everywhere.
    (tree / "build").touch()
    done = set_up(tree, path)
    assert done.returncode == 1
    assert done.stderr == f"setup: {tree}/build: File exists.\n"
