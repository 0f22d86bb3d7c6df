# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each list of Microsoft's, and the view, as the tenants of an inventory."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.plugin_utils._role.inventory.sources import rows_of_source
from lab.clients.portal import Page
from lab.process import start_lab

CONNECTION = ("home_tenant_id", "client_id", "client_secret", "refresh_token", "operator", "ca_path")


@pytest.fixture(scope="module")
def options():
    """The connection to a lab with tenants of every access method."""
    with start_lab(world="lab/worlds/methods.yml") as lab:
        yield options_of(lab)


def options_of(lab, **changes):
    endpoints = {name: lab.connection[name] for name in ("login", "graph", "arm", "portal", "mto")}
    return {**{name: lab.connection[name] for name in CONNECTION}, "endpoints": endpoints, "lab": lab, **changes}


@pytest.mark.parametrize(("source", "access"), [("gdap", "gdap"), ("arm", "b2b"), ("governance", "governance")])
def test_list_has_the_declared_tenants_of_its_method(options, source, access):
    rows = rows_of_source(source, options)
    ids = {row["tenant_id"] for row in rows}
    assert {row["access"] for row in rows} == {access}
    assert options["home_tenant_id"] not in ids
    assert ids & {row["tenant_id"] for row in options["lab"].tenants()}
    assert all(row["name"] for row in rows)


def test_view_has_what_was_added_and_not_the_home_tenant(tmp_path):
    with start_lab(world="lab/worlds/demo.yml") as lab:
        first = lab.tenants()[0]
        assert Page(lab).replace(first["tenant_id"]).ok
        cookies = lab.connection["portal_cookies_file"]
        (row,) = rows_of_source("view", options_of(lab, portal_cookies_file=cookies, refresh_token=None))
    assert row == {"tenant_id": first["tenant_id"], "name": first["name"], "access": "", "cloud": "public"}


def test_list_of_a_person_needs_the_person(options):
    with pytest.raises(MtoError, match="refresh_token"):
        rows_of_source("arm", {**options, "refresh_token": None})
