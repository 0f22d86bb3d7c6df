# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether decoded JSON is of a type, as the hints of a TypedDict or of a function say it. Pure.

One small checker serves every form that is read back from a file, so that none of them needs code of its own.
"""

from __future__ import annotations

import collections.abc
import functools
import inspect
import types
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core import json, model

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json

# A type hint at run time: a class, or an object of the module typing.
Hint: t.TypeAlias = t.Any

_ROWS: t.Final = (dict, collections.abc.Mapping)
_LISTS: t.Final = (list, collections.abc.Sequence)
# Names that modules import only for the type checker.
_NAMES: t.Final = {**vars(collections.abc), **vars(json), **vars(model)}
# The largest whole number that every reader of JSON keeps exactly [RFC 8259].
_LARGEST: t.Final = 2**53 - 1


def misfit(value: Json, hint: Hint, path: str) -> str | None:
    """Return the path of the first value that is not of the type; None where all are."""
    origin: Hint = t.get_origin(hint)
    kind, arguments = hint if origin is None else origin, t.get_args(hint)
    if kind in (t.Union, types.UnionType):
        # The deepest misfit is that of the hint that comes nearest.
        paths = [misfit(value, argument, path) for argument in arguments]
        return None if None in paths else max(filter(None, paths), key=len)
    if t.is_typeddict(kind):
        return _misfit_of_row(value, kind, path) if isinstance(value, dict) else path
    if kind in _ROWS and isinstance(value, dict):
        return _first(misfit(item, arguments[1], f"{path}.{key}") for key, item in value.items())
    if kind in _LISTS and isinstance(value, list):
        return _first(misfit(item, arguments[0], f"{path}[{index}]") for index, item in enumerate(value))
    # Of the very type: True equals 1, and is another value in JSON.
    if kind is t.Literal:
        fits = any(type(value) is type(word) and value == word for word in arguments)
    else:
        fits = kind is t.Any or (value.__class__ is kind and (kind is not int or abs(value) <= _LARGEST))
    return None if fits else path


def _misfit_of_row(row: dict[str, Json], form: type, path: str) -> str | None:
    """Refuse what is missing and what nobody knows as well."""
    fields, required = _fields_of(form)
    unknown_or_missing = (row.keys() - fields.keys()) | (required - row.keys())
    paths = (misfit(row[name], hint, f"{path}.{name}") for name, hint in fields.items() if name in row)
    return f"{path}.{min(unknown_or_missing)}" if unknown_or_missing else _first(paths)


@functools.cache
def _fields_of(form: type) -> tuple[dict[str, Hint], frozenset[str]]:
    """Return the hints of a TypedDict, and the names of those that have to be there."""
    hints = t.get_type_hints(form, localns=_NAMES, include_extras=True)
    # As text, `NotRequired` does not count for `__required_keys__`.
    optional = {name for name, hint in hints.items() if t.get_origin(hint) is t.NotRequired}
    fields = {name: t.get_args(hint)[0] if name in optional else hint for name, hint in hints.items()}
    return fields, frozenset(form.__required_keys__ - optional)  # type: ignore[attr-defined]


def form_of(function: Callable[..., object]) -> Hint:
    """Return the type of what a function returns, or what a partial of it does."""
    function = getattr(function, "func", function)
    returned = types.SimpleNamespace(__annotations__={"return": function.__annotations__["return"]})
    # A decorator's function has the names of another module.
    return t.get_type_hints(returned, inspect.unwrap(function).__globals__, _NAMES)["return"]


def _first(paths: Iterable[str | None]) -> str | None:
    return next((path for path in paths if path is not None), None)
