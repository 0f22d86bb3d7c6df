# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that hold secrets: only one that nobody but its owner can access is trusted, and one is replaced as a whole."""

from __future__ import annotations

import os
import pathlib
import stat
import typing as t

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


def _check(path: pathlib.Path, status: os.stat_result, largest: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise Unfit("is not a regular file.")
    if status.st_mode & _TOO_OPEN:
        mode = stat.S_IMODE(status.st_mode)
        raise Unfit(f"has mode {mode:04o}, so that other users can access the token; run chmod 600 '{path}'.")
    if status.st_size > largest:
        raise Unfit(f"has {status.st_size} bytes, which is too large for a token.")
