# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A model of a portal: it answers the reads that are on record, and takes a write only as its shape says."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t
import urllib.parse

from recordings.grammar import NO_BODY
from recordings.templates import GUID, Context, Found, Json, Many, MismatchError, Text, compose, read

if t.TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from recordings.grammar import Call, Shape

_GUARDS: t.Final = {"etag": 412, "etag_bare": 412, "version": 409}
_OK: t.Final = 200


@dataclasses.dataclass(frozen=True)
class Person:
    """Whose session it is."""

    upn: str
    user_id: str
    home_id: str
    home_name: str


@dataclasses.dataclass
class ModelPortal:
    """The state: what is offered (rows without `selected`), and what is in the view since when."""

    shape: Shape
    person: Person
    group_id: str
    offered: dict[str, dict[str, Json]]
    view: dict[str, str]
    rng: random.Random
    home_in_picker: bool = True
    version: int = 0
    etag: str = ""
    etags: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.version = self.rng.randrange(1200, 9000)
        self.renew()

    def renew(self) -> None:
        """Give the group a new version."""
        self.version += self.rng.randrange(1, 4)
        self.etag = f'"{guid(self.rng)}"'
        self.etags.append(self.etag)

    def state(self) -> dict[str, Json]:
        """Return all answers as they read now."""
        effective = self._effective()
        return {
            "picker": self._picker(),
            "effective": effective,
            "groups": [self._groups(effective)],
            "context": self._context(),
            "etag": self.etag,
        }

    def answer(self, name: str) -> tuple[Json, dict[str, str]]:
        """Return body and headers of one answer: `picker`, `effective`, `groups` or `context`."""
        in_header = name == "effective" and self.shape.etag_in == "header"
        return self.state()[name], {"ETag": self.etag} if in_header else {}

    def _picker(self) -> dict[str, Json]:
        rows = [self._row(tenant_id) for tenant_id in self.offered]
        if self.home_in_picker:
            rows.insert(0, self._home() | {"selected": False, "lostAccess": False})
        return {"tenantInfoList": rows, "responseTypes": dict.fromkeys(("B2B", "GDAP", "TGov"), "Success")}

    def _home(self) -> dict[str, Json]:
        return {"name": self.person.home_name, "tenantId": self.person.home_id, "tenantAadEnvironment": 1}

    def _row(self, tenant_id: str) -> dict[str, Json]:
        added = self.view.get(tenant_id)
        row = {"selected": added is not None, "lostAccess": False, **self.offered[tenant_id]}
        return row | ({"addedOn": added} if added else {})

    def _effective(self) -> dict[str, Json]:
        shape, holes = self.shape, self.shape.holes
        rows = [{**self.offered[tenant_id], "addedOn": added} for tenant_id, added in self.view.items()]
        group: dict[str, Json] = {
            "entityType": "EffectiveGroup",
            "name": "My private group",
            "tenantGroupId": None,
            "userId": self.person.user_id if "user_id" in holes and shape.user_id_in == "group" else None,
            "type": 0,
            "description": "Your personalized, private group of tenants",
            "allTenantsCount": len(rows),
            "exposedTargetTenantsInfo": rows,
            "creationTime": "2026-03-02T08:11:42.1234567Z",
            "lastUpdated": "2026-11-20T07:01:13.7654321Z",
            "lastUpdatedByUpn": None,
            "id": self.group_id if "group_id" in holes and shape.group_id_in == "effective" else None,
            "tenantId": self.person.home_id,
            "_etag": self.etag if shape.etag_in == "body" else None,
            "ttl": None,
        }
        return group | ({"version": self.version} if "version" in holes else {})

    def _groups(self, effective: dict[str, Json]) -> dict[str, Json]:
        group = {**effective, "entityType": "TenantGroup"}
        return group | ({"tenantGroupId": self.group_id} if self.shape.group_id_in == "groups" else {})

    def _context(self) -> dict[str, Json]:
        info = {"TenantId": self.person.home_id, "UserName": self.person.upn}
        if "user_id" in self.shape.holes and self.shape.user_id_in == "session":
            info["UserId"] = self.person.user_id
        return {"EnvironmentName": "Production", "OrgId": self.person.home_id, "AuthInfo": info}

    def context(self, state: Mapping[str, Json], flags: Mapping[str, bool]) -> Context:
        """Return what a request about these tenants is filled with, by answers that were read."""
        effective = state["effective"]
        rows = {
            row["tenantId"]: row for row in [*state["picker"]["tenantInfoList"], *effective["exposedTargetTenantsInfo"]]
        }
        rows |= {row["tenantId"]: row for row in state["picker"]["tenantInfoList"]}
        values = {
            "etag": state["etag"],
            "etag_bare": state["etag"].strip('"'),
            "version": effective.get("version"),
            "group_id": self.group_id,
            "user_id": self.person.user_id,
            "home_id": self.person.home_id,
        }
        return Context(values, state, rows, flags)

    def apply(self, method: str, target: str, headers: Mapping[str, str] | None = None, body: Json = None) -> int:
        """Execute a request: `target` is the path with its query, `body` is JSON, None for none. Return the status.

        The session and volatile headers are not looked at; everything else is as strict as it can be.
        """
        status = 404
        for call in self.shape.calls:
            path = urllib.parse.unquote(target.partition("?")[0])
            if call.method != method.upper() or not _reads(Text(call.path), path):
                continue
            outcome = self._try(call, path, target.partition("?")[2], _lower(headers or {}), body)
            if isinstance(outcome, int):
                status = outcome if status in (400, 404) else status
                continue
            return self._change(call, outcome)
        return status

    def _try(self, call: Call, path: str, query: str, headers: Mapping[str, str], body: Json) -> dict[str, bool] | int:
        """Return the tenants of a request, each with its flag, or the status of a refusal."""
        if _media(headers, body) != (None if call.body is NO_BODY else call.content_type):
            return 415 if call.body is not NO_BODY and body is not None else 400
        sent = _Sent(path, _parameters(query), headers, body)
        try:
            found = sent.read(call)
        except MismatchError:
            return 400
        flags = self._flags(call, found)
        context = self.context(self.state(), flags)
        if not flags.keys() <= context.rows.keys():
            return 400
        newest = dict(context.values)
        guards = {name for name in call.holes & _GUARDS.keys() if found.holes.get(name) is not None}
        context.values = {**context.values, **{name: found.holes[name] for name in guards}}
        if not _same(sent, call, context):
            missing = (call.holes & _GUARDS.keys()) - guards
            return 428 if missing else self._echo_status(sent, call, context)
        stale = [name for name in guards if str(found.holes[name]) != str(newest[name])]
        if stale:
            return _GUARDS[stale[0]]
        # A number is not its text.
        context.values = newest
        return flags if _same(sent, call, context) else 400

    def _echo_status(self, sent: _Sent, call: Call, context: Context) -> int:
        """Return 412 where an echoed group is an earlier version, else 400."""
        etag = sent.body.get("_etag") if isinstance(sent.body, dict) and call.copies else None
        if etag in self.etags[:-1] and context.answers["effective"].get("_etag") is not None:
            return 412
        return 400

    @staticmethod
    def _flags(call: Call, found: Found) -> dict[str, bool]:
        flags: dict[str, bool] = {}
        for which, tenants in found.lists.items():
            for tenant_id, flag in tenants.items():
                given = found.holes.get("flag") if flag is None else flag
                assumed = which == "added" or (which == "tenants" and call.name != "remove")
                flags[tenant_id] = assumed if given is None else bool(given)
        return flags

    def _change(self, call: Call, flags: dict[str, bool]) -> int:
        """Change the view. Return the status."""
        added = [tenant_id for tenant_id, there in flags.items() if there]
        removed = [tenant_id for tenant_id, there in flags.items() if not there]
        if any(tenant_id not in self.offered for tenant_id in added):
            return 400
        if call.name == "set":
            wanted = added
        else:
            if not flags or (call.most is not None and len(flags) > call.most):
                return 400
            if any(tenant_id in self.view for tenant_id in added) or any(each not in self.view for each in removed):
                return 409 if call.name != "remove" else 404
            wanted = [*(each for each in self.view if each not in removed), *added]
        self.view = {each: self.view.get(each) or self._now() for each in wanted}
        self.renew()
        return _OK

    def _now(self) -> str:
        return (
            f"2026-11-28T02:{self.rng.randrange(60):02d}:{self.rng.randrange(60):02d}.{self.rng.randrange(10**7):07d}Z"
        )


