# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shape of answers: `$select`, `$filter`, `$count`, pages with `@odata.nextLink`, the context annotation."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import typing as t
import urllib.parse

from lab.data import schema
from lab.hosts.graph.errors import GraphError, bad_request, unsupported_query
from lab.hosts.graph.filtering import Filter, Rules, make_filter, required_paths
from lab.hosts.graph.message import Answer, Request

if t.TYPE_CHECKING:
    from lab.state.directory import Entity

_NEEDS_INDEX: t.Final = (
    "Request with $filter, $count or a cast like this one needs the header ConsistencyLevel with the value eventual"
    " and $count=true."
)


NO_RULES: t.Final = Rules({})


@dataclasses.dataclass(frozen=True, slots=True)
class Resource:
    """The CSDL type, the context, the default properties and the page sizes of a resource.

    `directory` resources answer `$count` only with ConsistencyLevel; `indexed` ones answer nothing without it.
    `variants` are the types in a collection of mixed objects: each row has the properties of its own type.
    """

    type_name: str
    context: str
    service: str = ""
    defaults: tuple[str, ...] = ()
    rules: Rules = NO_RULES
    default_page: int = 100
    max_page: int = 999
    directory: bool = False
    indexed: bool = False
    variants: tuple[str, ...] = ()


def collection(request: Request, resource: Resource, rows: t.Sequence[Entity]) -> Answer:
    """Return a page of rows. Raises GraphError for options that do not fit."""
    kept, advanced = _filtered(request, resource, rows)
    _check_index(request, resource, advanced)
    size = _page_size(request, resource)
    start = _start(request)
    names = _selection(request, resource)
    body: dict[str, t.Any] = {"@odata.context": _context(request, resource, "")}
    if request.options.count and (request.eventual or not resource.directory):
        body["@odata.count"] = len(kept)
    if start + size < len(kept):
        body["@odata.nextLink"] = _next_link(request, start + size)
    body["value"] = [project(row, resource, names) for row in kept[start : start + size]]
    return Answer(body)


def entity(request: Request, resource: Resource, row: Entity, suffix: str = "/$entity") -> Answer:
    """Return a single object."""
    names = _selection(request, resource)
    return Answer({"@odata.context": _context(request, resource, suffix), **project(row, resource, names)})


def _filtered(request: Request, resource: Resource, rows: t.Sequence[Entity]) -> tuple[t.Sequence[Entity], bool]:
    text = request.options.filter
    if resource.rules.required and not resource.rules.required & required_paths(text):
        wanted = " or ".join(sorted(resource.rules.required))
        raise GraphError(400, "Request_BadRequest", f"The request needs a $filter on {wanted}.")
    if text is None:
        return rows, False
    checked: Filter = make_filter(text, resource.type_name, resource.rules)
    return checked.keep(rows), checked.advanced


def _check_index(request: Request, resource: Resource, advanced: bool) -> None:
    if (advanced or resource.indexed) and not (request.eventual and request.options.count):
        raise unsupported_query(_NEEDS_INDEX)


def _page_size(request: Request, resource: Resource) -> int:
    top = request.options.top
    if top is None:
        return resource.default_page
    if not 1 <= top <= resource.max_page:
        message = f"Invalid page size specified: '{top}'. Must be between 1 and {resource.max_page} inclusive."
        raise GraphError(400, "Request_BadRequest", message)
    return top


def _selection(request: Request, resource: Resource) -> tuple[str, ...]:
    """Return the selected properties in the spelling of the CSDL; empty for the default set."""
    if not request.options.selected:
        return ()
    types = (resource.type_name, *resource.variants)
    known = {name.lower(): name for type_name in types for name in schema.properties(type_name)}
    for name in request.options.select:
        if name.lower() not in known:
            raise bad_request(
                f"Parsing OData Select and Expand failed: Could not find a property named '{name}' on type"
                f" 'microsoft.graph.{resource.type_name}'."
            )
    return tuple(known[name.lower()] for name in request.options.select)


def project(row: Entity, resource: Resource, names: t.Sequence[str]) -> Entity:
    """Return a row with the selected properties or the default set; unset ones are null or empty. Annotations stay."""
    notes = {name: value for name, value in row.items() if name.startswith("@")}
    if not names and not resource.defaults:
        return dict(row)
    types = schema.properties(_type_of(row, resource))
    wanted = [name for name in names or resource.defaults if name in types]
    return notes | {name: row.get(name, schema.empty(types[name])) for name in wanted}


def blank(value: object) -> list[object] | None:
    """Return the value of a property that the caller may not see."""
    return [] if isinstance(value, list) else None


def _type_of(row: Entity, resource: Resource) -> str:
    return str(row["@odata.type"]).rpartition(".")[2] if resource.variants else resource.type_name


def _context(request: Request, resource: Resource, suffix: str) -> str:
    selected = ",".join(request.options.select) if request.options.selected else ""
    names = f"({selected})" if selected else ""
    return f"{request.root(resource.service)}/$metadata#{resource.context}{names}{suffix}"


def _fingerprint(request: Request) -> str:
    """Return the fingerprint of a query: a page token is valid only for the query that it was made for."""
    options = request.options
    text = json.dumps([request.target.path, options.filter, options.select, request.caller.tenant_id])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _next_link(request: Request, start: int) -> str:
    data = json.dumps({"start": start, "query": _fingerprint(request)})
    token = base64.urlsafe_b64encode(data.encode()).decode()
    pairs = [pair for pair in request.options.pairs if pair[0].lower() != "$skiptoken"]
    query = urllib.parse.urlencode([*pairs, ("$skiptoken", token)], quote_via=urllib.parse.quote, safe="$,'()/")
    return f"{request.root()}{request.target.path}?{query}"


def _start(request: Request) -> int:
    """Return where the page starts. A page token already includes `$skip`."""
    token = request.options.skiptoken
    if token is None:
        return request.options.skip
    try:
        data = json.loads(base64.urlsafe_b64decode(token.encode()))
        start, query = int(data["start"]), data["query"]
    except (ValueError, KeyError, TypeError):
        start, query = 0, None
    if query != _fingerprint(request):
        message = "The specified page token value has expired and can no longer be included in your request."
        raise GraphError(400, "Directory_ExpiredPageToken", message)
    return start
