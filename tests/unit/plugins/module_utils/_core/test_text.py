# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Foreign text on one line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.text import (
    clean,
    is_clean,
    listed_words,
    named_list,
    one_line,
    shortened,
)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, ""),
        (5, "5"),
        ("  a\n b\tc ", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x00b\x07", "ab"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("half \ud800", "half"),
    ],
)
def test_foreign_text_is_one_harmless_line(text, line):
    assert one_line(text) == line


@given(st.text())
def test_a_line_stays_as_it_is(text):
    assert one_line(one_line(text)) == one_line(text)


@given(st.characters())
def test_what_is_printable_is_kept_and_what_is_not_fit_is_not_printable(character):
    """The short way of `one_line` and the long one lead to the same."""
    assert one_line(f"a{character}b") == one_line(f"a{character}b\x07")


@given(st.text(), st.integers(1, 20))
def test_shortened_text_is_never_longer(text, most):
    assert len(shortened(text, most)) <= most


def test_ellipsis_replaces_what_was_cut():
    assert (shortened("abc", 3), shortened("ab cd", 4)) == ("abc", "ab…")


def test_words_are_listed():
    assert [listed_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


@given(st.text())
def test_cleaned_text_is_clean_can_be_encoded_and_keeps_its_lines(text):
    cleaned = clean(text)
    assert is_clean(cleaned)
    assert clean(cleaned) == cleaned
    cleaned.encode()
    assert len(cleaned.splitlines()) == len([line for line in re.findall(r"[^\r\n]*(?:\r\n|\r|\n|$)", cleaned) if line])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Fabrikam\ud83d", "Fabrikam\ufffd", id="half a surrogate"),
        pytest.param("a\x00b", "a\ufffdb", id="a control character: never the same as without it"),
        pytest.param("a\x85b\u2028c\u2029d\x0be", "a b c d e", id="separators of lines"),
        pytest.param("\u202egpj.exe\u202c", "gpj.exe", id="marks that turn the direction"),
        pytest.param("\x1b[31mred\x1b[0m", "red", id="a sequence of the terminal"),
        pytest.param("two\nlines\tand a tab", "two\nlines\tand a tab", id="what text is made of"),
    ],
)
def test_foreign_text_is_made_harmless(text, expected):
    assert clean(text) == expected


def test_lists_of_names():
    assert named_list([]) == ""
    assert named_list(["Birch"]) == "Birch"
    assert named_list(["x", "y", "z"]) == "x, y and z"
    assert named_list(map(str, range(12))).endswith("8, 9 and 2 more")
    assert named_list(["two\nlines\x1b[31m"]) == "two lines"
