# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Types of Microsoft Graph v1.0 that the lab answers with, from Microsoft's CSDL."""

from __future__ import annotations

import functools
import json
import pathlib
import typing as t

EXTRACT: t.Final = pathlib.Path(__file__).with_name("v1_0.json")


@functools.cache
def extract() -> dict[str, t.Any]:
    """Return the committed extract, which `extract_csdl.py` makes."""
    loaded: dict[str, t.Any] = json.loads(EXTRACT.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def properties(type_name: str) -> dict[str, str]:
    """Return the type of each property, those of the base types included."""
    entry = extract()["types"][type_name]
    inherited = properties(entry["base"]) if entry["base"] else {}
    return {**inherited, **entry["properties"]}


@functools.cache
def navigation(type_name: str) -> dict[str, str]:
    """Return the type of each navigation property, those of the base types included."""
    entry = extract()["types"][type_name]
    inherited = navigation(entry["base"]) if entry["base"] else {}
    return {**inherited, **entry["navigation"]}


def knows(type_name: str) -> bool:
    """Return whether the extract has this type."""
    return type_name in extract()["types"]


def inner(type_name: str) -> str:
    """Return the type of the items: `Collection(user)` becomes `user`."""
    return type_name.removeprefix("Collection(").removesuffix(")")


def empty(type_name: str) -> t.Any:
    """Return the value of a property that was never set."""
    return [] if type_name.startswith("Collection(") else None
