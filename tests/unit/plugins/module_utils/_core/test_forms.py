# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checker of types: every kind of hint, with values that are and that are not of it."""

from __future__ import annotations

import functools
import typing as t

import pytest
from any_case import ANY_JSON
from hypothesis import given

from ansible_collections.m365.defender.plugins.module_utils._core.forms import form_of, misfit

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json, JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Provenance


class Base(t.TypedDict):
    name: str
    note: t.NotRequired[str]


class Row(Base):
    count: int
    on: bool | None
    source: Provenance
    anything: Json


class Loose(t.TypedDict, total=False):
    rows: Sequence[Row]


GOOD = {"name": "a", "count": 1, "on": None, "source": "doc", "anything": {"x": [1.5]}}


def partial_shape(body: JsonObject, _side: str) -> dict[str, list[Row]]:
    """A function as a read has one."""
    return {"rows": [body]}


@pytest.mark.parametrize(
    ("value", "hint", "place"),
    [
        ("a", str, None),
        (7, str, "x"),
        (None, str, "x"),
        (True, bool, None),
        (1, bool, "x"),
        (0, int, None),
        (True, int, "x"),
        (1.0, int, "x"),
        (2**53, int, "x"),
        (-(2**53) + 1, int, None),
        (float("nan"), int, "x"),
        (None, str | None, None),
        (7, str | None, "x"),
        ({}, t.Optional[list[str]], "x"),  # noqa: UP045  (a form of a hint that code may have)
        (["a", 7], list[str] | None, "x[1]"),
        ("met", t.Literal["met"], None),
        (1, t.Literal[True], "x"),
        (True, t.Literal[1], "x"),
        (["a"], list[str], None),
        (("a",), list[str], "x"),
        ("ab", list[str], "x"),
        ({"k": "a"}, dict[str, str], None),
        ({"k": 7}, dict[str, str], "x.k"),
        ([], dict[str, str], "x"),
        (GOOD, Row, None),
        ({**GOOD, "note": "b"}, Row, None),
        ({**GOOD, "note": 7}, Row, "x.note"),
        ({**GOOD, "more": 7}, Row, "x.more"),
        ({**GOOD, "source": "hearsay"}, Row, "x.source"),
        ({key: GOOD[key] for key in GOOD if key != "on"}, Row, "x.on"),
        ([], Row, "x"),
        ({}, Loose, None),
        ({"rows": [GOOD, {**GOOD, "count": "1"}]}, Loose, "x.rows[1].count"),
        ({"rows": [GOOD]}, form_of(partial_shape), None),
        ({"rows": [{}]}, form_of(functools.partial(partial_shape, _side="in")), "x.rows[0].anything"),
    ],
)
def test_misfit_is_named_by_its_path(value, hint, place):
    assert misfit(value, hint, "x") == place


def test_decorated_function_knows_the_names_of_its_own_module():
    wrapper = eval("lambda *given: None", {})  # noqa: S307  (its module has no names at all)
    assert form_of(functools.wraps(partial_shape)(wrapper)) == form_of(partial_shape)


@given(ANY_JSON)
def test_any_json_is_of_the_type_or_not_and_nothing_is_raised(value):
    for hint in (Row, Loose, dict[str, list[int]], str | None, int, t.Literal["a"]):
        place = misfit(value, hint, "x")
        assert place is None or place.startswith("x")
    assert misfit(value, t.Any, "x") is None
    assert (misfit(value, int, "x") is None) is (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**53
    )
