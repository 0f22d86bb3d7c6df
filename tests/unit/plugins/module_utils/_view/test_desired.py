# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state: its defaults are those that the argument spec documents."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
from ansible_collections.m365.defender.plugins.module_utils._view.options import registration_spec


@pytest.mark.parametrize("option", ["state", "purge", "whole_list", "max_tenants", "max_removals"])
def test_defaults_are_those_of_the_options(option):
    assert getattr(DesiredState((), frozenset(), "home"), option) == registration_spec()[option]["default"]


def test_it_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        DesiredState((), frozenset(), "home").purge = True
