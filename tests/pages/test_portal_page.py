# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings page of the lab's portal in a real Chromium: every write shape does what was clicked, and teaches it.

From the recorded clicks the contract is learned, and used for a view of forty tenants. Nobody describes a request by
hand, and no code of the collection knows the lab's shapes.
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
from lab.clients.portal import Page
from lab.process import start_lab
from lab.worlds.portal import WriteShape
from recordings import firefox_form, sanitized

MOST = 44
KEPT, FIRST, SECOND = map(tenant_id, (1, 2, 3))
WORLD = (tenant(1, in_view=True), *(tenant(number) for number in range(2, MOST + 1)))
FORTY = sorted(map(tenant_id, range(1, 42)))
# A sign-in is the same whatever the shape is, and takes longer than the recipe.
SIGNED_IN = "replace"


@pytest.fixture(scope="module", params=t.get_args(WriteShape))
def recipe(request, tmp_path_factory, chromium):
    """A lab of each shape, what was recorded there, and the writes that arrived."""
    directory, shape = tmp_path_factory.mktemp(request.param), request.param
    with start_lab(world=write_world(directory, *WORLD, portal={"write_shape": shape})) as lab:
        recorded = record_recipe(chromium, lab, directory / "page.har", FIRST, SECOND, sign_in=shape == SIGNED_IN)
        yield lab, recorded, [row for row in lab.requests() if "/mtoapi/lab/" in row["path"]]


def test_the_recipe_by_clicks(recipe):
    lab, recorded, writes = recipe
    assert recorded.views == ((KEPT,), (KEPT, FIRST, SECOND), (KEPT, SECOND), (KEPT,))
    assert Page(lab).view() == [KEPT]
    assert {row["status"] for row in writes} == {200}
    sent = [entry for entry in recorded.har["log"]["entries"] if "/mtoapi/lab/" in entry["request"]["url"]]
    assert len(sent) == len(writes) >= 3
    assert all("tenantId" in entry["response"]["content"]["text"] for entry in sent)
    bodies = [entry["request"].get("postData", {}).get("text") for entry in sent]
    for other in (firefox_form(recorded.har), sanitized(recorded.har)):
        there = [entry for entry in other["log"]["entries"] if "/mtoapi/lab/" in entry["request"]["url"]]
        assert [entry["request"].get("postData", {}).get("text") for entry in there] == bodies


def test_forty_tenants_come_and_three_go(recipe, tmp_path):
    lab, recorded, _writes = recipe
    har = recorded.har
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
