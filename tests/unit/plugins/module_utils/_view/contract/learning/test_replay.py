# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A contract is tried on its own recording."""

from __future__ import annotations

import copy

import pytest
from recorded import Recorded, one_by_one, put_full_list

from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import read_steps
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.replay import reproduces

RECORDINGS = {write: Recorded().recipe(write) for write in (put_full_list, one_by_one)}


def tried(write, data):
    steps = read_steps(exchanges(RECORDINGS[write].entries), "src").steps
    writes = [own for step in steps for own in step.writes]
    return reproduces(parse_contract(data), steps, writes)


@pytest.mark.parametrize("write", RECORDINGS)
def test_learned_contract_gives_the_recorded_requests(write):
    assert tried(write, learn_contract(RECORDINGS[write].har, "src").contract)


@pytest.mark.parametrize(
    "change",
    [
        lambda call: call.update(method="POST"),
        lambda call: call.update(path="/apiproxy/mtoapi/other"),
        lambda call: call.update(query={"more": "1"}),
        lambda call: call.update(headers={"If-Match": "other"}),
        lambda call: call["body"].update(more=1),
        lambda call: call["body"].update(tenants="$tenant_ids"),
        lambda call: call["body"]["tenants"]["$each"].pop("name"),
    ],
)
def test_contract_that_gives_other_requests(change):
    data = copy.deepcopy(learn_contract(RECORDINGS[put_full_list].har, "src").contract)
    change(data["write"]["set"])
    assert not tried(put_full_list, data)


def test_contract_that_needs_what_no_answer_had():
    data = copy.deepcopy(learn_contract(RECORDINGS[put_full_list].har, "src").contract)
    data["write"]["set"]["headers"] = {"If-Match": "$effective.missing"}
    assert not tried(put_full_list, data)
