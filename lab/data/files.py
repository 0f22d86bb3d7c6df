# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reader of the data files."""

from __future__ import annotations

import pathlib
import typing as t

import yaml

try:
    # libyaml reads a file seven times as fast.
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

if t.TYPE_CHECKING:
    import pydantic

CONTRACTS: t.Final = pathlib.Path(__file__).with_name("contracts")

Form = t.TypeVar("Form")


def read(name: str, form: pydantic.TypeAdapter[Form]) -> Form:
    """Return the content of a data file, checked against its form."""
    text = pathlib.Path(__file__).with_name(name).read_text(encoding="utf-8")
    return form.validate_python(yaml.load(text, Loader))
