# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a module's documentation, as an argument spec has them."""

from __future__ import annotations

import typing as t

import yaml

Spec = dict[str, dict[str, t.Any]]


def documented_options(documentation: str) -> Spec:
    """The options without their descriptions."""
    return _spec(yaml.safe_load(documentation)["options"])


def _spec(options: Spec) -> Spec:
    return {
        name: {_key(key): _value(key, value) for key, value in option.items() if key != "description"}
        for name, option in options.items()
    }


def _key(key: str) -> str:
    return "options" if key == "suboptions" else key


def _value(key: str, value: t.Any) -> t.Any:
    return _spec(value) if key == "suboptions" else value
