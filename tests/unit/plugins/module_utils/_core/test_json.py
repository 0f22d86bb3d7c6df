# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON from outside: strict, and with its text made harmless."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

import pytest
from cpu import cpu_limit
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.json import Json, JsonObject, parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._core.text import clean

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_an_object_is_a_mapping_by_name_of_anything():
    assert Json is t.Any
    assert t.get_origin(JsonObject) is Mapping
    assert t.get_args(JsonObject) == (str, Json)
    assert isinstance(json.loads("{}"), t.get_origin(JsonObject))


@given(VALUES)
def test_what_comes_in_can_go_out_again(value):
    read = parse_json(json.dumps(value))
    json.dumps(read, ensure_ascii=False, allow_nan=False).encode()
    assert parse_json(json.dumps(read)) == read


@given(VALUES, st.booleans())
def test_harmless_text_is_left_as_it_is(value, escaped):
    harmless = parse_json(json.dumps(value))
    assert parse_json(json.dumps(harmless, ensure_ascii=escaped)) == harmless


@pytest.mark.parametrize(
    "text",
    [
        '{"enabled": false, "enabled": true}',
        "NaN",
        "[Infinity]",
        "[1e999]",
        "\ufeff{}",
        "",
        "{",
        "[" * 100_000,
        "1" * 5_000,
    ],
)
def test_what_is_not_json_is_refused(text):
    with pytest.raises(ValueError, match=r"\S"):
        parse_json(text)


@pytest.mark.parametrize("depth", [400, 990, 5_000, 50_000])
def test_no_depth_of_nesting_is_anything_but_data_or_refused(depth):
    text = "[" * depth + '"\\ud800"' + "]" * depth
    try:
        value = parse_json(text)
    except ValueError:
        return
    for _level in range(depth):
        [value] = value
    assert value == "\ufffd"


def test_a_secret_does_not_hide_behind_an_escape():
    text = r'{"error": {"message": "Bearer s\u0065cret", "secret": 1}}'
    scrubbed = parse_json(text, lambda words: words.replace("secret", "*"))
    assert scrubbed == {"error": {"message": "Bearer *", "*": 1}}


SECRET = "s3cret&value+of/mine"
ECHOES = st.sampled_from(
    [SECRET, SECRET.replace("&", "%26"), f"a {SECRET} b", "eyJhbGciOiJub25l.e30.", "plain", "", "\x1b[1m\x00"]
)


@given(st.lists(ECHOES | st.text(), max_size=30))
def test_strings_are_scrubbed_together_as_they_are_one_by_one(strings):
    scrub = Secrets(SECRET).hide
    assert parse_json(json.dumps(strings), scrub) == [scrub(clean(string)) for string in strings]


@pytest.mark.parametrize(
    "piece",
    ['"a"', '{"a":"b"}', '""', "[]", '"\\u001b"', '"eyJhbGciOiJub25l."', '"a\\n"'],
    ids=repr,
)
def test_a_megabyte_costs_little(piece):
    """Each string scrubbed by itself took seconds."""
    secrets = Secrets(*(f"secret-value-number-{number}" for number in range(20)))
    text = f'[{",".join([piece] * (1_000_000 // (len(piece) + 1)))},"\\n"]'
    with cpu_limit(1.5):
        parse_json(text, secrets.hide)
