# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal contract: how the portal's own page changes the view, as the user recorded it in their browser.

Microsoft publishes no such request, and nobody else has, so none is built in: a small YAML file describes it. The file
is data. It is filled from the portal's own answers, and what is made of it goes to the portal's own host alone.
"""

from __future__ import annotations

import dataclasses
import pathlib
import re
import traceback
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MissingLibraryError, OptionError

try:
    import yaml
except ImportError:
    HAS_YAML = False
    YAML_IMPORT_ERROR = traceback.format_exc()
else:
    HAS_YAML = True
    YAML_IMPORT_ERROR = ""

if t.TYPE_CHECKING:
    from collections.abc import Mapping

Scope = t.Literal["list", "tenant"]

_METHODS: t.Final = ("POST", "PUT", "PATCH", "DELETE")
# The session is sent by this collection, and framing is the HTTP library's.
_OWN_HEADERS: t.Final = frozenset(
    {"authorization", "connection", "content-length", "cookie", "host", "transfer-encoding", "x-xsrf-token"}
)
_HEADER_NAME: t.Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_BAD_IN_PATH: t.Final = re.compile(r"[\\\s#\x00-\x1f\x7f]|//|(^|/)\.\.?(/|\?|$)")
# The only key of a dictionary that becomes a list with its value once for each tenant.
EACH: t.Final = "$each"
PLACEHOLDER: t.Final = re.compile(r"\$(\$|[A-Za-z_][\w.]*)")
# What a placeholder may begin with: everywhere, and where one tenant is meant.
_EVERYWHERE: t.Final = ("home_tenant_id", "tenant_ids", "effective", "picker")
_PER_TENANT: t.Final = ("tenant_id", "tenant")


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """One kind of request. `scope` list: one request for all tenants; tenant: one request for each."""

    name: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: object
    scope: Scope


@dataclasses.dataclass(frozen=True, slots=True)
class Contract:
    """The calls of a contract: either `whole` (one call sets the full list) or `add` and perhaps `remove`."""

    whole: Call | None = None
    add: Call | None = None
    remove: Call | None = None


def load_contract(path: str) -> Contract:
    """Read the contract in a file. Raises OptionError that names `portal_contract`, the place and the way out."""
    if not HAS_YAML:
        raise MissingLibraryError("PyYAML", YAML_IMPORT_ERROR)
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise OptionError(f"portal_contract: '{path}' cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise OptionError(f"portal_contract: '{path}' cannot be read: it is not UTF-8 text.") from error
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise OptionError(f"portal_contract: '{path}' is not valid YAML; docs/contract.md shows the form.") from error
    return parse_contract(data)


def parse_contract(data: object) -> Contract:
    """Check plain data as a whole and return the contract in it. Raises OptionError that names the place."""
    top = _mapping("portal_contract", data, {"version", "recorded", "source", "write"})
    if top.get("version") != 1:
        raise OptionError("portal_contract: version must be 1; docs/contract.md shows the form.")
    write = _mapping("portal_contract: write", top.get("write"), {"set", "add", "remove"})
    calls = {name: _parse_call(name, write[name]) for name in write}
    if ("set" in calls) == ("add" in calls):
        raise OptionError("portal_contract: write needs either `set` (the full list) or `add` (and `remove`).")
    if "set" in calls and "remove" in calls:
        raise OptionError("portal_contract: write.remove cannot be used with `set`, which sends the full list.")
    return Contract(calls.get("set"), calls.get("add"), calls.get("remove"))


def _mapping(place: str, data: object, known: set[str]) -> Mapping[str, object]:
    if not isinstance(data, dict) or not data:
        raise OptionError(f"{place} must be a dictionary with {', '.join(sorted(known))}; see docs/contract.md.")
    unknown = sorted(str(key) for key in data if key not in known)
    if unknown:
        raise OptionError(f"{place}: '{unknown[0]}' is not a known key; use {', '.join(sorted(known))}.")
    return data


def _parse_call(name: str, data: object) -> Call:
    place = f"portal_contract: write.{name}"
    row = _mapping(place, data, {"per", "method", "path", "headers", "body"})
    scope = _parse_scope(place, name, row)
    method = str(row.get("method", "")).upper()
    if method not in _METHODS:
        raise OptionError(f"{place}.method: '{method}' is not a choice; give one of {', '.join(_METHODS)}.")
    call = Call(name, method, _parse_path(place, row), _parse_headers(place, row), row.get("body"), scope)
    for template in (call.path, dict(call.headers), call.body):
        _check_placeholders(place, template, per_tenant=scope == "tenant")
    return call


def _parse_scope(place: str, name: str, row: Mapping[str, object]) -> Scope:
    scope = row.get("per", "list")
    if scope == "list":
        return "list"
    if scope == "tenant" and name != "set":
        return "tenant"
    choices = "list" if name == "set" else "list or tenant"
    raise OptionError(f"{place}.per: '{scope}' is not a choice; give {choices}.")


def _parse_path(place: str, row: Mapping[str, object]) -> str:
    path = row.get("path")
    if not isinstance(path, str) or not path.startswith("/") or _BAD_IN_PATH.search(path):
        raise OptionError(
            f"{place}.path: give the path on the portal's own host, without the host; it begins with a single /."
        )
    return path


def _parse_headers(place: str, row: Mapping[str, object]) -> Mapping[str, str]:
    headers = row.get("headers") or {}
    if not isinstance(headers, dict):
        raise OptionError(f"{place}.headers must be a dictionary.")
    for name, value in headers.items():
        if not isinstance(name, str) or not _HEADER_NAME.match(name) or not isinstance(value, str):
            raise OptionError(f"{place}.headers: names and values must be text.")
        if name.lower() in _OWN_HEADERS:
            raise OptionError(
                f"{place}.headers: remove {name}: this collection sends the session itself, and no session belongs in a"
                " file."
            )
    return headers


def _check_placeholders(place: str, template: object, *, per_tenant: bool) -> None:
    """Refuse a placeholder that could never be filled. Raises OptionError."""
    if isinstance(template, dict):
        for key, value in template.items():
            if key == EACH and len(template) > 1:
                raise OptionError(f"{place}: {EACH} must be the only key of its dictionary.")
            _check_placeholders(place, value, per_tenant=per_tenant or key == EACH)
    elif isinstance(template, list):
        for value in template:
            _check_placeholders(place, value, per_tenant=per_tenant)
    elif isinstance(template, str):
        roots = (*_EVERYWHERE, *_PER_TENANT) if per_tenant else _EVERYWHERE
        for name in PLACEHOLDER.findall(template):
            if name != "$" and name.split(".", 1)[0] not in roots:
                raise OptionError(
                    f"{place}: ${name} is not a placeholder that can be used here; use"
                    f" {', '.join(f'${root}' for root in roots)}, or $$ for a dollar sign."
                )
