# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments beside .venv, below build/: for versions or tools that do not go together with what .venv holds."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import sysconfig
import typing as t

from project_files import BUILD, ROOT

if t.TYPE_CHECKING:
    from collections.abc import Sequence

INSTALL = ("install", "-qq", "--disable-pip-version-check", "--no-input", "--no-compile")


LOCK = ROOT / "requirements-dev.lock"
# The name of a file that Python reads: it adds the directory in it to those with packages, as the last one.
OURS = "ours.pth"


def make_environment(
    name: str, packages: Sequence[str], python: str = sys.executable, *, with_ours: bool = False
) -> pathlib.Path:
    """Return the directory of commands of build/<name>, made unless it holds these packages. Its stamp comes last.

    `packages` are arguments of pip. `with_ours`, pip installs what .venv lacks, or has in another version. Raises
    CalledProcessError.
    """
    directory = BUILD / name
    stamp = directory / "packages"
    ours = (LOCK.read_text(encoding="utf-8"),) if with_ours else ()
    wanted = "\n".join((python, sys.version, *packages, *ours))
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(directory, ignore_errors=True)
        print(f"making {directory.relative_to(ROOT)} with {', '.join(packages)}", flush=True)
        # Ours installs into it: to install a second pip first takes eight seconds.
        subprocess.run([python, "-m", "venv", "--without-pip", str(directory)], check=True)
        if with_ours:
            _packages_of(directory).joinpath(OURS).write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
        pip = [sys.executable, "-m", "pip", "--python", str(directory / "bin" / "python"), *INSTALL]
        subprocess.run([*pip, *packages], cwd=ROOT, check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return directory / "bin"


def _packages_of(directory: pathlib.Path) -> pathlib.Path:
    """Where an environment of our Python has its packages."""
    return pathlib.Path(sysconfig.get_path("purelib", "venv", {"base": str(directory), "platbase": str(directory)}))
