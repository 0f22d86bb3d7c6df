# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages about mistakes in the fields of just-in-time access, GDAP and licences."""

from __future__ import annotations

import pytest
from lab_worlds import WORLD

from lab.worlds.loading import WorldError, parse_world


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("groups: [SOC]}", "eligible_groups: [{group: SOCK}]}", "did you mean 'SOC'?"),
        ("groups: [SOC]}", "timed_groups: [{group: SOC, type: active}]}", "(allowed: activated, assigned)"),
        ("groups: [SOC]}", "timed_groups: [{group: SOC, minutes_left: 0}]}", "greater than or equal to 1"),
        ("groups: [SOC]}", "timed_groups: [{group: SOC, minutes: 5}]}", "did you mean 'minutes_left'?"),
        ("[{groups: [Readers]}]", "[{eligible_groups: [{group: Reader}]}]", "did you mean 'Readers'?"),
        ("[{groups: [Readers]}]", "[{eligible_roles: [{role: Reader}]}]", "is not a known role"),
        ("[{groups: [Readers]}]", "[{eligible_roles: [{role: Global Reader, scope: /x}]}]", "'/x' is neither '/' nor"),
        ("assignable_to_role: true", "eligible_roles: [Global Reader]", "it must be assignable_to_role"),
        ("{name: Fabrikam SOC,", "{name: Fabrikam SOC, partner_consent_pending: true,", "relationship of a reseller"),
        ("disabled_plans: [MDE_LITE]", "pending_plans: [MDE_LTE]", "did you mean 'MDE_LITE'?"),
        ("country: FR", "country: FR\n    role_names: fr", "(allowed: de, en)"),
    ],
)
def test_mistake(before, after, message):
    assert before in WORLD
    with pytest.raises(WorldError) as caught:
        parse_world(WORLD.replace(before, after, 1), "small.yml")
    assert message in str(caught.value)
