# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make foreign text fit for a line of a terminal, a page or an XML file. Pure.

Names of tenants, groups and relationships are written by other people. Shown as they are, they could move the cursor,
turn the direction of the text around them, or make a file that no parser can read.
"""

from __future__ import annotations

import difflib
import re
import textwrap
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Control sequences of a terminal (ECMA-48: introducer, parameters, one final letter). Strings that a terminal reads up
# to a terminator are not matched: of these only the control characters go, so that no name can swallow what follows it.
_TERMINAL: t.Final = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[@-~]")
# Control characters that are no white space, marks that turn the direction of text, invisible fillers, half surrogates,
# and non-characters: what XML 1.0 forbids is among them.
_UNFIT: t.Final = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    r"\ufffe\uffff\ud800-\udfff]"
)


# What separates lines or words without being a space, and would end a line where nobody expects it.
_SEPARATORS: t.Final = re.compile(r"[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
# Marks without a shape of their own: a name reads the same without them.
_MARKS: t.Final = re.compile(r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_FOREIGN: t.Final = re.compile(f"{_UNFIT.pattern}|{_SEPARATORS.pattern}")


def is_clean(text: str) -> bool:
    """Tell whether `clean` would leave the text as it is."""
    return _FOREIGN.search(text) is None


def clean(text: str) -> str:
    """Return foreign text as it may travel on: it can be encoded, shown and compared. Lines and tabs stay.

    A character that cannot be shown becomes U+FFFD instead of nothing, so that two different ids never become one.
    """
    if is_clean(text):
        return text
    without_marks = _MARKS.sub("", _TERMINAL.sub("", text))
    return _UNFIT.sub("\ufffd", _SEPARATORS.sub(" ", without_marks))


def one_line(text: object) -> str:
    """Return the text on one line, without characters that are not meant to be read; empty for None."""
    if text is None:
        return ""
    line = str(text)
    # Nothing that is printable is unfit, and most text is.
    return " ".join((line if line.isprintable() else _UNFIT.sub("", _TERMINAL.sub("", line))).split())


def shortened(text: str, most: int) -> str:
    """Return at most that many characters of the text, with an ellipsis where it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def end_with_stop(sentence: str) -> str:
    """Return the sentence with one full stop. A name, and what somebody else said, can end in one or in none."""
    return f"{sentence.rstrip('.')}."


def wrapped(text: str, width: int, first: str = "", others: str = "") -> list[str]:
    """Return the lines of a text, with what stands before the first and before the others.

    A word, such as an address, is never cut.
    """
    return textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=others, break_long_words=False, break_on_hyphens=False
    )


def listed_words(words: Sequence[str]) -> str:
    """Return the words as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def named_list(names: Iterable[str], most: int = 10) -> str:
    """List names as `A, B and C`, or the first ten and how many more, on one line whatever the names hold."""
    lines = list(map(one_line, names))
    if len(lines) > most:
        return f"{', '.join(lines[:most])} and {len(lines) - most} more"
    return listed_words(lines)


def nearest(word: str, known: Iterable[str], similarity: float = 0.7) -> str | None:
    """Return the known word that a misspelt one is most like, whatever the letter case; None if none is like it."""
    by_lower = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower(), by_lower, 1, similarity)
    return by_lower[close[0]] if close else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` for a sentence about a misspelt word; an empty text if no known word is like it."""
    name = nearest(word, known)
    return f" (did you mean '{name}'?)" if name else ""
