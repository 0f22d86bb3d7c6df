# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of the project (what Git has or would take), and copies of them in the layout that Ansible's tools want."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
COLLECTION_DIRECTORY = pathlib.Path("ansible_collections", "m365", "defender")
# What ansible-test writes inside a collection: its results and its environments.
KEPT_IN_COPIES = pathlib.Path("tests", "output")


def project_files(root: pathlib.Path = ROOT) -> list[pathlib.Path]:
    """Tracked and not ignored files, relative to the root, without those that were deleted."""
    # Git refuses a tree of another user, as in many containers, unless told that this one is meant.
    command = ["git", "-c", f"safe.directory={root}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    names = sorted(set(listed.split("\0")) - {""})
    return [pathlib.Path(name) for name in names if (root / name).is_file()]


def refresh_copy(
    destination: pathlib.Path, root: pathlib.Path = ROOT, wanted: list[pathlib.Path] | None = None
) -> pathlib.Path:
    """Make the copy in `destination` equal to the project, or to a part; return the collection's directory in it."""
    collection = destination / COLLECTION_DIRECTORY
    wanted = project_files(root) if wanted is None else wanted
    for path in wanted:
        _copy_if_changed(root / path, collection / path)
    _remove_all_but(set(wanted), collection)
    return collection


def _copy_if_changed(source: pathlib.Path, target: pathlib.Path) -> None:
    if target.is_file() and _state(source) == _state(target):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def _state(path: pathlib.Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_mode


def _remove_all_but(wanted: set[pathlib.Path], collection: pathlib.Path) -> None:
    for directory, _names, files in os.walk(collection, topdown=False):
        here = pathlib.Path(directory)
        relative = here.relative_to(collection)
        if relative.is_relative_to(KEPT_IN_COPIES):
            continue
        for name in files:
            if relative / name not in wanted:
                (here / name).unlink()
        if not any(here.iterdir()):
            here.rmdir()
