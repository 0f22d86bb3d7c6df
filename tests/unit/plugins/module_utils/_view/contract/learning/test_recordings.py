# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recordings of a wide grammar: each is learned right, or refused. Judged by a strict portal of the same shape."""

from __future__ import annotations

import json

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.file import contract_text
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import write_requests
from recordings import KINDS, generate, unanswerable

BATCH = 20


def bodies(portal):
    answers = {name: portal.answer(name) for name in ("picker", "effective", "groups", "context")}
    return AnswerBodies(*(body for body, _headers in answers.values()), answers["effective"][1].get("ETag"))


def drive(contract, portal, add, remove):
    """Change the view of a portal as mto_tenant does: read again before a request that echoes an answer."""
    full = [*(each for each in portal.view if each not in remove), *add]

    def planned():
        values = bodies(portal).placeholder_values(portal.person.home_id)
        return write_requests(contract, values, full_list=full, add=add, remove=remove)

    requests = planned()
    for number in range(len(requests)):
        requests = planned() if contract.echoes else requests
        sent = requests[number]
        assert portal.apply(sent.method, sent.path, sent.headers, sent.body) == 200


@pytest.mark.parametrize("start", range(0, 200, BATCH))
def test_what_is_learned_is_right(start):
    for seed in range(start, start + BATCH):
        recording = generate(seed)
        learned = learn_contract(recording.har, "src")
        portal = recording.judge()
        before, offered = [*portal.view], [*portal.offered]
        add, remove = [each for each in offered if each not in before][:4], before[:2]
        drive(parse_contract(learned.contract), portal, add, remove)
        assert {*portal.view} == {*before, *add} - {*remove}, seed


@pytest.mark.parametrize("start", range(0, 40, BATCH))
def test_nothing_of_the_recording_is_told(start):
    for seed in range(start, start + BATCH):
        recording = generate(seed)
        learned = learn_contract(recording.har, "src")
        text = json.dumps([learned.contract, learned.learned, learned.unsure]) + contract_text(learned)
        assert not [each for each in (*recording.secrets, *recording.ids) if each in text]


# A call for each tenant is determined even so: its second tenant comes to one that is in the view already.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "nothing_stays"])
def test_recording_that_does_not_determine_the_write_is_refused(kind):
    for seed in range(BATCH):
        recording = unanswerable(seed, kind)
        with pytest.raises(OptionError, match=r"^src\b") as refused:
            learn_contract(recording.har, "src")
        text = str(refused.value)
        assert not [each for each in (*recording.secrets, *recording.ids) if each in text], text


def test_where_nothing_stays_what_is_learned_is_right():
    refused = 0
    for seed in range(2 * BATCH):
        recording = unanswerable(seed, "nothing_stays")
        try:
            learned = learn_contract(recording.har, "src")
        except OptionError:
            refused += 1
            continue
        portal = recording.judge()
        before, offered = [*portal.view], [*portal.offered]
        add, remove = [each for each in offered if each not in before][:2], before[:1]
        drive(parse_contract(learned.contract), portal, add, remove)
        assert {*portal.view} == {*before, *add} - {*remove}, seed
    assert refused > BATCH
