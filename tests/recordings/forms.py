# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of a recording: Chrome with cookies, Chrome without (what it exports unless asked), and Firefox."""

from __future__ import annotations

import base64
import copy
import datetime as dt
import json
import typing as t
import urllib.parse

from recordings.grammar import NO_BODY
from recordings.session import TAKES, compact

if t.TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Sequence

    from recordings.session import Exchange
    from recordings.templates import Json

Form = t.Literal["chrome", "chrome_sanitized", "firefox"]
FORMS: t.Final[tuple[Form, ...]] = t.get_args(Form)
_START: t.Final = dt.datetime(2026, 11, 28, 2, 0, tzinfo=dt.UTC)
_SENSITIVE: t.Final = {"cookie", "set-cookie", "authorization"}
_PHRASES: t.Final = {
    200: "OK",
    204: "No Content",
    403: "Forbidden",
    412: "Precondition Failed",
    503: "Service Unavailable",
}


def har_of(exchanges: Sequence[Exchange], form: Form, rng: random.Random) -> dict[str, Json]:
    """Return a HAR of these exchanges."""
    chrome = _chrome(exchanges)
    if form == "firefox":
        return _firefox(chrome, rng.choice((60, -300, 330)), rng.random)
    return _sanitized(chrome) if form == "chrome_sanitized" else chrome


def _chrome(exchanges: Sequence[Exchange]) -> dict[str, Json]:
    page: dict[str, Json] = {
        "startedDateTime": _time(0.0),
        "id": "page_1",
        "title": "https://mto.security.microsoft.com/settings",
    }
    page["pageTimings"] = {"onContentLoad": 812.5, "onLoad": 1440.1}
    entries = [_entry(each) for each in exchanges]
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "WebInspector", "version": "537.36"},
            "pages": [page],
            "entries": entries,
        }
    }


def _entry(each: Exchange) -> dict[str, Json]:
    request: dict[str, Json] = {
        "method": each.method,
        "url": each.url,
        "httpVersion": "http/2.0",
        "headers": _pairs(each.headers),
        "queryString": [
            {"name": n, "value": v} for n, v in urllib.parse.parse_qsl(urllib.parse.urlsplit(each.url).query)
        ],
        "cookies": _cookies(each.headers),
        "headersSize": -1,
        "bodySize": 0,
    }
    if each.body is not NO_BODY:
        kind = next(value for name, value in each.headers if name.lower() == "content-type")
        request["postData"] = {"mimeType": kind, "text": compact(each.body)}
        request["bodySize"] = len(request["postData"]["text"].encode())
    return {
        "_initiator": {"type": "script"},
        "_resourceType": "fetch",
        "cache": {},
        "pageref": "page_1",
        "request": request,
        "response": _response(each),
        "serverIPAddress": "203.0.113.7",
        "startedDateTime": _time(each.at),
        "time": TAKES * 1000,
        "timings": {"blocked": 1.5, "dns": -1, "ssl": -1, "connect": -1, "send": 0.2, "wait": 58, "receive": 1.8},
    }


def _response(each: Exchange) -> dict[str, Json]:
    headers = (
        [("Content-Type", each.answer_type), *each.answer_headers]
        if each.answer is not NO_BODY
        else each.answer_headers
    )
    content: dict[str, Json] = {"size": 0, "mimeType": "x-unknown"}
    if each.answer is not NO_BODY:
        text = each.answer if isinstance(each.answer, str) else compact(each.answer)
        content = {"size": len(text.encode()), "mimeType": each.answer_type.partition(";")[0], "text": text}
        if each.answer_type.startswith("image/"):
            content["encoding"] = "base64"
    failed = {"_error": "net::ERR_CONNECTION_RESET"} if each.status == 0 else {"_error": None}
    return {
        "status": each.status,
        "statusText": "",
        "httpVersion": "http/2.0" if each.status else "",
        "headers": _pairs(headers) if each.status else [],
        "cookies": [],
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": -1,
        "_transferSize": 512,
        **failed,
    }


