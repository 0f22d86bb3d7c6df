# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A browser at the model portal: what it sends, what it gets, and how a person clicks through the recipe."""

from __future__ import annotations

import dataclasses
import json
import typing as t
import urllib.parse

from recordings.grammar import NO_BODY, VOLATILE, list_of
from recordings.portal import ModelPortal, guid
from recordings.templates import Context, Json, Text, compose

if t.TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping, Sequence

    from recordings.grammar import Call

HOST: t.Final = "https://mto.security.microsoft.com"
_PROXY: t.Final = "/apiproxy/mtoapi"
READS: t.Final = {
    "context": "/apiproxy/mtp/sccManagement/mgmt/TenantContext?realTime=true",
    "groups": f"{_PROXY}/tenantGroups",
    "picker": f"{_PROXY}/tenants/TenantPicker",
    "effective": f"{_PROXY}/tenantGroups/effective/",
}
# Seconds that every request takes.
TAKES: t.Final = 0.0615
_OK: t.Final = 200
_NO_CONTENT: t.Final = 204
_TOKEN: t.Final = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

Trouble = t.Literal["none", "unavailable", "throttled", "forbidden", "cut", "conflict", "late", "refused_always"]


def secret(rng: random.Random, length: int = 48) -> str:
    """Return a random secret."""
    return "".join(rng.choices(_TOKEN, k=length))


@dataclasses.dataclass
class Exchange:
    """A request and its answer. Bodies are JSON, or text of another type; NO_BODY for none."""

    at: float
    method: str
    url: str
    headers: list[tuple[str, str]]
    body: Json = NO_BODY
    status: int = _OK
    answer: Json = NO_BODY
    answer_type: str = "application/json; charset=utf-8"
    answer_headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Sent:
    """A write as it went out: `portal.apply(*sent)`."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: Json

    def __iter__(self) -> Iterator[t.Any]:
        return iter((self.method, self.target, self.headers, self.body))


class Session:
    """A signed-in browser, its clock, and everything that it has sent."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.now = 0.0
        self.exchanges: list[Exchange] = []
        self.cookie = secret(rng, 80)
        self.bearer = f"eyJ0eXAiOiJKV1Qi.{secret(rng, 60)}.{secret(rng, 43)}"
        self.secrets = [self.cookie, self.bearer]
        self.xsrf = ""
        self.rotate()

    def rotate(self) -> None:
        """Take a new XSRF token."""
        self.xsrf = f"{secret(self.rng, 24)}:{secret(self.rng, 8)}/+=="
        self.secrets += [self.xsrf, urllib.parse.quote(self.xsrf, safe="")]

    def add(self, method: str, url: str, body: Json = NO_BODY, **more: t.Any) -> Exchange:
        """Record an exchange. On the portal's own host it has the session."""
        # A request begins when the one before has its answer: the page waits for it.
        self.now += TAKES + self.rng.uniform(0.02, 0.9)
        headers: list[tuple[str, str]] = [("Accept", "application/json, text/plain, */*"), *more.pop("headers", [])]
        answer_headers: list[tuple[str, str]] = [
            ("Date", "Sat, 28 Nov 2026 02:00:00 GMT"),
            *more.pop("answer_headers", []),
        ]
        if url.startswith(HOST):
            token = urllib.parse.quote(self.xsrf, safe="")
            headers += [("X-XSRF-TOKEN", self.xsrf), ("Cookie", f"sccauth={self.cookie}; XSRF-TOKEN={token}")]
            self.rotate()
            renewed = f"XSRF-TOKEN={urllib.parse.quote(self.xsrf, safe='')}; path=/; secure; samesite=none"
            answer_headers.append(("Set-Cookie", renewed))
        elif body is not NO_BODY and self.rng.random() < 0.5:
            headers.append(("Authorization", f"Bearer {self.bearer}"))
        if body is not NO_BODY and "content-type" not in {name.lower() for name, _value in headers}:
            headers.append(("Content-Type", "application/json"))
        self.rng.shuffle(headers)
        made = Exchange(self.now, method, url, headers, body, answer_headers=answer_headers, **more)
        self.exchanges.append(made)
        return made

    def shuffled(self, value: Json) -> Json:
        """Return a value with the keys of its dictionaries in another order."""
        if isinstance(value, dict):
            pairs = [(key, self.shuffled(each)) for key, each in value.items()]
            self.rng.shuffle(pairs)
            return dict(pairs)
        return [self.shuffled(each) for each in value] if isinstance(value, list) else value


