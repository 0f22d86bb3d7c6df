# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that are replaced as a whole, and files that hold secrets: only a private one is trusted."""

from __future__ import annotations

import os
import pathlib
import stat
import tempfile
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

_TOO_OPEN: t.Final = stat.S_IRGRP | stat.S_IWGRP | stat.S_IROTH | stat.S_IWOTH


class Unfit(Exception):
    """The file cannot be read or replaced safely. The text follows the file's name."""


def read_private(path: pathlib.Path, largest: int) -> bytes:
    """Return the content of a private file. Raise Unfit or OSError; ValueError for a name that cannot be one."""
    # O_NONBLOCK: opening a named pipe would wait for its writer.
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        # The open file is checked, because the path may point to another one by now.
        _check(path, os.fstat(handle), largest)
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(largest)
    finally:
        os.close(handle)


def replace_private(target: pathlib.Path, temporary: pathlib.Path, handle: int, text: str) -> None:
    """Write the text to the open temporary file, and put that in the place of the target. Raise OSError.

    Whatever happens, the target is whole, and no part of a secret is left beside it.
    """
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_file(option: str, path: str, text: str, mode: int) -> None:
    """Write a file so that it is there as a whole or as it was before. Raise OptionError, which tells nothing of it."""
    target = pathlib.Path(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        os.fchmod(handle, mode)
        # Half a surrogate pair, which a name may hold, has no encoding.
        replace_private(target, pathlib.Path(temporary), handle, text.encode("utf-8", "backslashreplace").decode())
    except OSError as error:
        cause = error.strerror or "no reason was given"
        raise OptionError(f"{option}: {path} could not be written ({cause}); name another directory.") from error


def _check(path: pathlib.Path, status: os.stat_result, largest: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Unfit("is not a regular file.")
    if status.st_mode & _TOO_OPEN:
        mode = stat.S_IMODE(status.st_mode)
        raise Unfit(f"has mode {mode:04o}, so that other users can access the token; run chmod 600 '{path}'.")
    if status.st_size > largest:
        raise Unfit(f"has {status.st_size} bytes, which is too large for a token.")
