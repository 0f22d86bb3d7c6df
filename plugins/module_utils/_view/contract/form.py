# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal contract: how the portal's own page writes the view, as the user recorded it in their browser.

Microsoft publishes no such request, and nobody else has, so none is built in: a small YAML file says it. What is in it
is data. It is filled from the portal's own answers and goes nowhere but to the portal's own host.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import traceback
import typing as t
from urllib.parse import quote

from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    MissingLibraryError,
    MtoError,
    OptionError,
)

try:
    import yaml
except ImportError:
    HAS_YAML = False
    YAML_IMPORT_ERROR = traceback.format_exc()
else:
    HAS_YAML = True
    YAML_IMPORT_ERROR = ""

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Scope = t.Literal["list", "tenant"]

_METHODS: t.Final = ("POST", "PUT", "PATCH", "DELETE")
# The session is ours to send, and framing is the HTTP library's.
_OWN_HEADERS: t.Final = frozenset(
    {"authorization", "connection", "content-length", "cookie", "host", "transfer-encoding", "x-xsrf-token"}
)
_PLACEHOLDER: t.Final = re.compile(r"\$(\$|[A-Za-z_][\w.]*)")
_HEADER_NAME: t.Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_BAD_IN_PATH: t.Final = re.compile(r"[\\\s#\x00-\x1f\x7f]|//|(^|/)\.\.?(/|\?|$)")
_EACH: t.Final = "$each"
# What a placeholder may begin with, and where.
_ANYWHERE: t.Final = ("home_tenant_id", "tenant_ids", "effective", "picker")
_PER_TENANT: t.Final = ("tenant_id", "tenant")


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One kind of request. `scope` list: one request for all tenants; tenant: one request for each."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: t.Any
    scope: Scope


@dataclasses.dataclass(frozen=True, slots=True)
class Contract:
    """Either `whole` (one call sets the full list) or `add` and perhaps `remove`."""

    whole: Call | None = None
    add: Call | None = None
    remove: Call | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Filling:
    """What the portal answered, to fill a contract with; `rows` are by lower-case id. An etag is in it: not shown."""

    home_tenant_id: str
    picker: t.Any = dataclasses.field(repr=False)
    effective: t.Any = dataclasses.field(repr=False)
    rows: Mapping[str, Mapping[str, t.Any]] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class WriteRequest:
    """A filled request, ready to be sent. `body` None: without one. `tenant_ids`: whom it is about."""

    method: str
    path: str = dataclasses.field(repr=False)
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: t.Any = dataclasses.field(repr=False)
    tenant_ids: tuple[str, ...]


def load_contract(path: str) -> Contract:
    """The contract in a file. Raises OptionError that names `portal_contract`, the place and the way out."""
    if not HAS_YAML:
        raise MissingLibraryError("PyYAML", YAML_IMPORT_ERROR)
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise OptionError(f"portal_contract: '{path}' cannot be read: {reason}.") from None
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        raise OptionError(f"portal_contract: '{path}' is not YAML; see docs/contract.md for its form.") from None
    return parse_contract(data)


def parse_contract(data: t.Any) -> Contract:
    """The contract in plain data, checked whole. Raises OptionError that names the place."""
    top = _mapping("portal_contract", data, {"version", "recorded", "source", "write"})
    if top.get("version") != 1:
        raise OptionError("portal_contract: version must be 1; see docs/contract.md for the form.")
    write = _mapping("portal_contract: write", top.get("write"), {"set", "add", "remove"})
    calls = {name: _call(name, write[name]) for name in write}
    if ("set" in calls) == ("add" in calls):
        raise OptionError("portal_contract: write needs either `set` (the full list) or `add` (and `remove`).")
    if "set" in calls and "remove" in calls:
        raise OptionError("portal_contract: write.remove has no place beside `set`, which holds the full list.")
    return Contract(calls.get("set"), calls.get("add"), calls.get("remove"))


def _mapping(place: str, data: t.Any, known: set[str]) -> Mapping[str, t.Any]:
    if not isinstance(data, dict) or not data:
        raise OptionError(f"{place} must be a dictionary with {', '.join(sorted(known))}; see docs/contract.md.")
    unknown = sorted(str(key) for key in data if key not in known)
    if unknown:
        raise OptionError(f"{place}: '{unknown[0]}' is unknown; there are {', '.join(sorted(known))}.")
    return data


def _call(name: str, data: t.Any) -> Call:
    place = f"portal_contract: write.{name}"
    row = _mapping(place, data, {"per", "method", "path", "headers", "body"})
    scope = row.get("per", "list")
    if scope not in ("list", "tenant") or (name == "set" and scope != "list"):
        choices = "list" if name == "set" else "list or tenant"
        raise OptionError(f"{place}.per: '{scope}' is not a choice; give {choices}.")
    method = str(row.get("method", "")).upper()
    if method not in _METHODS:
        raise OptionError(f"{place}.method: '{method}' is not a choice; give one of {', '.join(_METHODS)}.")
    call = Call(name, method, _path(place, row.get("path")), _headers(place, row), row.get("body"), scope)
    per_tenant = scope == "tenant"
    for part in (call.path, dict(call.headers), call.body):
        _check(place, part, per_tenant=per_tenant)
    return call