@dataclasses.dataclass
class SettingsPage:
    """The portal's settings page. It writes by what it has read, as late as that may be."""

    portal: ModelPortal
    session: Session
    keys_shuffled: bool = False
    raw_commas: bool = False
    charset: bool = False
    late_reads: int = 0
    writes: list[Sent] = dataclasses.field(default_factory=list)
    # What happened to the portal, in order: a write that took effect, or None for a change by somebody else.
    events: list[Sent | None] = dataclasses.field(default_factory=list)
    state: dict[str, Json] = dataclasses.field(default_factory=dict)
    _shown: dict[str, Json] | None = None

    def open(self) -> None:
        """Load the page."""
        for name in ("context", *(["groups"] if self.portal.shape.group_id_in == "groups" else []), *self._both()):
            self.read(name)

    def _both(self) -> list[str]:
        names = ["picker", "effective"]
        self.session.rng.shuffle(names)
        return names

    def reload(self) -> None:
        """Read picker and effective group anew; a late portal shows the earlier ones first."""
        while True:
            for name in self._both():
                self.read(name)
            if self._shown is None:
                return
            self.late_reads -= 1
            if self.late_reads <= 0:
                self._shown = None

    def read(self, name: str) -> None:
        """Ask for one of the portal's answers."""
        state = self._shown or self.portal.state()
        header = name == "effective" and self.portal.shape.etag_in == "header"
        answer = self.session.shuffled(state[name]) if self.keys_shuffled else state[name]
        self.session.add(
            "GET",
            HOST + READS[name],
            headers=[("mtoproxyurl", "MTO")],
            answer=answer,
            answer_headers=[("ETag", state["etag"])] if header else [],
        )
        self.state[name] = state[name]
        if name == "effective":
            self.state["etag"] = state["etag"]

    def change(self, add: Sequence[str] = (), remove: Sequence[str] = (), trouble: Trouble = "none") -> None:
        """Send what the shape needs for a change, then read the view."""
        todo = [*((each, False) for each in remove), *((each, True) for each in add)]
        before = self.portal.state()
        for number, (call, flags) in enumerate(self._plan(dict(todo))):
            if number:
                self._refresh(call)
            before = self.portal.state()
            self._send_with_trouble(call, flags, trouble if number == 0 or trouble == "refused_always" else "none")
        if trouble == "late":
            self._shown, self.late_reads = before, self.session.rng.choice((1, 2))
        self.reload()

    def _plan(self, todo: dict[str, bool]) -> Iterator[tuple[Call, dict[str, bool]]]:
        """Return the calls of a change, each with its tenants."""
        for call in self.portal.shape.calls:
            if call.name == "set":
                yield call, self._whole(call, todo)
                continue
            wanted = {"add": [True], "remove": [False]}.get(call.name, [True, False])
            mine = [tenant_id for tenant_id, there in todo.items() if there in wanted]
            size = 1 if call.per_tenant else call.most or max(len(mine), 1)
            for start in range(0, len(mine), size):
                yield call, {tenant_id: todo[tenant_id] for tenant_id in mine[start : start + size]}

    def _whole(self, call: Call, todo: dict[str, bool]) -> dict[str, bool]:
        view = [row["tenantId"] for row in self.state["effective"]["exposedTargetTenantsInfo"]]
        wanted = [
            *(each for each in view if todo.get(each) is not False),
            *(each for each, there in todo.items() if there),
        ]
        if list_of(call) == "offered":
            return {row["tenantId"]: row["tenantId"] in wanted for row in self.state["picker"]["tenantInfoList"]}
        return dict.fromkeys(wanted, True)

    def _refresh(self, call: Call) -> None:
        """Read what the next request of the same change needs, unless the last answer had it."""
        if (self.portal.shape.guard or call.copies) and self.portal.shape.answer != "group":
            self.read("effective")

    def _send_with_trouble(self, call: Call, flags: dict[str, bool], trouble: Trouble) -> None:
        status = {"unavailable": 503, "throttled": 429, "forbidden": 403, "cut": 0, "refused_always": 403}.get(trouble)
        if status is not None:
            self._send(call, flags, status)
        if trouble == "refused_always":
            return
        if trouble == "conflict" and self.portal.shape.guard:
            self.portal.renew()
            self.events.append(None)
            refused = self._send(call, flags)
            assert refused in (409, 412), refused
            self.reload()
        done = self._send(call, flags)
        assert done == _OK, (done, self.portal.shape)

    def _send(self, call: Call, flags: dict[str, bool], status: int | None = None) -> int:
        """Send a request; with a status it gets that answer and has no effect."""
        context = self.portal.context(self.state, flags)
        sent = self._composed(call, context)
        status = self.portal.apply(*sent) if status is None else status
        if status == _OK:
            self.writes.append(sent)
            self.events.append(sent)
        self._record(sent, status)
        return status

    def _composed(self, call: Call, context: Context) -> Sent:
        path = urllib.parse.quote(compose(Text(call.path), context), safe="/,-" if self.raw_commas else "/-")
        pairs = []
        for name, template in call.query:
            value = compose(template, context)
            safe = "," if self.raw_commas else ""
            pairs += [
                f"{name}={urllib.parse.quote(str(each), safe=safe)}"
                for each in (value if isinstance(value, list) else [value])
            ]
        headers = {name: str(compose(template, context)) for name, template in call.headers}
        body = None
        if call.body is not NO_BODY:
            headers["Content-Type"] = call.content_type + ("; charset=utf-8" if self.charset else "")
            body = compose(call.body, context)
            body = self.session.shuffled(body) if self.keys_shuffled else body
        return Sent(call.method, path + ("?" + "&".join(pairs) if pairs else ""), headers, body)

    def _record(self, sent: Sent, status: int) -> None:
        rng = self.session.rng
        volatile = {
            "guid": guid(rng),
            "time": f"2026-11-28T02:{rng.randrange(60):02d}:11Z",
            "number": str(rng.randrange(9999)),
        }
        headers = [("mtoproxyurl", "MTO"), *sent.headers.items()]
        headers += [(name, volatile[VOLATILE[name]]) for name in self.portal.shape.volatile]
        answer: Json = {"error": {"code": str(status), "message": "The request was not executed."}}
        answer_headers: list[tuple[str, str]] = []
        if status == _OK:
            answer, status = self._success()
            if self.portal.shape.etag_in == "header" and answer is not NO_BODY:
                answer_headers.append(("ETag", self.portal.etag))
        body = NO_BODY if sent.body is None else sent.body
        self.session.add(
            sent.method,
            HOST + sent.target,
            body,
            headers=headers,
            status=status,
            answer=NO_BODY if status == 0 else answer,
            answer_headers=answer_headers,
        )

    def _success(self) -> tuple[Json, int]:
        kind = self.portal.shape.answer
        if kind == "group":
            state = self.portal.state()
            self.state["effective"], self.state["etag"] = state["effective"], state["etag"]
            return state["effective"], _OK
        return (NO_BODY, _NO_CONTENT) if kind == "empty" else ({"status": "ok"}, _OK)


def compact(value: Json) -> str:
    """Return JSON as a browser writes it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
