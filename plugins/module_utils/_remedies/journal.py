# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: what was about to be written, and what came of it. JSON lines in a file that only its owner reads.

The first line of a write is on the disk before the request leaves, so that a run that was killed leaves a trace, and
the next one does not repeat what may have arrived. No line holds a token, an etag or a redeem link.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import getpass
import json
import os
import stat
import typing as t
import uuid

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time, timestamp
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import MEGABYTE, read_user_text
from ansible_collections.m365.defender.plugins.module_utils._options.destination import require_place

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer

# `written`: read back. `refused`: by the service, so nothing was changed. `not_shown`: accepted or without an answer,
# and not seen in time.
Result = t.Literal["written", "refused", "not_shown"]
# How long Microsoft may take to show what was accepted, or to do what a killed run has sent: no page that we found says
# it [guess]. Nothing that may have arrived is sent again before.
SETTLES: t.Final = dt.timedelta(minutes=15)
_MOST: t.Final = 64 * MEGABYTE
_OTHERS: t.Final = stat.S_IRWXG | stat.S_IRWXO
_WAY_OUT: t.Final = "name another file, or move this one away."


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One write. `at` is when it was about to be sent; `result` is empty where nobody wrote down what came of it.

    `where` is the tenant that was written to, `undo_of` the id of the entry that this one takes back.
    """

    remedy: str
    tenant_id: str
    where: str
    object: str
    before: JsonObject
    after: JsonObject
    undo_of: str = ""
    result: str = ""
    id: str = ""
    at: str = ""


class Journal:
    """The entries of earlier runs and of this one. Raises OptionError where the file cannot be used."""

    def __init__(self, path: str, now: Callable[[], dt.datetime], app: str) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._now = now
        self._who = {"app": app, "user": _user()}
        require_place("journal", path)
        self._entries: dict[str, Entry] = {entry.id: entry for entry in self._read()}

    def pending(self, remedy: str, tenant_id: str, name: str) -> Entry | None:
        """Return the write of this object that may yet show: sent a short time ago, and neither refused nor seen."""
        newest = next(iter(self._of(remedy, tenant_id, name)), None)
        if newest is None or newest.result in ("refused", "written"):
            return None
        at = parse_time(newest.at)
        return newest if at is not None and self._now() - at < SETTLES else None

    def written(self, remedy: str, tenant_id: str) -> list[Entry]:
        """Return what was written and not taken back, the newest first."""
        undone = {entry.undo_of for entry in self._entries.values() if entry.result == "written"}
        return [
            entry
            for entry in self._of(remedy, tenant_id)
            if entry.result == "written" and not entry.undo_of and entry.id not in undone
        ]

    def _of(self, remedy: str, tenant_id: str, name: str = "") -> Iterator[Entry]:
        for entry in reversed(self._entries.values()):
            if (entry.remedy, entry.tenant_id) == (remedy, tenant_id) and name in ("", entry.object):
                yield entry

    def begin(self, entry: Entry, request: str) -> Entry:
        """Write down what is about to be sent, and return it with its id. Raise OptionError: then it must not be."""
        entry = dataclasses.replace(entry, id=uuid.uuid4().hex, at=timestamp(self._now()))
        row = {name: value for name, value in dataclasses.asdict(entry).items() if value not in ("", None)}
        self._append({"event": "begin", **row, "request": request, **self._who})
        self._entries[entry.id] = entry
        return entry

    def end(self, entry: Entry, result: Result, answer: Answer) -> None:
        """Write down what came of it. Raise OptionError: the next run then waits and looks."""
        self._entries[entry.id] = dataclasses.replace(entry, result=result)
        row = {"id": entry.id, "at": timestamp(self._now()), "result": result, "status": answer.status}
        self._append({"event": "end", **row, "request_id": answer.request_id, "said": answer.error})

    def _append(self, row: JsonObject) -> None:
        line = json.dumps({"format": 1, **row}, ensure_ascii=True) + "\n"
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "rb+", buffering=0) as file:
                size = os.fstat(handle).st_size
                # A run that was killed may have left half a line.
                broken = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
                file.write(("\n" * broken + line).encode())
                os.fsync(handle)
        except OSError as error:
            raise OptionError(
                f"journal: {self.path} cannot be written ({error.strerror}), so that nothing more is changed;"
                f" {_WAY_OUT}"
            ) from error

    def _read(self) -> list[Entry]:
        if not os.path.lexists(self.path):
            return []
        text = read_user_text("journal", self.path, _WAY_OUT, most=_MOST)
        if os.stat(self.path).st_mode & _OTHERS:  # noqa: PTH116
            raise OptionError(f"journal: other users can access {self.path}; run chmod 600 '{self.path}'.")
        entries: dict[str, Entry] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            if not _take(line, entries):
                self.warnings.append(
                    f"journal: line {number} of {self.path} cannot be read and does not count. A run that was killed"
                    " may have left it."
                )
        return list(entries.values())


def _take(line: str, entries: dict[str, Entry]) -> bool:
    """Add what a line says to the entries. Return False for one that says nothing."""
    try:
        row = parse_json(line)
        if row["event"] == "begin":
            known = {field.name for field in dataclasses.fields(Entry)}
            entry = Entry(**{name: value for name, value in row.items() if name in known})
            entries[entry.id] = entry
        else:
            entries[row["id"]] = dataclasses.replace(entries[row["id"]], result=str(row["result"]))
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _user() -> str:
    with contextlib.suppress(Exception):
        return getpass.getuser()
    return ""
