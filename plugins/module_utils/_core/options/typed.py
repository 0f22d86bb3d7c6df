# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as the types that their spec declares. Ansible converts the same values; its words name Python's types."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import quoted
from ansible_collections.m365.defender.plugins.module_utils._core.text import did_you_mean

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

    Option = Mapping[str, t.Any]

_BOOLEANS: t.Final = {
    **dict.fromkeys(("true", "yes", "on", "1", "y", "t"), True),
    **dict.fromkeys(("false", "no", "off", "0", "n", "f"), False),
}
_FILE: t.Final = re.compile(r"@\S+|\S+\.(ya?ml|json)")
_FORMS: t.Final = {
    "dict": "a dictionary",
    "list": "a list",
    "path": "the path of a file or directory",
    "raw": "a value",
    "str": "text",
}


def typed_options(spec: Spec, values: Mapping[str, object]) -> dict[str, t.Any]:
    """Return every option of a spec as its type, None where it is not given. Raise OptionError that names it."""
    return {name: typed_value(name, option, values.get(name)) for name, option in spec.items()}


def require_fit(spec: Spec, values: Mapping[str, object]) -> None:
    """Raise OptionError for a name that is not an option, and for a value that is not of its option's type."""
    for name in values:
        if name not in spec:
            hint = did_you_mean(name, spec)
            raise OptionError(f"{name}: this is not an option of the module{hint}; correct its name, or leave it out.")
    typed_options(spec, values)


def typed_value(name: str, option: Option, value: object) -> t.Any:
    """Return the value of one option. An empty text counts as not given."""
    if value is None or value == "":
        if option.get("required"):
            raise OptionError(f"{name}: missing; give {_form(option)}.")
        return option.get("default")
    converted = _CONVERTERS[option.get("type", "str")](name, option, value)
    choices = option.get("choices")
    if choices:
        for word in converted if isinstance(converted, list) else [converted]:
            require_choice(name, word, choices)
    return converted


def require_choice(name: str, word: object, choices: Iterable[str]) -> None:
    """Raise OptionError for a word that is none of the choices."""
    if word not in (known := tuple(choices)):
        hint = did_you_mean(str(word), known)
        raise OptionError(f"{name}: {quoted(word)} is not a choice{hint}; choose among {', '.join(known)}.")


def require_known(name: str, keys: Iterable[object], known: Iterable[str]) -> None:
    """Raise OptionError for a key that a dictionary of this option does not have."""
    known = tuple(known)
    for key in keys:
        if key not in known:
            hint = did_you_mean(str(key), known)
            raise OptionError(f"{name}: {quoted(key)} is not a known key{hint}; use {', '.join(known)}.")


def _boolean(name: str, option: Option, value: object) -> bool:
    found = _BOOLEANS.get(str(value).strip().lower()) if isinstance(value, (bool, int, str)) else None
    if found is None:
        raise OptionError(f"{name}: {_shown(option, value)} is neither true nor false; write true or false.")
    return found


def _whole_number(name: str, option: Option, value: object) -> int:
    text = "" if isinstance(value, (bool, list, dict)) else str(value).strip().removesuffix(".0")
    if not text.removeprefix("-").isdecimal() or len(text) > 15:
        raise OptionError(
            f"{name}: {_shown(option, value)} is not a whole number; write one such as {option.get('default') or 10}."
        )
    return int(text)


def _text(name: str, option: Option, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _wrong(name, option, value)
    return str(value)


def _list(name: str, option: Option, value: object) -> list[t.Any]:
    """Return a list, each element as its type. A text without brackets is split at commas, as Ansible does."""
    elements = option.get("elements", "str")
    if (
        isinstance(value, str)
        and elements in ("str", "raw")
        and not (_looks_like_json(value) or _FILE.fullmatch(value.strip()))
    ):
        value = [text.strip() for text in value.split(",") if text.strip()]
    if not isinstance(value, (list, tuple)):
        raise _wrong(name, option, value)
    element = {**option, "type": elements, "choices": None, "elements": "str"}
    empty = next((index for index, entry in enumerate(value) if entry is None or entry == ""), None)
    if empty is not None:
        raise OptionError(f"{name}[{empty}]: the entry is empty; remove it, or give {_form(element)}.")
    return [typed_value(f"{name}[{index}]", element, entry) for index, entry in enumerate(value)]


def _dictionary(name: str, option: Option, value: object) -> dict[str, t.Any]:
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = parse_json(value)
        except ValueError:
            raise _wrong(name, option, value) from None
    if not isinstance(value, dict):
        raise _wrong(name, option, value)
    spec: Spec | None = option.get("options")
    if spec is None:
        return value
    require_known(name, value, spec)
    return {key: typed_value(f"{name}.{key}", inner, value.get(key)) for key, inner in spec.items()}


def _wrong(name: str, option: Option, value: object) -> OptionError:
    kind = option.get("type", "str")
    if kind in ("dict", "list") and isinstance(value, str) and _looks_like_json(value):
        # This is what key=value on a command line makes of it.
        empty = "[]" if kind == "list" else "{}"
        return OptionError(
            f"{name}: the value is text that looks like JSON; on a command line, give the variable and its value as"
            f""" JSON, such as -e '{{"{name}": {empty}}}'."""
        )
    if kind in ("dict", "list") and isinstance(value, str) and _FILE.fullmatch(value.strip()):
        return OptionError(
            f"{name}: {_shown(option, value)} is the name of a file; on a command line, give a file with variables"
            " alone, such as -e @tenants.yml."
        )
    # YAML takes braces without quotes for a dictionary.
    unquoted = isinstance(value, bool) or (isinstance(value, dict) and [*value.values()] == [None])
    way_out = "put it in quotes" if unquoted and kind in ("path", "str") else f"give {_form(option)}"
    return OptionError(f"{name}: {_shown(option, value)} is not {_FORMS[kind]}; {way_out}.")


def _looks_like_json(text: str) -> bool:
    # A GUID can be in braces.
    return re.match(r"\s*(\[|\{\s*[\"'}])", text) is not None


def _form(option: Option) -> str:
    """Return what to give for an option, with the keys that a dictionary can have."""
    form = "a list of dictionaries" if option.get("elements") == "dict" else _FORMS[option.get("type", "str")]
    return f"{form} with {', '.join(option['options'])}" if option.get("options") else form


def _shown(option: Option, value: object) -> str:
    """Return the value in quotes, or what it is where it is a secret or too large to show."""
    if isinstance(value, dict):
        return "a dictionary"
    if isinstance(value, (list, tuple)):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    return "the value" if option.get("no_log") else quoted(value)


_CONVERTERS: t.Final[Mapping[str, Callable[[str, Option, t.Any], t.Any]]] = {
    "bool": _boolean,
    "dict": _dictionary,
    "int": _whole_number,
    "list": _list,
    "path": _text,
    "raw": lambda _name, _option, value: value,
    "str": _text,
}