def _path(place: str, value: t.Any) -> str:
    text = value if isinstance(value, str) else ""
    if not text.startswith("/") or _BAD_IN_PATH.search(text):
        raise OptionError(f"{place}.path: give the path on the portal's own host, beginning with one /, without host.")
    return text


def _headers(place: str, row: Mapping[str, t.Any]) -> Mapping[str, str]:
    headers = row.get("headers") or {}
    if not isinstance(headers, dict):
        raise OptionError(f"{place}.headers must be a dictionary.")
    for name, value in headers.items():
        if not isinstance(name, str) or not _HEADER_NAME.match(name) or not isinstance(value, str):
            raise OptionError(f"{place}.headers: names and values must be text.")
        if name.lower() in _OWN_HEADERS:
            raise OptionError(
                f"{place}.headers: take out {name}: the session is sent by us, and none is kept in files."
            )
    return headers


def _check(place: str, template: t.Any, *, per_tenant: bool) -> None:
    """Raises OptionError for a placeholder that could never be filled."""
    if isinstance(template, dict):
        for key, value in template.items():
            if key == _EACH and len(template) > 1:
                raise OptionError(f"{place}: {_EACH} must stand alone in its dictionary.")
            _check(place, value, per_tenant=per_tenant or key == _EACH)
    elif isinstance(template, list):
        for value in template:
            _check(place, value, per_tenant=per_tenant)
    elif isinstance(template, str):
        for name in _PLACEHOLDER.findall(template):
            known = ("$", *_ANYWHERE, *(_PER_TENANT if per_tenant else ()))
            if name.split(".", 1)[0] not in known:
                raise OptionError(
                    f"{place}: ${name} is not known here; there are {', '.join('$' + word for word in known[1:])}, and"
                    " $$ for a dollar sign."
                )


def write_requests(
    contract: Contract, filling: Filling, *, whole: Sequence[str], add: Sequence[str], remove: Sequence[str]
) -> list[WriteRequest]:
    """The requests that bring the view to `whole`, by setting it or by `add` and `remove`.

    Raises MtoError before anything is sent where the contract or the portal's answer lacks what is needed.
    """
    if contract.whole is not None:
        return [_fill_call(contract.whole, filling, whole)]
    if remove and contract.remove is None:
        raise OptionError("portal_contract: write.remove is missing, and there are tenants to remove; record it.")
    pairs = ((contract.remove, remove), (contract.add, add))
    return [request for call, ids in pairs if call is not None for request in _fill_scope(call, filling, ids)]


def _fill_scope(call: Call, filling: Filling, ids: Sequence[str]) -> list[WriteRequest]:
    if call.scope == "tenant":
        return [_fill_call(call, filling, (one,), one) for one in ids]
    return [_fill_call(call, filling, ids)] if ids else []


def _fill_call(call: Call, filling: Filling, ids: Sequence[str], one: str | None = None) -> WriteRequest:
    fill = _Filler(call.name, filling, tuple(ids))
    headers = {name: fill.text(value, one) for name, value in call.headers.items()}
    if any(re.search(r"[\x00-\x1f\x7f]", value) for value in headers.values()):
        raise MtoError(f"portal_contract: write.{call.name}.headers: the portal's answer does not fit into a header.")
    path = fill.text(call.path, one, in_path=True)
    return WriteRequest(call.method, path, headers, fill.value(call.body, one), tuple(ids))


@dataclasses.dataclass(frozen=True, slots=True)
class _Filler:
    """Fills the placeholders of one call."""

    call: str
    filling: Filling
    ids: tuple[str, ...]

    def value(self, template: t.Any, one: str | None) -> t.Any:
        """The template with everything in it filled; a text that is one placeholder takes its value as it is."""
        if isinstance(template, dict):
            if _EACH in template:
                return [self.value(template[_EACH], each) for each in self.ids]
            return {key: self.value(value, one) for key, value in template.items()}
        if isinstance(template, list):
            return [self.value(value, one) for value in template]
        if not isinstance(template, str):
            return template
        alone = _PLACEHOLDER.fullmatch(template)
        if alone and alone[1] != "$":
            return self._look_up(alone[1], one)
        return self.text(template, one)

    def text(self, template: str, one: str | None, *, in_path: bool = False) -> str:
        """A text with its placeholders filled; in a path they are quoted, so that none can lead elsewhere."""

        def put(match: re.Match[str]) -> str:
            if match[1] == "$":
                return "$"
            value = self._look_up(match[1], one)
            if not isinstance(value, (str, int)) or isinstance(value, bool):
                raise MtoError(f"portal_contract: write.{self.call}: ${match[1]} is no text that could stand here.")
            return quote(str(value), safe="") if in_path else str(value)

        return _PLACEHOLDER.sub(put, template)

    def _look_up(self, name: str, one: str | None) -> t.Any:
        head, *rest = name.split(".")
        if head == "tenant_id":
            return one
        if head == "tenant_ids":
            return list(self.ids)
        if head == "home_tenant_id":
            return self.filling.home_tenant_id
        value = self.filling.rows.get(one or "") if head == "tenant" else getattr(self.filling, head)
        for key in rest:
            if not isinstance(value, dict) or value.get(key) is None:
                raise MtoError(
                    f"portal_contract: write.{self.call}: the portal's answer holds no ${name}, so nothing was sent;"
                    " the portal has changed, or the recording is of another page: record it again."
                )
            value = value[key]
        return value
