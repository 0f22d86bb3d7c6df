# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small files that cost much: none takes a second."""

from __future__ import annotations

import contextlib

import pytest
from cpu import cpu_limit

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.strict_yaml import load_strict

LEVELS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))
KILOBYTE = 1024


@pytest.mark.parametrize(
    "text",
    [
        "l0: &l0 [x, x]\n" + LEVELS,
        "[" * 15 * KILOBYTE,
        "{a: " * 3 * KILOBYTE,
        "? " * 7 * KILOBYTE,
        "1:" * 7 * KILOBYTE + "1",
        "a: " + "1_" * 7 * KILOBYTE + "1",
        "a: 0x" + "f" * 15 * KILOBYTE,
        "[" + "a," * 7 * KILOBYTE + "]",
        "[" + "{}," * 5 * KILOBYTE + "]",
        "a: '" + "\n" * 15 * KILOBYTE + "'",
        'a: "' + "\\u2028" * 2 * KILOBYTE + '"',
        "a: |\n" + " x\n" * 5 * KILOBYTE,
        "#" * 15 * KILOBYTE,
        " " * 15 * KILOBYTE,
        "".join(f"k{n}: {n}\n" for n in range(1400)),
    ],
)
def test_a_small_file_costs_little(tmp_path, text):
    path = tmp_path / "contract.yml"
    path.write_text(text, encoding="utf-8")
    with cpu_limit(1), contextlib.suppress(OptionError):
        load_strict("portal_contract", str(path), "see the docs.")


@pytest.mark.parametrize("text", ['{"\\ud83d": 1}', 'a: "\\u202e"', 'a: ["\\x07"]'])
def test_character_that_nobody_sees_is_refused(tmp_path, text):
    path = tmp_path / "contract.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=r"\(line 1\) holds a character that cannot be shown"):
        load_strict("portal_contract", str(path), "see the docs.")
