# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings of a wide grammar: each is learned right, or refused. Judged by a strict portal of the same shape."""

from __future__ import annotations

import collections
import json

import pytest
from learned_contracts import judged

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.file import contract_text
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract
from recordings import KINDS, generate, unanswerable

BATCH = 20


@pytest.mark.parametrize("start", range(0, 200, BATCH))
def test_what_is_learned_is_right(start):
    outcomes = {seed: judged(generate(seed)) for seed in range(start, start + BATCH)}
    counts = collections.Counter(outcome for outcome, _details in outcomes.values())
    assert counts["wrong"] == counts["leaks"] == 0, outcomes
    # To refuse everything would not be wrong, and of no use.
    assert counts["right"] >= 0.9 * BATCH, outcomes


@pytest.mark.parametrize("start", range(0, 40, BATCH))
def test_nothing_of_the_recording_is_in_the_file(start):
    for seed in range(start, start + BATCH):
        recording = generate(seed)
        text = contract_text(learn_contract(recording.har, "src"))
        assert not [each for each in (*recording.secrets, *recording.ids) if each in text]


# A call for each tenant is determined even so: its second tenant comes to one that is in the view already.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "nothing_stays"])
def test_recording_that_does_not_determine_the_write_is_refused(kind):
    for seed in range(BATCH // 2):
        recording = unanswerable(seed, kind)
        with pytest.raises(OptionError, match=r"^src\b") as refused:
            learn_contract(recording.har, "src")
        text = json.dumps(str(refused.value))
        assert not [each for each in (*recording.secrets, *recording.ids) if each in text], text


def test_where_nothing_stays_what_is_learned_is_right():
    outcomes = collections.Counter(judged(unanswerable(seed, "nothing_stays"))[0] for seed in range(BATCH))
    assert outcomes["wrong"] == outcomes["leaks"] == 0
    assert outcomes["refused"] > BATCH // 2
