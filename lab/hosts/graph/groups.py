# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups."""

from __future__ import annotations

import typing as t

from lab.hosts.graph.collection import Resource, collection, entity
from lab.hosts.graph.errors import not_found
from lab.hosts.graph.filtering import rules

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Answer, Request

_GROUPS: t.Final = Resource(
    "group",
    "groups",
    directory=True,
    rules=rules(id="eq in", displayName="eq ne in startswith", securityEnabled="eq", mailEnabled="eq"),
)


def list_groups(request: Request) -> Answer:
    """GET /groups"""
    rows = sorted(request.directory.groups.values(), key=lambda group: str(group["id"]))
    return collection(request, _GROUPS, rows)


def get_group(request: Request) -> Answer:
    """GET /groups/{id}"""
    group = request.directory.groups.get(request.keys["id"].lower())
    if group is None:
        raise not_found(request.keys["id"])
    return entity(request, _GROUPS, group)
