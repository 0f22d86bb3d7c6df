# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs that `make fuzz` once found to be read wrongly."""

from __future__ import annotations

import pytest

from fuzz.corpus import entries, load
from fuzz.guide import MOST_CPU, try_input
from fuzz.readers import READERS

# What was found took many times as long; a busy machine takes somewhat longer than a quiet one.
CPU = 2 * MOST_CPU


@pytest.mark.parametrize(("reader", "path"), [pytest.param(*entry, id=entry[1].stem) for entry in entries()])
def test_input_is_read_or_refused(reader, path):
    assert try_input(READERS[reader], load(path), CPU) is None


@pytest.mark.parametrize("reader", [*READERS])
def test_seed_is_read(reader):
    assert [try_input(READERS[reader], seed, CPU) for seed in READERS[reader].seeds()] == [None] * len(
        READERS[reader].seeds()
    )
