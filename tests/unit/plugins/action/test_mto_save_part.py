# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action mto_save_part: its options are those of its documentation and of the code."""

from __future__ import annotations

from action_options import documented_options

from ansible_collections.m365.defender.plugins.action.mto_save_part import ActionModule
from ansible_collections.m365.defender.plugins.modules.mto_save_part import DOCUMENTATION


def test_options_are_the_documented_ones():
    assert documented_options(DOCUMENTATION) == ActionModule.spec
