# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Microsoft's CSDL says about the types of Graph v1.0 that the lab answers with."""

from __future__ import annotations

import functools
import json
import pathlib
import typing as t

EXTRACT: t.Final = pathlib.Path(__file__).with_name("v1_0.json")


@functools.cache
def extract() -> dict[str, t.Any]:
    """The committed extract; `extract_csdl.py` makes it."""
    loaded: dict[str, t.Any] = json.loads(EXTRACT.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def properties(type_name: str) -> dict[str, str]:
    """Property name to its type, those of the base types included."""
    entry = extract()["types"][type_name]
    inherited = properties(entry["base"]) if entry["base"] else {}
    return {**inherited, **entry["properties"]}


@functools.cache
def navigation(type_name: str) -> dict[str, str]:
    """Navigation property to its type, those of the base types included."""
    entry = extract()["types"][type_name]
    inherited = navigation(entry["base"]) if entry["base"] else {}
    return {**inherited, **entry["navigation"]}


def knows(type_name: str) -> bool:
    """Is this type part of the extract?"""
    return type_name in extract()["types"]


def inner(type_name: str) -> str:
    """`Collection(user)` is about `user`."""
    return type_name.removeprefix("Collection(").removesuffix(")")


def empty(type_name: str) -> t.Any:
    """What a property that was never set looks like."""
    return [] if type_name.startswith("Collection(") else None
