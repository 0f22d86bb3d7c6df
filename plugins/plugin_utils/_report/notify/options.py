# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of notifications, and each entry of `notify` as a route: who is to learn what. Pure."""

from __future__ import annotations

import dataclasses
import fnmatch
import hashlib
import json
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_guid, quoted

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

CHANNELS: t.Final = ("teams", "slack", "mail")
SPEC: t.Final[Spec] = {
    "report_file": {"type": "path"},
    "report_dir": {"type": "path"},
    "notify": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "to": {"type": "str", "choices": list(CHANNELS), "required": True},
            "url": {"type": "str", "no_log": True},
            "mail": {"type": "list", "elements": "str"},
            "only": {
                "type": "dict",
                "options": {
                    name: {"type": "list", "elements": "str"} for name in ("actor", "reason", "group", "tenants")
                },
            },
        },
    },
    "send": {"type": "bool", "default": False},
    "smtp": {
        "type": "dict",
        "options": {
            "host": {"type": "str"},
            "port": {"type": "int"},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
            "secure": {"type": "str", "choices": ["always", "never", "starttls", "try"]},
            "sender": {"type": "str"},
        },
    },
}
# A webhook's URL is a secret: it leaves this machine encrypted, or not at all.
_URL: t.Final = re.compile(r"https://[^\s/]+/\S*|http://(127\.0\.0\.1|localhost)(:\d+)?/\S*")


@dataclasses.dataclass(frozen=True, slots=True)
class Route:
    """Who is to learn what. Patterns are as of a shell; `tenants` are None where every tenant counts.

    `url` is a secret, `key` is the name under which is kept what the channel has been told.
    """

    index: int
    channel: str
    key: str
    url: str = dataclasses.field(default="", repr=False)
    mail: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    tenants: frozenset[str] | None = None

    def takes(self, tenant_id: str, actor: str, reason: str) -> bool:
        """Tell whether something about a tenant goes this way."""
        return (
            (self.tenants is None or tenant_id.lower() in self.tenants)
            and _matches(actor, self.actors)
            and _matches(reason, self.reasons)
        )


def _matches(text: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatch.fnmatchcase(text.lower(), pattern.lower()) for pattern in patterns)


def parse_routes(entries: Sequence[Mapping[str, t.Any]], groups: Mapping[str, Sequence[str]]) -> list[Route]:
    """Return the routes; `groups` has the IDs of the tenants in each group of the inventory. Raises OptionError."""
    name = option_name("notify")
    if not entries:
        raise OptionError(f"{name}: the list is empty, so that nobody is notified; add an entry with to and url.")
    return [_route(f"{name}[{index}]", index, entry, groups) for index, entry in enumerate(entries)]


def _route(label: str, index: int, entry: Mapping[str, t.Any], groups: Mapping[str, Sequence[str]]) -> Route:
    channel, url, mail = entry["to"], entry.get("url"), tuple(entry.get("mail") or ())
    wanted, other = ("mail", "url") if channel == "mail" else ("url", "mail")
    if not entry.get(wanted):
        raise OptionError(f"{label}.{wanted}: missing; an entry to {channel} needs it.")
    if entry.get(other):
        raise OptionError(f"{label}.{other}: an entry to {channel} has no use for it; remove it.")
    if url and not _URL.fullmatch(url):
        raise OptionError(f"{label}.url: the value is not an address that begins with https://; copy it as a whole.")
    for address in mail:
        if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address):
            raise OptionError(
                f"{label}.mail: {quoted(address)} is not a mail address; give one such as soc@contoso.com."
            )
    only = {field: values for field, values in (entry.get("only") or {}).items() if values}
    actors, reasons = (tuple(only.get(field) or ()) for field in ("actor", "reason"))
    # Whoever reads it learns no address. For something else, a channel is another one.
    key = hashlib.sha256(json.dumps([channel, url, sorted(mail), only], sort_keys=True).encode()).hexdigest()[:20]
    return Route(index, channel, key, url or "", mail, actors, reasons, _tenants(f"{label}.only", only, groups))


def _tenants(label: str, only: Mapping[str, t.Any], groups: Mapping[str, Sequence[str]]) -> frozenset[str] | None:
    named, ids = only.get("group") or (), only.get("tenants") or ()
    if not named and not ids:
        return None
    found: set[str] = set()
    for tenant in ids:
        if (tenant_id := parse_guid(tenant)) is None:
            raise OptionError(f"{label}.tenants: {quoted(tenant)} is not a GUID; give the directory (tenant) ID.")
        found.add(tenant_id)
    for group in named:
        if not groups.get(group):
            raise OptionError(
                f"{label}.group: no host in the inventory group {quoted(group)} has mto_tenant_id; correct the name, or"
                " add the inventory that has it with -i."
            )
        found.update(groups[group])
    return frozenset(found)
