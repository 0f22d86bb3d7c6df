# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the write shapes share: the request with what it is checked against, and the checks of bodies and queries."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from lab.hosts.portal.errors import PortalError

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from aiohttp import web

    from lab.hosts.portal.state import PersonalView

PLACE: t.Final = "/lab/view"
ROW: t.Final = {"tenantId", "name", "tenantAadEnvironment"}

Json = t.Any


@dataclasses.dataclass(frozen=True, slots=True)
class Write:
    """A write request of a person, and what it is checked against: the portal's answers as they read now.

    `shown` are the ids in the picker, `user_id` is the person's.
    """

    request: web.Request
    view: PersonalView
    user_id: str
    group: Mapping[str, Json]
    picker: Mapping[str, Json]
    shown: tuple[str, ...]

    def known(self, sent: object) -> str:
        """Return the id of a tenant that the person can add or has in the view. Raises PortalError."""
        tenant_id = str(sent or "").lower()
        if tenant_id not in self.shown:
            raise PortalError(400, "The tenant is not one that you can add.")
        return tenant_id

    def id_list(self, sent: Json) -> list[str]:
        """Return a list of ids, each of a known tenant. Raises PortalError."""
        if not isinstance(sent, list) or not all(isinstance(each, str) for each in sent):
            raise PortalError(400, "A list of ids is needed.")
        return unique([self.known(each) for each in sent])

    def with_added(self, sent: Iterable[object]) -> list[str]:
        """Return the view with more tenants in it. Raises PortalError."""
        return unique([*self.view.added, *(self.known(each) for each in sent)])

    def without(self, sent: Iterable[object]) -> list[str]:
        """Return the view without these tenants. Raises PortalError."""
        gone = [str(each).lower() for each in sent]
        if not {*gone} <= {*self.view.added}:
            raise PortalError(404, "The tenant is not in the view.")
        return [each for each in self.view.added if each not in gone]

    def match(self, etag: object) -> None:
        """Refuse another version of the group than the newest. Raises PortalError."""
        if etag is None:
            raise PortalError(428, "The version of the group is missing.")
        if etag != self.view.etag:
            raise PortalError(412, "The tenant group was changed in the meantime.")

    async def json(self, content_type: str = "application/json") -> Json:
        """Return the body. Raises PortalError."""
        if self.request.content_type != content_type:
            raise PortalError(415, f"The content type has to be {content_type}.")
        try:
            return await self.request.json()
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise PortalError(400, "The body is not JSON.") from None

    def no_body(self) -> None:
        """Refuse a body. Raises PortalError."""
        if self.request.can_read_body:
            raise PortalError(400, "This request has no body.")

    def query(self, *names: str) -> dict[str, str]:
        """Return the parameters of the query: these, each once. Raises PortalError."""
        if sorted(name for name, _value in self.request.query.items()) != sorted(names):
            raise PortalError(400, f"The query has to hold {' and '.join(names)} and nothing else.")
        return dict(self.request.query)


Handler = t.Callable[[Write], t.Awaitable[list[str]]]


@dataclasses.dataclass(frozen=True, slots=True)
class Shape:
    """A way to write: the requests (method, path, handler), and `save(add, remove)` of the page in JavaScript.

    A handler returns the tenants that are to be in the view. `whole`: what a request does not name is removed.
    """

    requests: tuple[tuple[str, str, Handler], ...]
    script: str
    whole: bool = False


def unique(ids: list[str]) -> list[str]:
    """Return the ids. Raises PortalError where one occurs twice."""
    if len({*ids}) < len(ids):
        raise PortalError(400, "A tenant occurs twice.")
    return ids


def fields(value: Json, keys: AbstractSet[str]) -> dict[str, Json]:
    """Return a dictionary that has these keys. Raises PortalError."""
    if not isinstance(value, dict) or {*value} != keys:
        raise PortalError(400, f"A dictionary with {', '.join(sorted(keys))} and no other key is needed.")
    return value


def rows(value: Json, keys: AbstractSet[str], optional: AbstractSet[str] = frozenset()) -> list[dict[str, Json]]:
    """Return a list of dictionaries that have these keys. Raises PortalError."""
    if not isinstance(value, list) or not all(
        isinstance(row, dict) and keys <= {*row} <= keys | optional for row in value
    ):
        raise PortalError(400, f"A list of dictionaries with {', '.join(sorted(keys))} is needed.")
    return value


def flag(value: Json) -> bool:
    """Return true or false. Raises PortalError."""
    if not isinstance(value, bool):
        raise PortalError(400, "selected has to be true or false.")
    return value
