# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe recorded requests as a call of a contract: path, query, headers and body as templates. Pure."""

from __future__ import annotations

import dataclasses
import typing as t
from urllib.parse import quote, unquote

from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import is_multitenant
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import OWN_HEADERS, is_header_value
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.sample import (
    Sample,
    placeholders_of,
    tenants_in,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.template import Unexplained
from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import ID_LISTS

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import Write
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.template import TemplateFinder
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import TenantList

_JSON: t.Final = "application/json"
# What a browser adds by itself, and what this collection sends.
_BROWSER: t.Final = frozenset(
    "accept accept-charset accept-language cache-control dnt if-modified-since if-none-match origin pragma priority"
    " purpose referer save-data user-agent via".split()
)
_BROWSER_PREFIXES: t.Final = ("sec-", "x-forwarded-", "x-devtools-")
_JOINED: t.Final = "\0"
_LONGEST_NAME: t.Final = 60


@dataclasses.dataclass(frozen=True, slots=True)
class Described:
    """A request to be described: what it is about. `tenant_id` is set where the call is for one tenant."""

    write: Write
    lists: Mapping[TenantList, tuple[str, ...]]
    selected: frozenset[str]
    tenant_id: str | None = None

    def sample(self, number: int) -> Sample:
        """Return the request as a sample without a value."""
        values = self.write.values
        sample = Sample(None, values, self.lists, self.selected, placeholders_of(values), request=number)
        return sample if self.tenant_id is None else sample.about(None, self.tenant_id)


def call_of(requests: Sequence[Described], finder: TemplateFinder) -> dict[str, object]:
    """Return a call as a contract holds it, without `per` and `max_per_request`. Raises Unexplained."""
    rows = [request.write.exchange for request in requests]
    samples = [request.sample(number) for number, request in enumerate(requests)]
    forms = {row.body_form for row in rows}
    if forms - {"json", "none"} or len(forms) > 1:
        raise Unexplained("body", "is not JSON, or is missing from the recording")
    path, in_path = _path(samples, [row.path for row in rows], finder), False
    query = _query(samples, [row.query for row in rows], finder)
    # A parameter that is empty, or joins ids by commas, can only be written in the path.
    if any(not value or value.endswith(_JOINED) or not is_header_value(value) for value in query.values()):
        pairs = [f"{quote(name, safe='$')}={_escaped(value)}" for name, value in query.items()]
        path, in_path = f"{path}?{'&'.join(pairs)}", True
    headers = _headers(samples, [row.headers for row in rows], rows[0].path, finder)
    call: dict[str, object] = {"method": rows[0].method, "path": path}
    call |= {"query": query} if query and not in_path else {}
    call |= {"headers": headers} if headers else {}
    if forms == {"json"}:
        call["body"] = finder.value([sample.of(row.body) for sample, row in zip(samples, rows, strict=True)], "body")
    return call


def _path(samples: Sequence[Sample], paths: Sequence[str], finder: TemplateFinder) -> str:
    parts = [path.split("/") for path in paths]
    if len({len(part) for part in parts}) > 1:
        raise Unexplained("path", "differs in its form from request to request")
    segments = []
    for column in zip(*parts, strict=True):
        template = finder.text(
            [sample.of(unquote(text)) for sample, text in zip(samples, column, strict=True)], "path", joined=True
        )
        segments.append(_escaped(template))
    return "/".join(segments)


def _query(
    samples: Sequence[Sample], queries: Sequence[Sequence[tuple[str, str]]], finder: TemplateFinder
) -> dict[str, str]:
    """Return the template of each parameter. One that occurs several times is a list of ids."""
    template: dict[str, str] = {}
    id_lists = {f"${name}" for name in ID_LISTS}
    for name in dict.fromkeys(name for query in queries for name, _value in query):
        values = [[value for key, value in query if key == name] for query in queries]
        key = str(finder.literal(name, "query: a name"))
        place = f"query.{key}"
        if not all(values):
            raise Unexplained(place, "is in some of the requests only")
        if any(len(own) > 1 for own in values):
            several = finder.value([sample.of(own) for sample, own in zip(samples, values, strict=True)], place)
            if not isinstance(several, str) or several not in id_lists:
                raise Unexplained(place, "occurs several times and is not a list of tenant ids")
            template[key] = several
            continue
        one = finder.text([sample.of(own[0]) for sample, own in zip(samples, values, strict=True)], place, joined=True)
        # A parameter for each id, unless a request joins several.
        joined = one in id_lists and any("," in own[0] for own in values)
        template[key] = f"{one}{_JOINED}" if joined else one
    return template


def _escaped(template: str) -> str:
    """Return a template for an address: its literal parts quoted, its placeholders as they are."""
    return quote(template.removesuffix(_JOINED), safe="$:@!'()*+,;=~._-")


def _headers(
    samples: Sequence[Sample], rows: Sequence[Mapping[str, str]], path: str, finder: TemplateFinder
) -> dict[str, str]:
    """Return the headers that matter. One that changes without an answer's reason, as the id of a request, does not."""
    template: dict[str, str] = {}
    for name in dict.fromkeys(name for row in rows for name in row if not _is_left_out(name, row[name], path)):
        values = [row.get(name) for row in rows]
        value = _header(name, values, samples, finder)
        if value and is_header_value(value):
            template["Content-Type" if name == "content-type" else name] = value
    return template


def _header(name: str, values: Sequence[str | None], samples: Sequence[Sample], finder: TemplateFinder) -> str | None:
    """Return the template of a header, None where it is left out. Raises Unexplained for one that guards the write."""
    why = "only some of the requests have it"
    if None not in values:
        try:
            value = finder.text(
                [sample.of(own) for sample, own in zip(samples, values, strict=True)], f"headers.{name}"
            )
        except Unexplained as error:
            if any(tenants_in(own, sample.values.rows) for sample, own in zip(samples, values, strict=True)):
                raise
            why = error.why
        else:
            # A recorded condition would hold, or fail, for ever.
            if "$" in value or not name.startswith("if-") or value == "*":
                return value
            why = "is a condition that no answer of the portal gives"
    if name.startswith("if-") or _follows_change(values):
        raise Unexplained(f"headers.{name}", why)
    finder.notes.append(f"A header is left out ({_shown(name)}): {why}.")
    return None


def _follows_change(values: Sequence[str | None]) -> bool:
    """Return whether a header differs from request to request in words: the id of a request has digits."""
    given = {value for value in values if value is not None}
    worded = all(value.isascii() and not any(map(str.isdigit, value)) for value in given)
    return worded and (len(given) > 1 or None in values)


def _shown(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else "its name is long"


def _is_left_out(name: str, value: str, path: str) -> bool:
    return (
        name in OWN_HEADERS
        or name in _BROWSER
        or name.startswith(_BROWSER_PREFIXES)
        or (name == "mtoproxyurl" and is_multitenant(path))
        or (name == "content-type" and value.lower() == _JSON)
    )
