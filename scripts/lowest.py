# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the unit tests, and the conversations of what connects, with the lowest versions that the requirements allow.

    python scripts/lowest.py [ARGUMENT OF PYTEST ...]

The versions are the lower bounds of the files of requirements. Tools of the gates are left out: they judge the code
and do not run it. The environment is made once in build/lowest, and again when the versions change.
"""

from __future__ import annotations

import re
import subprocess
import sys
import typing as t

from environments import make_environment
from project_files import ROOT
from tool_environment import tool_environment

if t.TYPE_CHECKING:
    from collections.abc import Iterable

# What talks with the help of these libraries, and all that is pure. The lab and the tools run in the newest versions.
CONVERSATIONS = (
    "access",
    "documented_bodies",
    "echo",
    "facts",
    "http",
    "http_causes",
    "http_limits",
    "login",
    "registration",
)
TESTS = ("tests/unit/plugins", *(f"tests/conversation/test_{name}.py" for name in CONVERSATIONS))
FILES = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
# A tool of the gates that has a lower bound; the others are held to a minor version (`~=`).
TOOLS = frozenset({"molecule", "myst-parser"})
# The oldest ansible-core that we allow does not run on a newer one.
NEWEST_PYTHON = (3, 13)
_BOUND = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<extras>\[[a-z,]+\])?>=(?P<version>[0-9.]+)")


def lowest_versions(lines: Iterable[str]) -> list[str]:
    """The requirements with a lower bound, each held to it."""
    bounds = [found for line in lines if (found := _BOUND.match(line)) and found["name"] not in TOOLS]
    return [f"{bound['name']}{bound['extras'] or ''}=={bound['version']}" for bound in bounds]


def main(arguments: list[str]) -> int:
    """The exit code of pytest."""
    if sys.version_info[:2] > NEWEST_PYTHON:
        print(
            "lowest: the oldest ansible-core that is allowed needs Python 3.13 or older: make setup PYTHON=python3.12"
        )
        return 1
    lines = (line for name in FILES for line in (ROOT / name).read_text("utf-8").splitlines())
    bin_directory = make_environment("lowest", lowest_versions(lines))
    command = [
        str(bin_directory / "python"),
        "-m",
        "pytest",
        "-q",
        "-o",
        "cache_dir=build/cache/lowest",
        "--hypothesis-profile=lowest",
        *TESTS,
        *arguments,
    ]
    environment = tool_environment()
    environment["PATH"] = f"{bin_directory}:{environment['PATH']}"
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
