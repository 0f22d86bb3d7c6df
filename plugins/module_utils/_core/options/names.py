# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What sentences call an option: by its name, or with a prefix. The users of the role know options as its variables.

Like the language of a program, this holds for a whole run. In the catalogue, `{mto_}` stands before every name.
"""

from __future__ import annotations

import contextlib
import re
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

# How the role says that its users know options as variables (`mto__environment` in its `vars/main.yml`).
_PREFIX_VARIABLE: t.Final = "MTO__OPTION_PREFIX"
# What no variable sets: these are options of a module alone, whoever calls it.
_NO_VARIABLES: t.Final = frozenset(
    "as_facts dest flow from_evidence judged_at restore return_evidence src state whole_list write".split()
)
# What a playbook calls an option otherwise.
_VARIABLES: t.Final = {
    "path": "refresh_token_file",
    "open_browser": "login_browser",
    **{name: f"login_{name}" for name in ("method", "wait", "port", "renew")},
}


class _Names:
    prefix = ""


@contextlib.contextmanager
def named_with(prefix: str) -> Iterator[None]:
    """Let the sentences that are made meanwhile name options with this prefix, in all threads."""
    before = _Names.prefix
    _Names.prefix = prefix
    try:
        yield
    finally:
        _Names.prefix = before


def given_prefix(environment: Mapping[str, str]) -> str:
    """Return what the names of options begin with for whoever runs a task with this environment."""
    return environment.get(_PREFIX_VARIABLE, "")


def option_name(option: str = "", variable: str = "") -> str:
    """Return what the user calls an option; what its name begins with if none is given.

    `variable` is what it is called after the prefix, if that is not the option's own name.
    """
    return f"{_Names.prefix}{variable or option}" if _Names.prefix else option


def with_prefix(sentence: str, options: Collection[str], prefix: str | None = None) -> str:
    """Return a sentence about an option, which begins with its name, with the prefix before every name in it."""
    before = _Names.prefix if prefix is None else prefix
    if not before:
        return sentence
    names = [name for name in options if name not in _NO_VARIABLES]
    # Within a sentence, `operator` and the like are ordinary words.
    within = "|".join(name for name in names if "_" in name)
    every = "|".join(names)
    pattern = (
        rf"""^(?:{every})(?=[.:])|(?<![\w./'-])(?:(?:{every})(?=\[)|(?:{within})(?!\w))|(?<={{")(?:{every})(?=":)"""
    )
    return re.sub(pattern, lambda match: before + _VARIABLES.get(match[0], match[0]), sentence)
