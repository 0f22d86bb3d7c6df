# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reader of the data files."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

if t.TYPE_CHECKING:
    import pydantic

# libyaml, where PyYAML is built with it, reads a file seven times as fast.
Loader: t.Final[type[yaml.SafeLoader | yaml.CSafeLoader]] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
CONTRACTS: t.Final = pathlib.Path(__file__).with_name("contracts")

Form = t.TypeVar("Form")


def read(name: str, form: pydantic.TypeAdapter[Form]) -> Form:
    """Return the content of a data file, checked against its form."""
    text = pathlib.Path(__file__).with_name(name).read_text(encoding="utf-8")
    return form.validate_python(yaml.load(text, Loader))  # noqa: S506  (a safe one)
