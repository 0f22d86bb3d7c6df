# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a browser sent and got, in the form of a HAR. It is kept in memory alone: it holds a session.

Who learns from it has to know the secrets, to leave them out.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    Entry = dict[str, t.Any]

# The portal's whole page load takes a few megabytes.
MOST_CHARACTERS: t.Final = 64 * 1024 * 1024


@dataclasses.dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `started_at` is in seconds since 1970, `duration` in milliseconds.

    `status` is 0 where no answer came.
    """

    method: str
    url: str
    started_at: float
    duration: float
    request_headers: Mapping[str, str] = dataclasses.field(repr=False)
    post_data: str | None = dataclasses.field(repr=False)
    status: int
    response_headers: Mapping[str, str] = dataclasses.field(repr=False)
    text: str = dataclasses.field(repr=False)


class Recording:
    """The exchanges so far."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._characters = 0

    def add(self, exchange: Exchange) -> Entry:
        """Append an exchange, and return it as an entry of a HAR. Beyond the limit, answers have no bodies."""
        self._characters += len(exchange.text)
        entry = _entry(exchange, with_text=self._characters <= MOST_CHARACTERS)
        self.entries.append(entry)
        return entry

    def har(self) -> dict[str, object]:
        """Return the HAR, in the order in which the requests were sent."""
        return {"log": {"entries": sorted(self.entries, key=lambda entry: str(entry["startedDateTime"]))}}


def _entry(exchange: Exchange, *, with_text: bool) -> Entry:
    started_at = dt.datetime.fromtimestamp(exchange.started_at, dt.UTC)
    request: dict[str, object] = {
        "method": exchange.method,
        "url": exchange.url,
        "headers": _headers(exchange.request_headers),
    }
    if exchange.post_data is not None:
        request["postData"] = {
            "mimeType": exchange.request_headers.get("content-type", ""),
            "text": exchange.post_data,
        }
    content = {"mimeType": exchange.response_headers.get("content-type", "")}
    if with_text:
        content["text"] = exchange.text
    return {
        "startedDateTime": started_at.isoformat(timespec="microseconds"),
        "time": exchange.duration,
        "request": request,
        "response": {
            "status": exchange.status,
            "headers": _headers(exchange.response_headers),
            "content": content,
        },
    }


def _headers(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]
