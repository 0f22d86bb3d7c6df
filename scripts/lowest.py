# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the unit tests, and the conversations of what connects, with the lowest versions that the requirements allow.

    python scripts/lowest.py [ARGUMENT OF PYTEST ...]

The versions are the lower bounds of the files of requirements. Tools of the gates are left out: they judge the code
and do not run it. The environment is made once in build/lowest, and again when the versions change.
"""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys
import typing as t

from environments import make_environment
from project_files import ROOT
from tool_environment import tool_environment

if t.TYPE_CHECKING:
    from collections.abc import Iterable

# What talks with the help of these libraries. The lab and the tools run in the newest versions.
CONVERSATIONS = (
    "access",
    "documented_bodies",
    "echo",
    "facts",
    "http",
    "http_causes",
    "http_limits",
    "login",
    # With every write shape, cookies and the errors of a session; the others are about what is done with the answers.
    "registration.py::test_apply_registers_and_the_second_run_changes_nothing",
    "registration.py::test_a_session_that_ends_half_way",
    "registration.py::test_a_throttled_write_is_sent_again",
    "registration.py::test_half_a_picture_is_none",
)
# Folders that import none of these libraries, but for the readers of YAML: what they do is the same with each of their
# versions. (The version of Jinja is the newest here, too.)
PURE = (
    *(
        f"module_utils/{name}"
        for name in (
            "_assess",
            "_auth/options",
            "_checks",
            "_collect",
            "_core",
            "_remedies",
            "_view/contract",
            "_view/observe",
        )
    ),
    *(f"plugin_utils/{name}" for name in ("_report", "_role/inventory")),
)
# What reads and writes YAML in them.
YAML = ("module_utils/_core/strict_yaml.py", "module_utils/_view/contract/learning/file.py")
_UNIT = pathlib.Path("tests", "unit", "plugins")
_OF_YAML = {_UNIT / path.with_name(f"test_{path.name}") for path in map(pathlib.Path, YAML)}
_LEFT_OUT = {path.relative_to(ROOT) for name in PURE for path in (ROOT / _UNIT / name).rglob("test_*.py")} - _OF_YAML
TESTS = (
    str(_UNIT),
    *(f"--ignore={path}" for path in sorted(_LEFT_OUT)),
    *(f"tests/conversation/test_{name if '::' in name else f'{name}.py'}" for name in CONVERSATIONS),
)
FILES = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
# They have a lower bound, but these tests do not need them: tools of the gates (the others are held to a minor version,
# `~=`), Chromium, and the stranger that talks to the lab.
NOT_NEEDED = frozenset({"azure-identity", "molecule", "myst-parser", "playwright"})
# The oldest ansible-core that we allow does not run on a newer one.
NEWEST_PYTHON = (3, 13)
_BOUND = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?P<extras>\[[a-z,]+\])?>=(?P<version>[0-9.]+)")


def lowest_versions(lines: Iterable[str]) -> list[str]:
    """The requirements with a lower bound, each held to it."""
    bounds = [found for line in lines if (found := _BOUND.match(line)) and found["name"] not in NOT_NEEDED]
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
