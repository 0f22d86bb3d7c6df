# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft's bodies as shapes get them, and ids in the form that they have there."""

from __future__ import annotations

import typing as t
import uuid

from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields


def guid(word: str) -> str:
    """A GUID that stands for a word, whatever its case."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, word.lower()))


def data_of(shape: t.Callable[..., t.Any], body: t.Any, *arguments: t.Any, **options: t.Any) -> t.Any:
    """What a shape makes of a body."""
    return shape(Fields(body, ""), *arguments, **options)