@dataclasses.dataclass(frozen=True)
class _Sent:
    """The parts of a request."""

    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: Json

    def read(self, call: Call) -> Found:
        """Return what the request names. Raises MismatchError, also where its parts name different tenants."""
        parts = [(Text(call.path), self.path), (call.body, self.body)]
        for name, template in call.query:
            if name not in self.query:
                raise MismatchError
            parts.append((template, self.query[name] if isinstance(template, Many) else self.query[name][0]))
        parts += [
            (template, self.headers[name.lower()]) for name, template in call.headers if name.lower() in self.headers
        ]
        found = Found()
        for template, value in parts:
            inner = Found()
            read(template, value, inner)
            for which, tenants in inner.lists.items():
                if found.lists.setdefault(which, tenants).keys() != tenants.keys():
                    raise MismatchError
            found.holes |= inner.holes
        return found


def _same(sent: _Sent, call: Call, context: Context) -> bool:
    """Return whether the page would have sent just this request, but for the order of lists."""
    query = {name: compose(template, context) for name, template in call.query}
    listed = {
        name: [str(each) for each in (value if isinstance(value, list) else [value])] for name, value in query.items()
    }
    if _plain(listed) != _plain(sent.query) or compose(Text(call.path), context) != sent.path:
        return False
    if any(sent.headers.get(name.lower()) != str(compose(template, context)) for name, template in call.headers):
        return False
    return call.body is NO_BODY or _plain(compose(call.body, context)) == _plain(sent.body)


def _plain(value: Json) -> Json:
    """Return a value in which the order of lists does not count, and true is not 1."""
    if isinstance(value, list):
        return sorted(json.dumps(_plain(each), sort_keys=True) for each in value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return json.dumps(value)


def _reads(template: Text, value: str) -> bool:
    try:
        read(template, value, Found())
    except MismatchError:
        return False
    return True


def _media(headers: Mapping[str, str], body: Json) -> str | None:
    """Return the type of the body. Who leaves it out sends JSON."""
    if body is None:
        return None
    return headers.get("content-type", "application/json").partition(";")[0].strip().lower()


def _parameters(query: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return found


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def guid(rng: random.Random) -> str:
    """Return a random GUID."""
    value = f"{rng.getrandbits(128):032x}"
    return f"{value[:8]}-{value[8:12]}-4{value[13:16]}-a{value[17:20]}-{value[20:]}"


def is_guid(text: str) -> bool:
    """Return whether a text is a GUID."""
    return re.fullmatch(GUID, text) is not None
