# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of roles: names and template ids are unique, and either names a role."""

from __future__ import annotations

import uuid

import pytest

from lab.data import roles


def test_names_and_ids_are_unique():
    assert len(roles.NAME_OF) == len(roles.ID_OF)
    assert all(str(uuid.UUID(template_id)) == template_id for template_id in roles.NAME_OF)


def test_role_by_name_or_id():
    assert roles.role_id("Security Reader") == roles.role_id(roles.ID_OF["Security Reader"].upper())


def test_unknown_role():
    with pytest.raises(KeyError):
        roles.role_id("Security")


def test_german_names():
    german = roles.DISPLAY_NAMES["de"]
    assert german.keys() == roles.NAME_OF.keys()
    assert german[roles.GLOBAL_ADMINISTRATOR] == "Globaler Administrator"
    assert german[roles.ID_OF["Tenant Governance Reader"]] == "Tenant Governance Reader"
