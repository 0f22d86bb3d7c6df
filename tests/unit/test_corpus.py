# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs that `make fuzz` once found to be read wrongly."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import facts_from_evidence
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


def test_saved_evidence_of_the_seeds_is_whole():
    """Else the fuzzer would start from damage: `make fuzz ARGS="--record"` takes new seeds from the lab."""
    seeds = READERS["evidence"].seeds()
    judged = [row for seed in seeds for row in facts_from_evidence(json.loads(seed)).assessment.rows]
    reasons = {verdict.reason for row in judged for verdict in row.verdicts.values()}
    assert seeds
    assert "read.evidence_damaged" not in reasons
