# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal: what was about to be written, and what came of it. JSON lines in a file that only its owner reads.

The first line of a write is on the disk before the request leaves, so that a run that was killed leaves a trace, and
the next one does not repeat what may have arrived. No line holds a token, an etag or a redeem link. One run at a time
writes to it: another one would not know what this one sends.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import fcntl
import getpass
import json
import os
import stat
import typing as t
import uuid

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.options.destination import require_place
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time, timestamp
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import MEGABYTE, read_user_text

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
_FORMAT: t.Final[JsonObject] = {"format": 1}
# How a journal begins, so that no other file of the user is taken for one.
_BEGINNING: t.Final = json.dumps(_FORMAT).replace("}", ",")
_MOST: t.Final = 64 * MEGABYTE
_OTHERS: t.Final = stat.S_IRWXG | stat.S_IRWXO
_WAY_OUT: t.Final = "name another file, or move this one away."


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One write. `at` is when it was about to be sent; `result` is empty where nobody wrote down what came of it.

    `where` is the tenant that was written to, `undo_of` the id of the entry that this one takes back. `home` is the
    home tenant of the run: what was written for another one is no business of this one.
    """

    remedy: str
    tenant_id: str
    where: str
    object: str
    before: JsonObject
    after: JsonObject
    undo_of: str = ""
    home: str = ""
    result: str = ""
    id: str = ""
    at: str = ""


class Journal:
    """The entries of earlier runs and of this one. Raises OptionError where the file cannot be used.

    It is held until it is closed, unless it is only read.
    """

    def __init__(
        self, path: str, now: Callable[[], dt.datetime], app: str, home: str, *, read_only: bool = False
    ) -> None:
        self.path = path
        self.warnings: list[str] = []
        self._now, self._home = now, home
        self._who = {"app": app, "user": ""}
        with contextlib.suppress(Exception):
            self._who["user"] = getpass.getuser()
        require_place("journal", path)
        with contextlib.ExitStack() as held:
            if not read_only:
                self._hold(held)
            self._entries: dict[str, Entry] = {entry.id: entry for entry in self._read()}
            self._held = held.pop_all()

    def __enter__(self) -> t.Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._held.close()

    def _hold(self, held: contextlib.ExitStack) -> None:
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            held.callback(os.close, handle)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OptionError(f"journal: another run is using {self.path}; run again when it has ended.") from None
        except OSError as error:
            raise self._unusable(error) from error

    def pending(self, remedy: str, tenant_id: str, name: str, *, undo: bool = False) -> Entry | None:
        """Return what was sent for this object a short time ago and may yet show: all that was not refused.

        What has been read back can be missing from the next look, which another copy of the directory answers.
        """
        newest = next(iter(self._of(remedy, tenant_id, name)), None)
        if newest is None or newest.result == "refused" or bool(newest.undo_of) != undo:
            return None
        at = parse_time(newest.at)
        return newest if at is not None and self._now() - at < SETTLES else None

    def written(self, remedy: str, tenant_id: str) -> list[Entry]:
        """Return what was or may have been written and is not taken back, the newest first."""
        undone = {entry.undo_of for entry in self._entries.values() if entry.result == "written"}
        return [
            entry
            for entry in self._of(remedy, tenant_id)
            if entry.result != "refused" and not entry.undo_of and entry.id not in undone
        ]

    def unclear(self, remedy: str, tenant_id: str) -> list[tuple[Entry, Entry]]:
        """Return the writes of which nobody knows what came, each with the change that it makes or takes back.

        Of an object it is the last one: what shows now was not done by one that came before.
        """
        newest: dict[str, Entry] = {}
        for entry in self._of(remedy, tenant_id):
            if entry.result != "refused":
                newest.setdefault(entry.object, entry)
        return [
            (entry, self._entries.get(entry.undo_of, entry)) for entry in newest.values() if entry.result != "written"
        ]

    def _of(self, remedy: str, tenant_id: str, name: str = "") -> Iterator[Entry]:
        for entry in reversed(self._entries.values()):
            ours = (entry.remedy, entry.tenant_id, entry.home) == (remedy, tenant_id, self._home)
            if ours and name in ("", entry.object):
                yield entry

    def begin(self, entry: Entry, request: str) -> Entry:
        """Write down what is about to be sent, and return it with its id. Raise OptionError: then it must not be."""
        entry = dataclasses.replace(entry, id=uuid.uuid4().hex, at=timestamp(self._now()), home=self._home)
        row = {name: value for name, value in dataclasses.asdict(entry).items() if value not in ("", None)}
        self._append({"event": "begin", **row, "request": request, **self._who})
        self._entries[entry.id] = entry
        return entry

    def end(self, entry: Entry, result: Result, answer: Answer | None = None) -> None:
        """Write down what came of it. Raise OptionError: the next run then waits and looks.

        Without an answer, a later run says what it sees.
        """
        self._entries[entry.id] = dataclasses.replace(entry, result=result)
        row = {"id": entry.id, "at": timestamp(self._now()), "result": result}
        said = {"status": answer.status, "request_id": answer.request_id, "said": answer.error} if answer else {}
        self._append({"event": "end", **row, **said})

    def _append(self, row: JsonObject) -> None:
        line = json.dumps({**_FORMAT, **row}, ensure_ascii=True) + "\n"
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "rb+", buffering=0) as file:
                size = os.fstat(handle).st_size
                # A run that was killed may have left half a line.
                broken = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
                file.write(("\n" * broken + line).encode())
                os.fsync(handle)
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> OptionError:
        return OptionError(
            f"journal: {self.path} cannot be written ({error.strerror}), so that nothing more is changed; {_WAY_OUT}"
        )

    def _read(self) -> list[Entry]:
        if not os.path.lexists(self.path):
            return []
        text = read_user_text("journal", self.path, _WAY_OUT, most=_MOST)
        if os.stat(self.path).st_mode & _OTHERS:  # noqa: PTH116
            raise OptionError(f"journal: other users can access {self.path}; run chmod 600 '{self.path}'.")
        if text and not text.startswith(_BEGINNING):
            raise OptionError(f"journal: {self.path} is no journal of remedies; name another file.")
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
            entry = _entry_of(row)
            entries[entry.id] = entry
        else:
            entries[row["id"]] = dataclasses.replace(entries[row["id"]], result=str(row["result"]))
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _entry_of(row: JsonObject) -> Entry:
    """Return the entry of a line. Raise ValueError, TypeError or KeyError for one that is none."""
    known = {field.name: row[field.name] for field in dataclasses.fields(Entry) if field.name in row}
    states = {name: known[name] for name in ("before", "after")}
    texts = [value for name, value in known.items() if name not in states]
    if not all(isinstance(state, dict) for state in states.values()) or not all(
        isinstance(text, str) for text in texts
    ):
        raise TypeError("not as it was written")
    if not row["id"] or parse_time(row["at"]) is None:
        raise ValueError("nobody knows when")
    return Entry(**known)
