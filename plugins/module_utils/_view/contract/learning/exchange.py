# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests and answers in a HAR, in the order in which they happened. Pure.

Chrome, Edge, Firefox and Playwright write the same form (HAR 1.2) with other habits: pseudo headers of HTTP/2, a time
with a zone, a body in base64, cookies or none.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import typing as t
from urllib.parse import parse_qsl, urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_time
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import Answer
from ansible_collections.m365.defender.plugins.module_utils._view.observe.har import (
    answer_name,
    answer_of,
    etag_of,
    json_body,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_READING: t.Final = frozenset({"GET", "HEAD", "OPTIONS", "CONNECT", "TRACE"})
_VARIABLE: t.Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d{4,}|(?<=/)[^/]*[%@\"'=][^/]*", re.IGNORECASE)
_EPOCH: t.Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# What the body of a request is: nothing, JSON, something else, or missing from the recording.
BodyForm = t.Literal["none", "json", "other", "missing"]


@dataclasses.dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer. `name` says which of the portal's known answers it is, if any.

    `kind` is its method, and its path without what changes from tenant to tenant. `path` is as it was sent, `query`
    decoded, `headers` are by lower-case name; `start` and `end` are moments. `status` is 0 where no answer came.
    `written` is the answer to a request that may write.
    """

    method: str
    host: str
    path: str = dataclasses.field(repr=False)
    query: tuple[tuple[str, str], ...] = dataclasses.field(repr=False)
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: object = dataclasses.field(repr=False)
    body_form: BodyForm
    status: int
    start: dt.datetime
    end: dt.datetime
    name: str | None
    answer: Answer | None = dataclasses.field(repr=False)
    written: Answer | None = dataclasses.field(repr=False)
    kind: str = dataclasses.field(repr=False)

    @property
    def may_write(self) -> bool:
        """Return whether its method is one that can change something."""
        return self.method not in _READING

    @property
    def accepted(self) -> bool:
        """Return whether the service said that it did what it was asked."""
        return 200 <= self.status < 300


def exchanges(entries: Iterable[object]) -> list[Exchange]:
    """Return what the entries of a HAR hold, oldest first. What is not a request with an answer is left out."""
    rows = [row for row in map(_exchange, entries) if row is not None]
    return sorted(rows, key=lambda row: row.start)


def _exchange(entry: object) -> Exchange | None:
    if not isinstance(entry, dict):
        return None
    request, response = entry.get("request"), entry.get("response")
    if not isinstance(request, dict) or not isinstance(response, dict):
        return None
    try:
        url = urlsplit(str(request.get("url")))
        host = f"{url.hostname}:{url.port or 443}"
    except ValueError:
        return None
    method, status, name = str(request.get("method")).upper(), response.get("status"), answer_name(entry)
    mutates = method not in _READING
    nothing: tuple[object, BodyForm] = (None, "none")
    body, body_form = _sent_body(request) if mutates else nothing
    # The same moment for all that cannot be read, so that the order of the file counts.
    start = utc_time(entry.get("startedDateTime")) or _EPOCH
    return Exchange(
        method=method,
        host=host,
        path=url.path,
        query=tuple(parse_qsl(url.query, keep_blank_values=True)),
        headers=_headers(request),
        body=body,
        body_form=body_form,
        status=status if isinstance(status, int) else 0,
        start=start,
        end=start + _duration(entry.get("time")),
        name=name,
        answer=answer_of(name, entry) if name else None,
        written=Answer(json_body(response), etag=etag_of(response)) if mutates else None,
        kind=f"{method} {''.join(_VARIABLE.sub('*', part) for part in re.split(r'(?=/)', url.path))}",
    )


def _sent_body(request: Mapping[str, object]) -> tuple[object, BodyForm]:
    posted = request.get("postData")
    if not isinstance(posted, dict):
        size = request.get("bodySize")
        # A sanitized recording keeps the size alone.
        return None, "missing" if isinstance(size, int) and size > 0 else "none"
    text = posted.get("text")
    if not isinstance(text, str) or not text:
        return None, "other" if posted.get("params") else "none" if text == "" else "missing"
    try:
        return parse_json(text.removeprefix("\ufeff")), "json"
    except ValueError:
        return text, "other"


def _headers(request: Mapping[str, object]) -> dict[str, str]:
    rows = request.get("headers")
    return {
        str(row.get("name")).lower(): str(row.get("value"))
        for row in (rows if isinstance(rows, list) else ())
        # Browsers show the pseudo headers of HTTP/2 among the others.
        if isinstance(row, dict) and not str(row.get("name")).startswith(":")
    }


def _duration(value: object) -> dt.timedelta:
    known = isinstance(value, int | float) and 0 <= value < 10**9
    return dt.timedelta(milliseconds=float(t.cast("float", value)) if known else 0.0)
