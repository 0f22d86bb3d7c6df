# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Load a world, or say in a single sentence what is wrong with it: file, row, field, allowed values, a hint."""

from __future__ import annotations

import difflib
import pathlib
import typing as t

import pydantic
import yaml

from lab.data.files import Loader
from lab.worlds.fields import UnknownNameError
from lab.worlds.world import World

if t.TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class WorldError(Exception):
    """A world that cannot be used. The text is the sentence to show."""


def load_world(path: pathlib.Path) -> World:
    """Return the world in a file. Raises WorldError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise WorldError(f"The world {path} cannot be read: {reason}.") from None
    return parse_world(text, str(path))


def parse_world(text: str, source: str) -> World:
    """Return the world in a text; `source` names it in messages. Raises WorldError."""
    try:
        data = yaml.load(text, Loader)  # noqa: S506  (a safe one)
    except yaml.YAMLError as error:
        raise WorldError(f"The world {source} is not YAML: {_yaml_problem(error)}.") from None
    if not isinstance(data, dict):
        raise WorldError(f"The world {source} is not a mapping with name, home and tenants.")
    try:
        return World.model_validate(data)
    except pydantic.ValidationError as error:
        raise WorldError(f"In the world {source}, {_sentence(error, data)}") from None


def _yaml_problem(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be parsed"
    return f"{problem} (line {mark.line + 1}, column {mark.column + 1})" if mark else str(problem)


def _sentence(error: pydantic.ValidationError, data: dict[str, t.Any]) -> str:
    """Return a sentence about the first error, with the number of the others. A typo also makes a field missing."""
    details = sorted(error.errors(include_url=False), key=lambda detail: detail["type"] != "extra_forbidden")
    first = details[0]
    more = f" ({len(details) - 1} more)" if len(details) > 1 else ""
    sentence = f"{_location(first['loc'], data)}{_problem(first)}{more}"
    return sentence if sentence.endswith("?") else sentence + "."


def _location(location: tuple[int | str, ...], data: dict[str, t.Any]) -> str:
    """Return `tenant 3 (Fabrikam), gdap[0].status: `"""
    words: list[str] = []
    rest = location
    if len(location) >= 2 and location[0] == "tenants" and isinstance(location[1], int):
        words.append(f"tenant {location[1] + 1}{_tenant_name(data, location[1])}")
        rest = location[2:]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest).lstrip(".")
    if field:
        words.append(field)
    return ", ".join(words) + ": " if words else ""


def _tenant_name(data: dict[str, t.Any], index: int) -> str:
    row = data["tenants"][index]
    name = row.get("name") if isinstance(row, dict) else None
    return f" ({name})" if name else ""


def _problem(error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        known = _fields_at(error["loc"][:-1])
        return _with_hint("this field is not known", str(error["loc"][-1]), known)
    if error["type"] == "missing":
        return "this field is missing"
    if error["type"] == "literal_error":
        allowed = [word.strip("'") for word in _literals(error)]
        return _with_hint(f"{error['input']!r} is not allowed", str(error["input"]), allowed)
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, UnknownNameError):
        return _with_hint(str(cause), cause.value, cause.known)
    if cause is not None:
        return str(cause)
    return f"{_lower_first(error['msg'])}, but it is {error['input']!r:.80}"


def _literals(error: ErrorDetails) -> list[str]:
    expected = str(error.get("ctx", {}).get("expected", ""))
    return [word.strip() for word in expected.replace(" or ", ", ").split(",") if word.strip()]


def _with_hint(problem: str, value: str, known: t.Collection[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(value, names, n=1, cutoff=0.6)
    meant = f"; did you mean '{near[0]}'?" if near else ""
    listed = f" (allowed: {', '.join(names)})" if len(names) <= 16 else ""
    return f"{problem}{meant}{listed}" if names else problem


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _fields_at(location: tuple[int | str, ...]) -> list[str]:
    """Return the fields of the model at a location."""
    model: type[pydantic.BaseModel] = World
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: t.Any) -> type[pydantic.BaseModel] | None:
    """Return the first model inside an annotation such as `tuple[Group, ...] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return annotation
    models = (_model_in(argument) for argument in t.get_args(annotation))
    return next((model for model in models if model is not None), None)
