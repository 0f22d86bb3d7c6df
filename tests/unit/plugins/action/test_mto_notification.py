# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action mto_notification: its options are those of its documentation and of the code."""

from __future__ import annotations

import copy

from action_options import documented_options

from ansible_collections.m365.defender.plugins.action.mto_notification import ActionModule
from ansible_collections.m365.defender.plugins.modules.mto_notification import DOCUMENTATION


def test_options_are_the_documented_ones():
    spec = copy.deepcopy(ActionModule.spec)
    # The documentation of an option does not say that it is a secret.
    assert spec["notify"]["options"]["url"].pop("no_log")
    assert spec["smtp"]["options"]["password"].pop("no_log")
    assert documented_options(DOCUMENTATION) == spec
