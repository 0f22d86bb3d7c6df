# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal contract: how the portal's own page changes the view, as the user recorded it in their browser.

Microsoft publishes no such request, and nobody else has, so none is built in: a small YAML file describes it. The file
is data. It is filled from the portal's own answers, and what is made of it goes to the portal's own host alone. A
contract that cannot say which tenants it means is refused here, before anything is read or sent.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import unquote

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.forms import misfit
from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._core.strict_yaml import load_strict
from ansible_collections.m365.defender.plugins.module_utils._view.contract.answer_form import AnswerForm, parse_form
from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import (
    OPTIONAL,
    PLACEHOLDER,
    TemplateRules,
    TenantList,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import strings_in

if t.TYPE_CHECKING:
    from collections.abc import Mapping

Scope = t.Literal["list", "tenant"]
CallName = t.Literal["set", "change", "add", "remove"]

# Placeholders with what the portal answered and a write may change.
_ECHOES: t.Final = frozenset({"effective", "picker", "group", "effective_etag", "effective_version"})
_CALLS: t.Final[tuple[CallName, ...]] = ("set", "change", "add", "remove")


class _Needs(t.NamedTuple):
    """The lists of tenants that a call has, and what its templates have to name: one of these groups, in words."""

    lists: tuple[TenantList, ...]
    groups: tuple[set[str], ...]
    words: str


_TENANTS: t.Final = _Needs(("tenants",), ({"tenants"},), "the tenants: $tenant_ids, or $each with the id of the tenant")
_ONE_TENANT: t.Final = _Needs(("tenants",), ({"id"}, {"tenants"}), "the id of its tenant: $tenant_id")
_NEEDS: t.Final[Mapping[CallName, _Needs]] = {
    "set": _Needs(
        ("tenants", "offered"),
        ({"tenants"}, {"offered"}),
        "the full list: $tenant_ids, or $each or $each_offered with the id of the tenant",
    ),
    "change": _Needs(
        ("tenants", "added", "removed"),
        ({"added", "removed"}, {"tenants", "selected"}),
        "both lists: $added_ids and $removed_ids, or $each_added and $each_removed, or $each with $selected",
    ),
    "add": _TENANTS,
    "remove": _TENANTS,
}
_METHODS: t.Final = ("POST", "PUT", "PATCH", "DELETE")
# The session is sent by this collection, and framing is the HTTP library's.
OWN_HEADERS: t.Final = frozenset(
    "accept-encoding authorization connection content-encoding content-length cookie expect host keep-alive"
    " proxy-authorization proxy-connection set-cookie te trailer transfer-encoding upgrade x-xsrf-token".split()
)
_HEADER_NAME: t.Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# PHP and OData write lists as `ids[]`.
_PARAMETER: t.Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~\[\]-]+")
_HEADER_VALUE: t.Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
_PATH: t.Final = re.compile(r"/(?!/)[\x21\x22\x24-\x5b\x5d-\x7e]*")
_WAY_OUT: t.Final = f"{CONTRACT} shows the form."


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One kind of request. `scope` list: for many tenants, at most `most` in each; tenant: a request for each.

    `names` is what its templates name, `roots` are the first words of their placeholders.
    """

    name: CallName
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: object
    scope: Scope
    most: int | None = None
    names: frozenset[str] = frozenset()
    roots: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class Contract:
    """The calls of a contract: `whole` (the full list), or `change` (both lists), or `add` and perhaps `remove`.

    `answers` is the form of the portal's answers when it was recorded, empty where the file does not say.
    """

    whole: Call | None = None
    change: Call | None = None
    add: Call | None = None
    remove: Call | None = None
    answers: AnswerForm = dataclasses.field(default_factory=dict)

    @property
    def echoes(self) -> bool:
        """Return whether a request holds what the portal answered: the next one needs its newest answer."""
        return not _ECHOES.isdisjoint(self.roots)

    @property
    def needs_groups(self) -> bool:
        """Return whether the list of tenant groups has to be read as well."""
        return "group" in self.roots

    @property
    def roots(self) -> frozenset[str]:
        """Return the first words of the placeholders in all calls."""
        calls = (self.whole, self.change, self.add, self.remove)
        return frozenset().union(*(call.roots for call in calls if call))


def load_contract(path: str) -> Contract:
    """Read the contract in a file. Raises OptionError that names `portal_contract`, the place and the way out."""
    return parse_contract(load_strict("portal_contract", path, _WAY_OUT))


def parse_contract(data: object) -> Contract:
    """Check plain data as a whole and return the contract in it. Raises OptionError that names the place."""
    top = _mapping("portal_contract", data, ("version", "recorded", "source", "answers", "write"))
    if misfit(top.get("version"), int, "version") is not None or top["version"] != 1:
        raise OptionError(f"portal_contract: version must be 1; {_WAY_OUT}")
    for key in ("recorded", "source"):
        if not isinstance(top.get(key, ""), str):
            raise OptionError(f"portal_contract: {key} must be text; put it in quotes.")
    write = _mapping("portal_contract: write", top.get("write"), _CALLS)
    calls = {name: _parse_call(name, write[name]) for name in _CALLS if name in write}
    if len(calls.keys() & {"set", "change", "add"}) != 1:
        raise OptionError(
            "portal_contract: write needs either `set` (the full list), or `change` (both lists), or `add` (and"
            " `remove`)."
        )
    if "remove" in calls and "add" not in calls:
        raise OptionError("portal_contract: write.remove cannot be used with `set` or `change`, which also remove.")
    answers = parse_form(top.get("answers"))
    return Contract(calls.get("set"), calls.get("change"), calls.get("add"), calls.get("remove"), answers)


def _mapping(place: str, data: object, known: tuple[str, ...]) -> Mapping[str, object]:
    if not isinstance(data, dict) or not data:
        raise OptionError(f"{place} must be a dictionary with {', '.join(sorted(known))}; {_WAY_OUT}")
    unknown = sorted(str(key) for key in data if key not in known)
    if unknown:
        raise OptionError(f"{place}: '{unknown[0]}' is not a known key; use {', '.join(sorted(known))}.")
    return data


def _parse_call(name: CallName, data: object) -> Call:
    place = f"portal_contract: write.{name}"
    row = _mapping(place, data, ("per", "max_per_request", "method", "path", "query", "headers", "body"))
    scope = _parse_scope(place, name, row)
    method = row.get("method")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise OptionError(f"{place}.method: '{method}' is not a choice; give one of {', '.join(_METHODS)}.")
    call = Call(
        name=name,
        method=method.upper(),
        path=_parse_path(place, row),
        query=_parse_texts(place, "query", row),
        headers=_parse_headers(place, row),
        body=row.get("body"),
        scope=scope,
        most=_parse_most(place, name, scope, row),
    )
    # Refuses what is nested too deeply to be walked through.
    names = _names_of(place, call)
    texts = strings_in((call.path, call.query, call.headers, call.body))
    roots = frozenset(name.split(".")[0] for text in texts for name in PLACEHOLDER.findall(text))
    return dataclasses.replace(call, names=names, roots=roots)


def _parse_scope(place: str, name: CallName, row: Mapping[str, object]) -> Scope:
    scope = row.get("per", "list")
    if scope == "list":
        return "list"
    if scope == "tenant" and name in ("add", "remove"):
        return "tenant"
    choices = "list or tenant" if name in ("add", "remove") else "list"
    raise OptionError(f"{place}.per: '{scope}' is not a choice; give {choices}.")


def _parse_most(place: str, name: CallName, scope: Scope, row: Mapping[str, object]) -> int | None:
    most = row.get("max_per_request")
    if most is None:
        return None
    if name == "set" or scope == "tenant":
        raise OptionError(f"{place}.max_per_request: remove it; this call cannot be divided.")
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise OptionError(f"{place}.max_per_request: '{most}' must be a whole number of at least 1.")
    return most


def is_path(text: str) -> bool:
    """Return whether a text is a path on the portal's own host that no server and no library reads as another one."""
    if not _PATH.fullmatch(text):
        return False
    # Servers decode a segment once or twice, and some end it at a semicolon.
    segments = [unquote(unquote(segment)) for segment in text.split("?", 1)[0].split("/")[1:]]
    names = [name.split(";", 1)[0] for segment in segments for name in re.split(r"[/\\]", segment)]
    dots = any(name in (".", "..") for name in names)
    return not dots and "" not in segments[:-1] and all(segment.isprintable() for segment in segments)