def _pairs(headers: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    # HTTP/2 has lower-case names.
    return [{"name": name.lower(), "value": value} for name, value in headers]


def _cookies(headers: Iterable[tuple[str, str]]) -> list[dict[str, Json]]:
    texts = [value for name, value in headers if name.lower() == "cookie"]
    pairs = [pair.partition("=") for text in texts for pair in text.split("; ")]
    return [
        {"name": name, "value": value, "path": "/", "httpOnly": False, "secure": True} for name, _sign, value in pairs
    ]


def _time(seconds: float) -> str:
    return (_START + dt.timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def sanitized(har: dict[str, Json]) -> dict[str, Json]:
    """Return Chrome's recording without what it calls sensitive data: cookies and authorization."""
    return _sanitized(copy.deepcopy(har))


def _sanitized(har: dict[str, Json]) -> dict[str, Json]:
    for entry in har["log"]["entries"]:
        for side in (entry["request"], entry["response"]):
            side["cookies"] = []
            side["headers"] = [row for row in side["headers"] if row["name"].lower() not in _SENSITIVE]
    return har


def without_bodies(har: dict[str, Json]) -> dict[str, Json]:
    """Return a recording that holds no bodies, as tools write it that are told so."""
    har = copy.deepcopy(har)
    for entry in har["log"]["entries"]:
        entry["request"].pop("postData", None)
        entry["response"]["content"].pop("text", None)
    return har


def firefox_form(
    har: dict[str, Json], offset_minutes: int = 60, chance: t.Callable[[], float] = lambda: 0.0
) -> dict[str, Json]:
    """Return a recording as Firefox writes it. `chance` decides which answers are base64 and have a byte order mark."""
    return _firefox(copy.deepcopy(har), offset_minutes, chance)


def _firefox(har: dict[str, Json], offset_minutes: int, chance: t.Callable[[], float]) -> dict[str, Json]:
    log = har["log"]
    log["creator"] = log["browser"] = {"name": "Firefox", "version": "145.0"}
    zone = dt.timezone(dt.timedelta(minutes=offset_minutes))
    for row in [*log.get("pages", []), *log["entries"]]:
        row["startedDateTime"] = _in_zone(row["startedDateTime"], zone)
    log["entries"] = [_firefox_entry(entry, chance) for entry in log["entries"]]
    return har


def _firefox_entry(entry: dict[str, Json], chance: t.Callable[[], float]) -> dict[str, Json]:
    request, response = entry["request"], entry["response"]
    for side in (request, response):
        side["httpVersion"] = "HTTP/2"
        side["headers"] = [{"name": row["name"], "value": row["value"]} for row in side["headers"]]
    if "postData" in request:
        kind, text = request["postData"]["mimeType"], request["postData"].get("text", "")
        request["postData"] = {"mimeType": kind, "params": [], "text": text}
    response["statusText"] = _PHRASES.get(response["status"], "")
    content = response["content"]
    if content.get("encoding") != "base64" and "text" in content and chance() < 0.3:
        mark = "\ufeff" if chance() < 0.3 else ""
        content["text"] = base64.b64encode((mark + content["text"]).encode()).decode()
        content["encoding"] = "base64"
    content.setdefault("comment", "")
    kept: dict[str, Json] = {
        key: entry[key] for key in ("startedDateTime", "request", "response", "timings", "time") if key in entry
    }
    return {**kept, "pageref": "page_1", "cache": {}, "_securityState": "secure", "connection": "443"}


def _in_zone(text: str, zone: dt.timezone) -> str:
    return dt.datetime.fromisoformat(text).astimezone(zone).isoformat(timespec="milliseconds")


def file_of(har: dict[str, Json], *, mark: bool = False) -> bytes:
    """Return the bytes of the file, with a byte order mark or without."""
    text = json.dumps(har, indent=2, ensure_ascii=False)
    return (("\ufeff" if mark else "") + text).encode()
