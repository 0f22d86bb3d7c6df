# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the lab's settings page writes, in seven shapes. All are the lab's own invention: Microsoft's is not public.

Each shape is as strict as a portal could be: what its page does not send is refused.
"""

from __future__ import annotations

import json
import typing as t

from aiohttp import web

from lab.hosts.portal.errors import PortalError

if t.TYPE_CHECKING:
    from lab.hosts.portal.state import PersonalView, PortalSession, PortalState

MOST_IN_QUERY: t.Final = 3
MOST_CHANGES: t.Final = 2
_ROW: t.Final = {"tenantId", "name", "tenantAadEnvironment"}
_PLACE: t.Final = "/lab/view"

Json = t.Any
Handler = t.Callable[[web.Request, "PortalSession"], t.Awaitable[list[str]]]
Group = t.Callable[["PersonalView"], dict[str, Json]]


class Writes:
    """The write requests. A handler checks a request and returns the list of tenants that it asks for."""

    def __init__(self, portal: PortalState, group: Group) -> None:
        self._portal = portal
        self._group = group

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Return method, path and handler of the requests in this world's shape."""
        shapes: dict[str, list[tuple[str, str, Handler]]] = {
            "replace": [("PUT", _PLACE, self.replace)],
            "per_tenant": [
                ("POST", f"{_PLACE}/{{tenant_id}}", self.add_one),
                ("DELETE", f"{_PLACE}/{{tenant_id}}", self.remove_one),
            ],
            "echo": [("PUT", f"{_PLACE}/group", self.echo)],
            "query": [
                ("POST", f"{_PLACE}/tenants", self.add_by_query),
                ("DELETE", f"{_PLACE}/tenants", self.remove_by_query),
            ],
            "difference": [("PATCH", f"{_PLACE}/changes", self.difference)],
            "flags": [("PUT", f"{_PLACE}/selection", self.flags)],
            "keys": [("PATCH", f"{_PLACE}/members", self.keys)],
        }
        return shapes[self._portal.settings.write_shape]

    async def replace(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read the full list, if the client has read its newest version."""
        view = self._portal.view_of(session.person)
        rows = _rows(_object(await _json(request), {"tenants"})["tenants"], _ROW)
        wanted = [self._known(row["tenantId"], session) for row in rows]
        _match(request.headers.get("If-Match"), view)
        return _unique(wanted)

    async def add_one(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read one tenant, named by path and body."""
        tenant_id = self._known(request.match_info["tenant_id"], session)
        body = _object(await _json(request), {"tenantId"})
        if str(body["tenantId"]).lower() != tenant_id:
            raise PortalError(400, "The body has to name the same tenant as the path.")
        return [*self._portal.view_of(session.person).added, tenant_id]

    async def remove_one(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read the one tenant that is to go, named by the path."""
        return self._without([request.match_info["tenant_id"]], session)

    async def echo(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read the whole group as it was answered, with other tenants in it. New rows have no `addedOn` yet."""
        view = self._portal.view_of(session.person)
        group = self._group(view)
        body = _object(await _json(request), set(group))
        _match(body["_etag"], view)
        same = [key for key in group if key != "exposedTargetTenantsInfo" and body[key] != group[key]]
        if same:
            raise PortalError(400, f"{same[0]} cannot be changed.")
        there = {row["tenantId"]: row["addedOn"] for row in group["exposedTargetTenantsInfo"]}
        wanted = []
        for row in _rows(body["exposedTargetTenantsInfo"], _ROW, optional={"addedOn"}):
            wanted.append(self._known(row["tenantId"], session))
            if row.get("addedOn") != there.get(wanted[-1]) or ("addedOn" in row) != (wanted[-1] in there):
                raise PortalError(400, "addedOn cannot be changed.")
        return _unique(wanted)

    async def add_by_query(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read the tenants in the query, a few at most."""
        ids = [self._known(sent, session) for sent in _query_ids(request)]
        return _unique([*self._portal.view_of(session.person).added, *ids])

    async def remove_by_query(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read the tenants in the query that are to go, a few at most."""
        return self._without(_query_ids(request), session)

    async def difference(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read both lists, few changes at most, if the client has read the newest version."""
        view = self._portal.view_of(session.person)
        body = _object(await _json(request), {"added", "removed"})
        added = [self._known(row["tenantId"], session) for row in _rows(body["added"], {"tenantId", "name"})]
        removed = body["removed"]
        if not isinstance(removed, list) or not 0 < len(added) + len(removed) <= MOST_CHANGES:
            raise PortalError(400, f"One request can hold at most {MOST_CHANGES} changes.")
        _match(request.headers.get("If-Match"), view)
        return _unique([*self._without(removed, session), *added])

    async def flags(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read every tenant that the picker shows, each with a flag."""
        rows = _rows(_object(await _json(request), {"tenants"})["tenants"], {"tenantId", "selected"})
        ids = _unique([self._known(row["tenantId"], session) for row in rows])
        shown = self._portal.shown_to(session.person)
        if {*ids} != {*shown} or not all(isinstance(row["selected"], bool) for row in rows):
            raise PortalError(400, "The body has to hold every tenant of the list, selected or not.")
        return [tenant_id for tenant_id, row in zip(ids, rows, strict=True) if row["selected"]]

    async def keys(self, request: web.Request, session: PortalSession) -> list[str]:
        """Read a dictionary by tenant id of what changes."""
        members = _object(await _json(request), {"members"})["members"]
        if not isinstance(members, dict) or not members:
            raise PortalError(400, "The body has to hold the dictionary `members`.")
        selected = {self._known(key, session): _object(row, {"selected"})["selected"] for key, row in members.items()}
        if not all(isinstance(flag, bool) for flag in selected.values()):
            raise PortalError(400, "selected has to be true or false.")
        kept = [each for each in self._portal.view_of(session.person).added if selected.get(each) is not False]
        return list(dict.fromkeys([*kept, *(each for each, flag in selected.items() if flag)]))

    def _known(self, sent: object, session: PortalSession) -> str:
        tenant_id = str(sent or "").lower()
        if tenant_id not in self._portal.shown_to(session.person):
            raise PortalError(400, "The tenant is not one that you can add.")
        return tenant_id

    def _without(self, sent: t.Iterable[object], session: PortalSession) -> list[str]:
        gone = [str(each).lower() for each in sent]
        added = self._portal.view_of(session.person).added
        if not {*gone} <= {*added}:
            raise PortalError(404, "The tenant is not in the view.")
        return [each for each in added if each not in gone]


def _match(etag: object, view: PersonalView) -> None:
    if etag is None:
        raise PortalError(428, "The version of the group is missing.")
    if etag != view.etag:
        raise PortalError(412, "The tenant group was changed in the meantime.")


def _query_ids(request: web.Request) -> list[str]:
    ids = request.query.getall("id", [])
    if {*request.query} != {"id"} or not 0 < len(ids) <= MOST_IN_QUERY:
        raise PortalError(400, f"The query has to hold 1 to {MOST_IN_QUERY} ids.")
    return _unique(ids)


def _unique(ids: list[str]) -> list[str]:
    if len({*ids}) < len(ids):
        raise PortalError(400, "A tenant occurs twice.")
    return ids


def _object(value: Json, keys: set[str]) -> dict[str, Json]:
    if not isinstance(value, dict) or {*value} != keys:
        raise PortalError(400, f"A dictionary with {', '.join(sorted(keys))} and no other key is needed.")
    return value


def _rows(value: Json, keys: set[str], optional: t.AbstractSet[str] = frozenset()) -> list[dict[str, Json]]:
    if not isinstance(value, list) or not all(
        isinstance(row, dict) and keys <= {*row} <= keys | optional for row in value
    ):
        raise PortalError(400, f"A list of dictionaries with {', '.join(sorted(keys))} is needed.")
    return value


async def _json(request: web.Request) -> Json:
    if request.content_type != "application/json":
        raise PortalError(415, "The content type has to be application/json.")
    try:
        return await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise PortalError(400, "The body is not JSON.") from None
