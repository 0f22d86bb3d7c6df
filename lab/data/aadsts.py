# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of Microsoft Entra by AADSTS number."""

from __future__ import annotations

import dataclasses
import typing as t

import pydantic

from lab.data import files


@dataclasses.dataclass(frozen=True, slots=True)
class ErrorDefinition:
    """An error. Names are filled into the braces of `text`."""

    error: str
    text: str
    status: int = 400
    suberror: str | None = None


ERRORS: t.Final = files.read("aadsts.yml", pydantic.TypeAdapter(dict[int, ErrorDefinition]))
