# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a portal can write: a wide grammar of requests, from which a seed draws one."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from recordings.templates import Copy, Hole, Joined, Json, Keyed, Many, Text, nodes

if t.TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from recordings.templates import Which

CallName = t.Literal["set", "change", "add", "remove", "toggle"]
# Stands for a request without a body: null is one.
NO_BODY: t.Final = object()
# Headers that differ from request to request; no portal can demand a value.
VOLATILE: t.Final = {
    "x-correlation-id": "guid",
    "client-request-id": "guid",
    "x-ms-client-timestamp": "time",
    "x-client-sequence": "number",
}
_GUARDS: t.Final = ("etag", "etag_bare", "version")


@dataclasses.dataclass(frozen=True)
class Call:
    """A kind of request. `most`: so many tenants in each at most."""

    name: CallName
    method: str
    path: str
    body: Json = NO_BODY
    query: tuple[tuple[str, Json], ...] = ()
    headers: tuple[tuple[str, Json], ...] = ()
    per_tenant: bool = False
    most: int | None = None
    content_type: str = "application/json"

    @functools.cached_property
    def holes(self) -> set[str]:
        """The names of everything that it is filled with."""
        parts = [self.body, *(value for _name, value in (*self.query, *self.headers)), Text(self.path)]
        found = {node.name for part in parts for node in nodes(part) if isinstance(node, Hole)}
        texts = [node.pattern for part in parts for node in nodes(part) if isinstance(node, Text)]
        return found | {name for name in _NAMES if any(f"{{{name}}}" in text for text in texts)}

    @functools.cached_property
    def copies(self) -> bool:
        """Whether it echoes a whole answer."""
        parts = [node for node in nodes(self.body) if isinstance(node, Copy) and node.answer != "row"]
        return bool(parts)


_NAMES: t.Final = ("tenant_id", "ids", "group_id", "user_id", "home_id", *_GUARDS)


@dataclasses.dataclass(frozen=True)
class Shape:
    """How a portal writes, and what of its answers that needs. `family` says which part of the grammar it is of."""

    family: str
    calls: tuple[Call, ...]
    etag_in: t.Literal["body", "header"] = "body"
    user_id_in: t.Literal["group", "session"] = "group"
    group_id_in: t.Literal["effective", "groups"] = "effective"
    volatile: tuple[str, ...] = ()
    answer: t.Literal["group", "empty", "ok"] = "group"
    joined_raw: bool = True

    @functools.cached_property
    def holes(self) -> set[str]:
        """The names of everything that its calls are filled with."""
        return set().union(*(call.holes for call in self.calls))

    @functools.cached_property
    def guard(self) -> str | None:
        """The value that has to be the newest, if there is one. An echoed group holds its etag."""
        if any(call.copies and "effective" in _answers(call) for call in self.calls):
            return "etag"
        return next((name for name in _GUARDS if name in self.holes), None)


def _answers(call: Call) -> set[str]:
    return {node.answer for node in nodes(call.body) if isinstance(node, Copy)}


def draw_shape(rng: random.Random) -> Shape:
    """Draw a shape."""
    family = rng.choice(sorted(_FAMILIES))
    draw = _Draw(rng)
    calls = _FAMILIES[family](draw)
    return Shape(
        family=family,
        calls=tuple(draw.finished(call) for call in calls),
        etag_in="body" if "copy" in family else rng.choice(("body", "body", "body", "header")),
        user_id_in=rng.choice(("group", "session")),
        group_id_in=rng.choice(("effective", "effective", "groups")),
        volatile=tuple(sorted(rng.sample(sorted(VOLATILE), rng.choice((0, 0, 1, 2))))),
        answer=rng.choice(("group", "empty", "ok")),
        joined_raw=rng.random() < 0.5,
    )


