# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key `gdap` of a tenant: the relationship that the list asks for, and which groups get which of its roles."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import (
    GLOBAL_ADMINISTRATOR,
    ROLE_NAMES,
    role_template_id,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import GdapTerms, GroupRoles
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_guid, quoted, texts_of
from ansible_collections.m365.defender.plugins.module_utils._core.text import did_you_mean

if t.TYPE_CHECKING:
    from collections.abc import Sequence

# An assignment of 16 to 20 roles stayed pending [community GDAPTransition#19].
MOST_ROLES: t.Final = 15
_DAYS: t.Final = re.compile(r"P([1-9][0-9]{0,2})D", re.IGNORECASE)
_LONGEST: t.Final = 730
_YEARS: t.Final = {"P1Y": "P365D", "P2Y": "P730D"}
_KEYS: t.Final = ("roles", "duration", "auto_extend", "assignments")
_ASSIGNMENT_KEYS: t.Final = ("group", "roles")


def gdap_spec() -> dict[str, t.Any]:
    """Return the spec of the key. As with the other keys, `parse_gdap` checks the values in words of its own."""
    group = {"group": {"type": "str"}, "roles": {"type": "list", "elements": "str"}}
    return {
        "type": "dict",
        "options": {
            "roles": {"type": "list", "elements": "str"},
            "duration": {"type": "str", "default": "P730D"},
            "auto_extend": {"type": "bool", "default": True},
            "assignments": {"type": "list", "elements": "dict", "options": group},
        },
    }


def parse_gdap(label: str, value: object) -> GdapTerms | None:
    """Return what a row says about GDAP, None if nothing. Raise OptionError that begins with the row's label."""
    if value is None:
        return None
    place = f"{label}: gdap"
    row = _known(place, value, _KEYS)
    roles = parse_roles(place, texts_of(place, "roles", row.get("roles")))
    auto_extend = row.get("auto_extend", True)
    if auto_extend and GLOBAL_ADMINISTRATOR in roles:
        raise OptionError(
            f"{place}: a relationship with Global Administrator cannot be extended automatically; leave the role out,"
            " or set auto_extend to false."
        )
    assignments = row.get("assignments") or ()
    if not isinstance(assignments, (list, tuple)):
        raise OptionError(f"{place}: assignments is not a list; give a list of groups and roles.")
    groups = [_assignment(f"{place}.assignments[{number}]", entry, roles) for number, entry in enumerate(assignments)]
    repeated = [entry.group for number, entry in enumerate(groups) if entry.group in {g.group for g in groups[:number]}]
    if repeated:
        raise OptionError(f"{place}: group {repeated[0]} is in two assignments; put its roles into one of them.")
    return GdapTerms(roles, _duration(place, row.get("duration")), bool(auto_extend), tuple(groups))


def parse_roles(label: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return the template ids of roles, in the order of their names. Raise OptionError for a name that is not known."""
    template_ids: list[str] = []
    for name in names:
        template_id = role_template_id(name)
        if template_id is None:
            raise OptionError(
                f"{label}: role {quoted(name)} is not a known role name{did_you_mean(name, ROLE_NAMES.values())}; give"
                " a name such as 'Security Reader' or the role's template ID."
            )
        template_ids.append(template_id)
    return tuple(template_ids)


def _assignment(place: str, value: object, relationship_roles: tuple[str, ...]) -> GroupRoles:
    row = _known(place, value, _ASSIGNMENT_KEYS)
    group = parse_guid(row.get("group") or "")
    if group is None:
        raise OptionError(f"{place}: group {quoted(row.get('group') or '')} is not a GUID; give the group's object ID.")
    roles = parse_roles(place, texts_of(place, "roles", row.get("roles"))) or relationship_roles
    if not roles:
        raise OptionError(f"{place}: roles is missing; name the roles that the group is to get.")
    if len(roles) > MOST_ROLES:
        raise OptionError(f"{place}: an assignment of more than {MOST_ROLES} roles may stay pending; name fewer roles.")
    if relationship_roles and not set(roles) <= set(relationship_roles):
        raise OptionError(f"{place}: a group cannot get a role that `roles` of gdap does not have; add it there.")
    return GroupRoles(group, tuple(sorted(set(roles))))


def _duration(place: str, value: object) -> str:
    text = str(value or "P730D").strip().upper()
    text = _YEARS.get(text, text)
    days = _DAYS.fullmatch(text)
    if days is None or int(days[1]) > _LONGEST:
        raise OptionError(f"{place}: duration {quoted(value)} is not a time from P1D to P730D; give one such as P730D.")
    return text


def _known(place: str, value: object, keys: Sequence[str]) -> Mapping[str, object]:
    """Return a dictionary that has no other keys."""
    if not isinstance(value, Mapping):
        raise OptionError(f"{place}: {quoted(value)} is not a dictionary; give one with {', '.join(keys)}.")
    unknown = sorted(str(key) for key in value if key not in keys)
    if unknown:
        raise OptionError(
            f"{place}: {quoted(unknown[0])} is not a known key{did_you_mean(unknown[0], keys)}; choose from"
            f" {', '.join(keys)}."
        )
    return value
