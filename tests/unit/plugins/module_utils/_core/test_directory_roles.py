# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra roles by name and by template id."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import (
    DEFENDER_ROLES,
    ROLE_NAMES,
    role_name,
    role_names,
    role_template_id,
)


def test_names_and_ids_are_inverse():
    for template_id, name in ROLE_NAMES.items():
        assert role_template_id(f" {name.upper()} ") == template_id == role_template_id(template_id.upper())
        assert role_name(template_id.upper()) == name


def test_unknown_roles():
    other = "99999999-0000-4000-8000-000000000001"
    assert (role_template_id("Wizard"), role_template_id(other), role_name(other)) == (None, other, other)
    assert role_template_id(other + "0") is None


def test_advice_names_the_role_that_may_do_least_first():
    other = "99999999-0000-4000-8000-000000000001"
    names = "Security Reader, Global Reader, Security Operator, Security Administrator, Global Administrator"
    assert role_names((other, *DEFENDER_ROLES)) == f"{names}, {other}"
    assert role_names(role.upper() for role in DEFENDER_ROLES) == names
