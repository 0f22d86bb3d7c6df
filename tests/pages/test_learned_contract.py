# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From clicks to a view of forty tenants: a real Chromium is recorded, the contract learned, and used, for every shape.

Nobody describes a request by hand, and no code of the collection knows the lab's shapes.
"""

from __future__ import annotations

import json
import typing as t

import pytest
from portal_person import record_recipe
from test_registration import Desk
from worlds import declared, tenant, tenant_id, write_world

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.file import (
    contract_text,
    write_contract,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract
from lab.process import start_lab
from lab.worlds.portal import WriteShape
from recordings import firefox_form, sanitized

MOST = 44
KEPT, FIRST, SECOND = map(tenant_id, (1, 2, 3))
WORLD = (tenant(1, in_view=True), *(tenant(number) for number in range(2, MOST + 1)))
FORTY = sorted(map(tenant_id, range(1, 42)))


@pytest.mark.parametrize("shape", t.get_args(WriteShape))
def test_forty_tenants_come_and_three_go(tmp_path, chromium, shape):
    with start_lab(world=write_world(tmp_path, *WORLD, portal={"write_shape": shape})) as lab:
        har = record_recipe(chromium, lab, tmp_path / "page.har", FIRST, SECOND, sign_in=False).har
        learned = learn_contract(har, "src")
        for other in (firefox_form(har), sanitized(har)):
            assert learn_contract(other, "src").contract == learned.contract
        contract = tmp_path / "contract.yml"
        write_contract(str(contract), contract_text(learned))
        text = json.dumps([learned.learned, learned.unsure]) + contract.read_text(encoding="utf-8")
        assert not [row for row in lab.tenants() if row["tenant_id"] in text or row["name"] in text]
        desk = Desk(lab, declared(*WORLD[:41]))
        first = desk.run(portal_contract=str(contract))
        assert first["after"] == desk.view() == FORTY
        assert len(first["added"]) == 40
        fewer = Desk(lab, declared(*WORLD[:38]))
        second = fewer.run(portal_contract=str(contract), purge=True)
        assert (second["added"], second["removed"]) == ([], FORTY[38:])
        assert fewer.view() == FORTY[:38]
        sent = len(lab.requests())
        third = fewer.run(portal_contract=str(contract), purge=True)
        assert (third["changed"], third["after"]) == (False, FORTY[:38])
        assert {row["method"] for row in lab.requests()[sent:]} == {"GET"}
