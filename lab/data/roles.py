# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Built-in roles of Microsoft Entra that a world can name."""

from __future__ import annotations

import dataclasses
import typing as t

import pydantic

from lab.data import files


@dataclasses.dataclass(frozen=True, slots=True)
class _Role:
    name: str
    description: str
    german: str | None = None


_CATALOGUE: t.Final = files.read("roles.yml", pydantic.TypeAdapter(dict[str, _Role]))

NAME_OF: t.Final = {template_id: role.name for template_id, role in _CATALOGUE.items()}
ID_OF: t.Final = {name: template_id for template_id, name in NAME_OF.items()}
DESCRIPTION_OF: t.Final = {template_id: role.description for template_id, role in _CATALOGUE.items()}
DISPLAY_NAMES: t.Final = {
    "en": NAME_OF,
    "de": {template_id: role.german or role.name for template_id, role in _CATALOGUE.items()},
}

GLOBAL_ADMINISTRATOR: t.Final = ID_OF["Global Administrator"]

# Entra puts this id into the `wids` of everybody without another role.
DEFAULT_USER: t.Final = "b79fbf4d-3ef9-4689-8143-76b194e85509"


def ids(*names: str) -> frozenset[str]:
    """Return the template ids of the named roles."""
    return frozenset(ID_OF[name] for name in names)


def role_id(name: str) -> str:
    """Return the template id of a role given by its name or by the id itself. Raises KeyError."""
    return name.lower() if name.lower() in NAME_OF else ID_OF[name]
