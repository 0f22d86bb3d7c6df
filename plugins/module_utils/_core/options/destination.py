# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The places that a user names for files, checked before a run. Paths are full ones."""

from __future__ import annotations

import os

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError


def require_directory(option: str, directory: str) -> None:
    """Raise OptionError if no file can be made in a directory."""
    if not os.path.lexists(directory):
        raise OptionError(f"{option}: {directory} does not exist; create it first: mkdir -m 700 '{directory}'.")
    if not os.path.isdir(directory):  # noqa: PTH112  (never raises)
        raise OptionError(f"{option}: {directory} is not a directory; name a directory for the files.")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise OptionError(f"{option}: you may not write to {directory}; name a directory of your own.")


def require_place(option: str, path: str) -> None:
    """Raise OptionError if a file cannot be written."""
    directory = os.path.dirname(path)  # noqa: PTH120  (as the others, it never raises)
    if os.path.isdir(path):  # noqa: PTH112
        raise OptionError(f"{option}: {path} is a directory; name a file in it.")
    if os.path.lexists(directory) and not os.path.isdir(directory):  # noqa: PTH112
        raise OptionError(f"{option}: {directory} is not a directory; name a file in one.")
    require_directory(option, directory)
