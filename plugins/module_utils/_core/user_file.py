# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one reader of files that a user names in an option: whatever editor wrote them, and whatever is in them.

A byte order mark is dropped (UTF-8, and UTF-16 as a Windows shell redirects it), line ends become `\\n`, and the size
is limited. What cannot be read is one sentence that names the option, the file, and the way out.
"""

from __future__ import annotations

import codecs
import os
import pathlib
import stat
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json

MEGABYTE: t.Final = 1024 * 1024
_UTF_16: t.Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_user_bytes(option: str, path: str | os.PathLike[str], way_out: str, *, most: int = MEGABYTE) -> bytes:
    """Return the content of a regular file of at most `most` bytes. Raise OptionError, which ends with `way_out`."""
    try:
        # A pipe without a writer would block forever.
        with os.fdopen(os.open(pathlib.Path(path), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OptionError(f"{option}: {path} is not a file; {way_out}")
            content = file.read(most + 1)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or "its name is not valid"
        raise OptionError(f"{option}: {path} cannot be read ({cause}); {way_out}") from error
    if len(content) > most:
        limit = f"{most // MEGABYTE} MB" if most >= MEGABYTE else f"{most // 1024} KB"
        raise OptionError(f"{option}: {path} is larger than {limit}; {way_out}")
    return content


def read_user_text(option: str, path: str | os.PathLike[str], way_out: str, *, most: int = MEGABYTE) -> str:
    """Return the text of a file, without a byte order mark. Raise OptionError, which ends with `way_out`."""
    try:
        text = decoded(read_user_bytes(option, path, way_out, most=most))
    except ValueError:
        raise OptionError(f"{option}: {path} is not a text file in UTF-8; {way_out}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decoded(content: bytes) -> str:
    """Return the text of UTF-8 or, by its mark, UTF-16, without a byte order mark. Raise ValueError for other bytes."""
    return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")


def read_user_json(option: str, path: str | os.PathLike[str], way_out: str, *, most: int = 64 * MEGABYTE) -> Json:
    """Return the value of a JSON file, its text made harmless. Raise OptionError, which ends with `way_out`."""
    text = read_user_text(option, path, way_out, most=most)
    try:
        return parse_json(text)
    except ValueError:
        raise OptionError(f"{option}: {path} is not valid JSON; {way_out}") from None
