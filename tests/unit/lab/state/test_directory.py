# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Directories: nested groups, roles through groups, and how a tenant is found."""

from __future__ import annotations

from lab_worlds import READER, TARGET, small_state


def test_nested_groups_of_the_operator():
    home = small_state().home
    names = {home.groups[key]["displayName"] for key in home.transitive_groups(small_state().operator.object_id)}
    assert names == {"SOC", "All"}


def test_ring_of_groups_ends():
    home = small_state("- {name: All}", "- {name: All, members_of: [SOC]}").home
    assert len(home.transitive_groups(small_state().operator.object_id)) == 2


def test_role_through_a_group():
    target = small_state().directories[TARGET]
    assert target.active_roles(target.operator_ids[0]) == {READER}


def test_tenant_by_id_or_domain():
    built = small_state()
    for name in (TARGET.upper(), "fabrikam.example", "FABRIKAM.onmicrosoft.com"):
        assert built.find_directory(name) is built.directories[TARGET]
    assert built.find_directory("contoso.example") is None
