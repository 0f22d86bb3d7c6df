# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""mto_tenant where the view shows another tenant group, or a group with hidden tenants; and every write by clicks."""

from __future__ import annotations

import json
import pathlib

import pytest
from portal_person import click, select, signed_in
from test_registration import EXTRA, ONE, OTHER, SHAPES, THREE, TWO, desk, reasons
from worlds import tenant

from lab.clients.portal import EFFECTIVE

WEST = {"name": "SOC West"}


@pytest.mark.parametrize("mode", ["apply", "assist"])
def test_another_group_is_neither_judged_nor_written(tmp_path, mode):
    extra = [{**EXTRA, "in_view": True}]
    with desk(tmp_path, tenant(1, in_view=True), tenant(2), group=WEST, extra=extra) as work:
        result = work.run(registration=mode, purge=True, wait_timeout=0)
        assert reasons(result) == ["other_group"] * 2
        verdict = result["tenants"][0]["registration"]
        assert verdict["status"] == "unknown"
        assert "'SOC West'" in verdict["message"]
        assert "select My private group" in verdict["remedy"]
        assert result.get("failed", False) is (mode == "apply")
        assert (result["changed"], result["before"], result["pending_remove"]) == (False, None, [])
        assert work.view() == [ONE, OTHER]
        info = work.info()
        assert (info["complete"], info["tenant_group"], info["snapshot"]) == (False, "SOC West", None)


def test_a_group_that_only_has_the_name_of_the_private_one(tmp_path):
    with desk(tmp_path, tenant(1), group={"name": "My private group", "type": 0}) as work:
        assert reasons(work.run()) == ["other_group"]


@pytest.mark.parametrize("shape", ["replace", "flags", "per_tenant"])
def test_hidden_tenants_are_told_and_never_left_out(tmp_path, shape):
    world = (tenant(1, in_view=True), tenant(2), tenant(3, gdap=[]))
    extra = [{**EXTRA, "in_view": True}]
    with desk(tmp_path, *world, write_shape=shape, hidden_tenants=2, extra=extra) as work:
        result = work.run(purge=True, wait_timeout=0)
        assert reasons(result)[2] == "hidden_tenants"
        assert "holds 2 tenants that" in result["tenants"][2]["registration"]["message"]
        assert any("holds 2 tenants that" in warning for warning in result["warnings"])
        shown = work.view()
        assert work.page.get(EFFECTIVE).json()["allTenantsCount"] - len(shown) == 2
        if shape == "per_tenant":
            assert (result["added"], result["removed"]) == ([TWO], [OTHER])
        else:
            assert not result["changed"]
            assert {row["kind"]: row["tenant_ids"] for row in result["refused"]}["hidden_tenants"] == [TWO, OTHER]


def test_a_snapshot_keeps_whose_group_it_is_and_what_is_hidden(tmp_path):
    with desk(tmp_path, tenant(1, in_view=True), hidden_tenants=1) as work:
        path = tmp_path / "view.json"
        path.write_text(json.dumps(work.info()["snapshot"]), encoding="utf-8")
        saved = {"registration": "assist", "portal_cookies_file": None, "portal_snapshot": str(path)}
        result = work.run(**saved)
        assert reasons(result) == ["registered"]
        assert any("holds 1 tenant that" in warning for warning in result["warnings"])
        earlier = json.loads(path.read_text(encoding="utf-8"))
        for key in ("entityType", "name", "type", "tenantGroupId", "allTenantsCount"):
            del earlier["effective"][key]
        path.write_text(json.dumps(earlier), encoding="utf-8")
        result = work.run(**saved)
        assert reasons(result) == ["registered"]
        assert any("does not say which tenant group" in warning for warning in result["warnings"])


@pytest.mark.parametrize("shape", SHAPES)
def test_the_page_and_the_contract_write_the_same_way(tmp_path, shape, chromium):
    """What the page does by clicks and what the contract sends lead to the same view, whoever goes first."""
    world = [tenant(number) for number in (1, 2, 3)]
    with desk(tmp_path, *world, write_shape=shape) as work, signed_in(chromium, work.lab) as page:
        select(page, add=["Customer 1", "Customer 2", "Other"])
        assert work.view() == [ONE, TWO, OTHER]
        select(page, remove=[TWO])
        assert work.view() == [ONE, OTHER]
        result = work.run(purge=True)
        assert (result["added"], result["removed"]) == ([TWO, THREE], [OTHER])
        assert work.view() == [ONE, TWO, THREE]
        assert not work.run(purge=True)["changed"]
        click(page, remove=[ONE, TWO, THREE])
        assert work.view() == []


@pytest.mark.parametrize("shape", ["difference", "query"])
def test_many_tenants_in_portions(tmp_path, shape):
    world = [tenant(number) for number in range(1, 13)]
    with desk(tmp_path, *world, write_shape=shape, extra=[{**EXTRA, "in_view": True}]) as work:
        result = work.run(purge=True, wait_timeout=30)
        assert (len(result["added"]), result["removed"]) == (12, [OTHER])
        assert len(work.view()) == 12
        log = pathlib.Path(work.lab["ca_path"]).with_name("requests.jsonl").read_text(encoding="utf-8")
        writes = [row for row in map(json.loads, log.splitlines()) if row["path"].startswith("/apiproxy/mtoapi/lab/")]
        assert len(writes) == {"difference": 7, "query": 5}[shape]
        assert {row["status"] for row in writes} == {200}


def test_what_a_session_consists_of_is_known_to_the_scrubber(tmp_path):
    with desk(tmp_path, tenant(1)) as work:
        connection = work.connection()
        work.run(using=connection)
        cookies = json.loads(pathlib.Path(work.lab["portal_cookies_file"]).read_text(encoding="utf-8"))["cookies"]
        assert {row["value"] for row in cookies} <= connection.known_secrets.values()
