# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment in which our tools run: the same on every machine."""

from __future__ import annotations

import os
import pathlib
import sys
import typing as t

from project_files import BUILD, ROOT

if t.TYPE_CHECKING:
    from collections.abc import Mapping

BIN = pathlib.Path(sys.executable).parent
# Settings of the user that would change what a tool does, and credentials that a test must never use by accident.
NEVER_PASSED_ON = ("ANSIBLE_", "ARM_", "AZURE_", "MOLECULE_", "MTO_", "MYPY", "PYTEST_", "PYTHON", "RUFF_")


def tool_environment(user: Mapping[str, str] | None = None) -> dict[str, str]:
    """The user's environment with our tools first, without their settings, and with a UTF-8 locale for Ansible."""
    kept = {
        name: value
        for name, value in (os.environ if user is None else user).items()
        if not name.startswith(NEVER_PASSED_ON)
    }
    locale = kept.get("LC_ALL") or kept.get("LC_CTYPE") or kept.get("LANG") or ""
    if not locale.lower().replace("-", "").endswith("utf8"):
        kept["LC_ALL"] = "C.UTF-8"
    return {
        **kept,
        "ANSIBLE_COLLECTIONS_PATH": str(BUILD / "collections"),
        # In a container the tree is often another user's; tools that ask Git for our files would then see none.
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": str(ROOT),
        "PATH": os.pathsep.join([str(BIN), kept.get("PATH", os.defpath)]),
        "PYTHONUNBUFFERED": "1",
    }