def _parse_path(place: str, row: Mapping[str, object]) -> str:
    path = row.get("path")
    if not isinstance(path, str) or not is_path(path):
        raise OptionError(
            f"{place}.path: give the path on the portal's own host, without the host; it begins with a single /."
        )
    return path


def _parse_texts(place: str, key: str, row: Mapping[str, object]) -> Mapping[str, str]:
    texts = row.get(key)
    if texts is None:
        return {}
    if not isinstance(texts, dict):
        raise OptionError(f"{place}.{key} must be a dictionary.")
    for name, value in texts.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise OptionError(f"{place}.{key}: names and values must be text; put them in quotes.")
        if not (_PARAMETER if key == "query" else _HEADER_NAME).fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise OptionError(f"{place}.{key}: a name or a value is empty or holds a character that cannot be sent.")
    return texts


def _parse_headers(place: str, row: Mapping[str, object]) -> Mapping[str, str]:
    headers = _parse_texts(place, "headers", row)
    if len({name.lower() for name in headers}) < len(headers):
        raise OptionError(f"{place}.headers: a name occurs twice.")
    for name in headers:
        if name.lower() in OWN_HEADERS:
            raise OptionError(
                f"{place}.headers: remove {name}: this collection sends the session itself, and no session belongs in a"
                " file."
            )
    return headers


def is_header_value(text: str) -> bool:
    """Return whether a header can carry a text: printable ASCII, without a space at either end."""
    return _HEADER_VALUE.fullmatch(text) is not None


def _names_of(place: str, call: Call) -> frozenset[str]:
    """Check every template of a call. Return what path, query and body name; it must be enough to mean tenants."""
    needs = _ONE_TENANT if call.scope == "tenant" else _NEEDS[call.name]
    rules = TemplateRules(place, needs.lists, per_tenant=call.scope == "tenant")
    for name, value in call.headers.items():
        rules.key(name)
        rules.text(_required(value))
    named = rules.body(call.body) | rules.text(call.path, address=True)
    for name, value in call.query.items():
        rules.key(name)
        named |= rules.text(_required(value), address=True)
    if not any(group <= named for group in needs.groups):
        raise OptionError(f"{place}: neither path, query nor body names {needs.words}.")
    return frozenset(named)


def _required(value: str) -> str:
    """Return a template as if it were not optional."""
    return value[:-1] if OPTIONAL.fullmatch(value) else value
