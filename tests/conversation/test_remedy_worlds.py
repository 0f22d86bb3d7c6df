# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated tenants: every write has a reason, and a second run writes nothing. `remedy_worlds.py` proves more."""

from __future__ import annotations

import pytest
from remedy_worlds import prove

from lab.process import start_lab


@pytest.mark.parametrize("seed", [1, 2])
def test_every_write_has_a_reason(tmp_path, seed):
    with start_lab(tenants=40, seed=seed) as lab:
        counted = prove(lab, tmp_path, seed)
    assert counted["writes"] > 0