class _Draw:
    """The random choices of a shape: those that its calls share are made once."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.base = self._base()
        self._guard = rng.choice((None, None, "etag", "etag", "etag_bare", "version"))
        self._guard_in = rng.choice(("header", "body", "query"))
        self._guard_key = rng.choice(("etag", "_etag", "version", "groupVersion"))
        pool = [("x-ms-client-feature", "mto-settings"), ("m-package", "tenants"), ("x-api-version", "2.0")]
        self._headers = tuple(rng.sample(pool, rng.choice((0, 0, 0, 1, 2))))
        self._query = rng.choice(((), (), (("api-version", "1.0"),)))

    def _base(self) -> str:
        places = (
            "tenants",
            "tenantGroups/{group_id}/tenants",
            "users/{user_id}/tenants",
            "{home_id}/view",
            "v2/members",
        )
        place = self.rng.choice(places)
        start = self.rng.choice(("mtoapi", "mtoapi", "mtoapi", "mtp/mtoSettings"))
        return f"/apiproxy/{start}/{place}"

    def item(self, *, whole: bool = False, flag: bool = False, plain: bool = True) -> Json:
        """Draw how a tenant of a list looks."""
        rng = self.rng
        if plain and not flag and rng.random() < 0.4:
            return Hole("tenant_id")
        fields: list[tuple[str, Json]] = [
            (rng.choice(("tenantId", "tenantId", "id", "targetTenantId")), Hole("tenant_id"))
        ]
        if rng.random() < 0.6:
            fields.append((rng.choice(("name", "displayName")), Hole("row.name")))
        if rng.random() < 0.4:
            fields.append((rng.choice(("tenantAadEnvironment", "environment")), Hole("row.tenantAadEnvironment")))
        if whole and rng.random() < 0.3:
            fields.append(("addedOn", Hole("row.addedOn")))
        if flag:
            fields.append((rng.choice(("selected", "isSelected", "enabled")), Hole("flag")))
        fields += rng.sample([("kind", "target"), ("origin", "picker"), ("hidden", False)], rng.choice((0, 0, 1)))
        rng.shuffle(fields)
        return dict(fields)

    def wrapped(self, node: Json, constants: Mapping[str, Json] | None = None) -> Json:
        """Draw what stands around a list."""
        rng = self.rng
        constants = constants or dict(
            rng.sample([("source", "settings"), ("silent", False), ("schema", 3)], rng.choice((0, 0, 1)))
        )
        if isinstance(node, Many | Joined) and not constants and rng.random() < 0.3:
            return node
        key = rng.choice(("tenants", "tenantIds", "members", "exposedTargetTenantsInfo"))
        inner: Json = {key: node} if not isinstance(node, dict) else node
        if rng.random() < 0.25:
            inner = {rng.choice(("group", "payload", "value")): inner}
        pairs = [*inner.items(), *constants.items()]
        rng.shuffle(pairs)
        return dict(pairs)

    def most(self) -> int | None:
        """Draw how many tenants a request can be about."""
        return self.rng.choice((None, None, 1, 2, 2, 20))

    def finished(self, call: Call) -> Call:
        """Add the guard, the constant headers and the constant parameter."""
        headers, query, body = [*call.headers, *self._headers], [*call.query, *self._query], call.body
        if self._guard and not call.copies:
            if self._guard_in == "body" and isinstance(body, dict):
                body = {**body, self._guard_key: Hole(self._guard)}
            elif self._guard_in == "query":
                query.append((self._guard_key, Hole(self._guard)))
            else:
                headers.append(("If-Match", Hole(self._guard)))
        return dataclasses.replace(call, headers=tuple(headers), query=tuple(query), body=body)


def _whole(draw: _Draw) -> list[Call]:
    """The full list in a body."""
    body = draw.wrapped(Many("tenants", draw.item(whole=True)))
    return [Call("set", draw.rng.choice(("PUT", "POST", "PATCH")), draw.base, body)]


def _whole_keyed(draw: _Draw) -> list[Call]:
    """The full list as the keys of a dictionary."""
    value = draw.rng.choice((True, {"selected": True}, {"name": Hole("row.name")}))
    return [Call("set", "PUT", draw.base, {"members": Keyed("tenants", value)})]


def _flags(draw: _Draw) -> list[Call]:
    """A flag for every tenant that is offered."""
    if draw.rng.random() < 0.3:
        value = draw.rng.choice((Hole("flag"), {"selected": Hole("flag")}))
        return [Call("set", "PUT", draw.base, {"selection": Keyed("offered", value)})]
    return [
        Call("set", draw.rng.choice(("PUT", "POST")), draw.base, draw.wrapped(Many("offered", draw.item(flag=True))))
    ]


def _copy_group(draw: _Draw) -> list[Call]:
    """The whole group echoed with another list in it."""
    item = draw.rng.choice(
        (
            {
                "tenantId": Hole("tenant_id"),
                "name": Hole("row.name"),
                "tenantAadEnvironment": Hole("row.tenantAadEnvironment"),
            },
            {
                "name": Hole("row.name"),
                "tenantId": Hole("tenant_id"),
                "tenantAadEnvironment": Hole("row.tenantAadEnvironment"),
                "addedOn": Hole("row.addedOn"),
            },
        )
    )
    return [Call("set", "PUT", draw.base, Copy("effective", {"exposedTargetTenantsInfo": Many("tenants", item)}))]


def _copy_picker(draw: _Draw) -> list[Call]:
    """The whole picker echoed with another `selected` in its rows."""
    rows = Many("offered", Copy("row", {"selected": Hole("flag")}))
    body: Json = draw.rng.choice((Copy("picker", {"tenantInfoList": rows}), {"tenantInfoList": rows}))
    return [Call("set", draw.rng.choice(("PUT", "POST")), draw.base, body)]


def _change(draw: _Draw) -> list[Call]:
    """Both lists in a body."""
    rng = draw.rng
    added, removed = rng.choice((("added", "removed"), ("add", "remove"), ("tenantsToAdd", "tenantsToRemove")))
    lists = {added: Many("added", draw.item()), removed: Many("removed", draw.item())}
    return [Call("change", rng.choice(("PATCH", "POST", "PUT")), draw.base, draw.wrapped(lists), most=draw.most())]


def _change_keyed(draw: _Draw) -> list[Call]:
    """A dictionary by tenant id of what changes."""
    value = draw.rng.choice((Hole("flag"), {"selected": Hole("flag")}))
    return [Call("change", "PATCH", draw.base, {"members": Keyed("tenants", value)}, most=draw.most())]


def _change_flags(draw: _Draw) -> list[Call]:
    """A list of what changes, each with a flag."""
    body = draw.wrapped(Many("tenants", draw.item(flag=True)))
    return [Call("change", draw.rng.choice(("PATCH", "POST")), draw.base, body, most=draw.most())]


def _patch(draw: _Draw) -> list[Call]:
    """A list of operations."""
    place = draw.rng.choice(("/exposedTargetTenantsInfo", "/members"))
    value = draw.item()
    body = Joined(
        (
            Many("removed", {"op": "remove", "path": Text(f"{place}/{{tenant_id}}")}),
            Many("added", {"op": "add", "path": f"{place}/-", "value": value}),
        )
    )
    kind = draw.rng.choice(("application/json", "application/json-patch+json"))
    return [Call("change", "PATCH", draw.base, body, content_type=kind, most=draw.most())]


def _split(draw: _Draw) -> list[Call]:
    """Two requests, each with the list in its body."""
    rng, most, item = draw.rng, draw.most(), draw.item()
    node = Many("tenants", item)
    if rng.random() < 0.4:
        key = rng.choice(("action", "operation"))
        method = rng.choice(("POST", "PATCH"))
        body = draw.wrapped(node, {key: "add"})
        other = {name: "remove" if name == key else value for name, value in body.items()}
        return [Call("add", method, draw.base, body, most=most), Call("remove", method, draw.base, other, most=most)]
    body = draw.wrapped(node)
    if rng.random() < 0.5:
        return [
            Call("add", "POST", f"{draw.base}/add", body, most=most),
            Call("remove", "POST", f"{draw.base}/remove", body, most=most),
        ]
    return [Call("add", "POST", draw.base, body, most=most), Call("remove", "DELETE", draw.base, body, most=most)]


def _in_query(draw: _Draw) -> list[Call]:
    """Two requests with the ids in the query."""
    rng, most = draw.rng, draw.most()
    node = rng.choice((Many("tenants", Hole("tenant_id")), Hole("ids")))
    query = ((rng.choice(("id", "ids", "tenantIds")), node),)
    body: Json = rng.choice((NO_BODY, NO_BODY, {}))
    return [
        Call("add", rng.choice(("POST", "PUT")), draw.base, body, query=query, most=most),
        Call("remove", "DELETE", draw.base, query=query, most=most),
    ]


def _in_path(draw: _Draw) -> list[Call]:
    """Two requests with the ids in the path, joined by commas."""
    most = draw.most()
    path = f"{draw.base}/{{ids}}"
    return [Call("add", "PUT", path, {}, most=most), Call("remove", "DELETE", path, most=most)]


def _per_tenant(draw: _Draw) -> list[Call]:
    """A request for each tenant, named by the path, or by the body, or by both."""
    rng = draw.rng
    body: Json = rng.choice((NO_BODY, {}, draw.item(plain=False), {"tenantId": Hole("tenant_id")}))
    if isinstance(body, dict) and body and rng.random() < 0.4:
        return [
            Call("add", "POST", f"{draw.base}/add", body, per_tenant=True),
            Call("remove", "POST", f"{draw.base}/remove", body, per_tenant=True),
        ]
    path = f"{draw.base}/{{tenant_id}}"
    return [
        Call("add", rng.choice(("POST", "PUT")), path, body, per_tenant=True),
        Call("remove", "DELETE", path, per_tenant=True),
    ]


def _toggle(draw: _Draw) -> list[Call]:
    """A request for each tenant with a flag."""
    rng = draw.rng
    flag = rng.choice(("selected", "enabled"))
    if rng.random() < 0.5:
        path = f"{draw.base}/{{tenant_id}}"
        return [Call("toggle", rng.choice(("PUT", "PATCH")), path, {flag: Hole("flag")}, per_tenant=True)]
    return [Call("toggle", "PATCH", draw.base, draw.item(flag=True), per_tenant=True)]


_FAMILIES: t.Final[dict[str, Callable[[_Draw], list[Call]]]] = {
    "whole": _whole,
    "whole_keyed": _whole_keyed,
    "flags": _flags,
    "copy_group": _copy_group,
    "copy_picker": _copy_picker,
    "change": _change,
    "change_keyed": _change_keyed,
    "change_flags": _change_flags,
    "patch": _patch,
    "split": _split,
    "in_query": _in_query,
    "in_path": _in_path,
    "per_tenant": _per_tenant,
    "toggle": _toggle,
}
FAMILIES: t.Final = tuple(_FAMILIES)


def list_of(call: Call) -> Which:
    """Return the list that a call of this name is about."""
    return (
        "offered" if any(isinstance(n, Many | Keyed) and n.which == "offered" for n in nodes(call.body)) else "tenants"
    )
