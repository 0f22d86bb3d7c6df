# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a module's documentation, as an argument spec has them."""

from __future__ import annotations

import importlib
import typing as t

import yaml

FRAGMENTS: t.Final = "ansible_collections.m365.defender.plugins.doc_fragments"
Spec = dict[str, dict[str, t.Any]]


def documented_options(documentation: str) -> Spec:
    """The options without their descriptions, those of the fragments included."""
    page = yaml.safe_load(documentation)
    fragments = [_of_fragment(name) for name in page.get("extends_documentation_fragment", ())]
    return _spec({name: option for options in (*fragments, page["options"]) for name, option in options.items()})


def _of_fragment(name: str) -> Spec:
    """The options of a fragment, such as `m365.defender._attributes.controller`."""
    file, *part = name.split(".")[2:]
    fragment = importlib.import_module(f"{FRAGMENTS}.{file}").ModuleDocFragment
    options: Spec = yaml.safe_load(getattr(fragment, part[0].upper() if part else "DOCUMENTATION"))["options"]
    return options


def _spec(options: Spec) -> Spec:
    return {
        name: {_key(key): _value(key, value) for key, value in option.items() if key != "description"}
        for name, option in options.items()
    }


def _key(key: str) -> str:
    return "options" if key == "suboptions" else key


def _value(key: str, value: t.Any) -> t.Any:
    return _spec(value) if key == "suboptions" else value
