# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Permissions of Microsoft Graph: what each operation needs, and what a consent grants."""

from __future__ import annotations

import dataclasses
import typing as t

import pydantic

from lab.data import files

Permissions = tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Required:
    """What an operation requires, least privileged first: any one of them is enough. Empty: not supported."""

    delegated: Permissions
    application: Permissions


@dataclasses.dataclass(frozen=True, slots=True)
class _File:
    operations: dict[str, Required]
    every_property: dict[str, Permissions]
    full_consent: frozenset[str]
    writer_home: frozenset[str]
    writer_target: frozenset[str]
    delegated_only: frozenset[str]
    unused: frozenset[str]


_CONTENT: t.Final = files.read("permissions.yml", pydantic.TypeAdapter(_File))

OPERATIONS: t.Final = _CONTENT.operations
# What shows every property of an object, by the kind of object.
EVERY_PROPERTY: t.Final = _CONTENT.every_property
KNOWN: t.Final = _CONTENT.unused.union(
    *(names for row in OPERATIONS.values() for names in (row.delegated, row.application))
)

FULL_APPLICATION: t.Final = _CONTENT.full_consent
FULL_DELEGATED: t.Final = FULL_APPLICATION | {"User.Read"}
WRITER_HOME: t.Final = _CONTENT.writer_home
WRITER_TARGET: t.Final = _CONTENT.writer_target


def granted(consent: Permissions | t.Literal["full", "none"], *, delegated: bool) -> frozenset[str]:
    """Return the permissions that a consent gives to one kind of token."""
    if consent == "full":
        return FULL_DELEGATED if delegated else FULL_APPLICATION
    if consent == "none":
        return frozenset()
    return frozenset(consent) if delegated else frozenset(consent) - _CONTENT.delegated_only
