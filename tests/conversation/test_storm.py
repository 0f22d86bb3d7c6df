# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small storm: `make storm` is the whole one."""

from __future__ import annotations

from storm.campaign import Campaign
from storm.worker import Settings


def test_no_verdict_lies_in_a_small_storm():
    campaign = Campaign([Settings(world="generated", seed=11, tenants=10, runs=16, seconds=1200)])
    campaign.run()
    assert campaign.failures == []
    assert campaign.checks > 300
