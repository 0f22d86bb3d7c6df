# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The directory that files of a report are written to, and their mode: checked before a run."""

from __future__ import annotations

import pathlib
import re

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.destination import require_directory
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path


def writable_directory(option: str, path: str) -> str:
    """Return the full path of a directory in which files can be made. Raise OptionError."""
    directory = user_path(path)
    require_directory(option, directory)
    return directory


def made_directory(option: str, parent: str, name: str) -> str:
    """Return the full path of a directory in another one, which is made if it is not there. Raise OptionError."""
    directory = f"{parent}/{name}"
    try:
        pathlib.Path(directory).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise OptionError(f"{option}: {directory} cannot be made: {error.strerror}; remove what is there.") from error
    return directory


def file_mode(option: str, value: object) -> int:
    """Return the permissions of a file: octal digits, or the number that YAML has made of them. Raise OptionError."""
    mode = value
    if isinstance(value, str) and re.fullmatch("0?o?[0-7]{3}", value):
        mode = int(value, 8)
    if not isinstance(mode, int) or isinstance(mode, bool) or not 0o400 <= mode <= 0o777:
        raise OptionError(f"{option}: '{value}' is not the mode of a file; give it in quotes, such as \"0640\".")
    return mode
