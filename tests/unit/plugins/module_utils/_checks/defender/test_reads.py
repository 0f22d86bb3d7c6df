# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe of Defender: what is kept of an incident."""

from __future__ import annotations

import pytest
from bodies import data_of

from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reads import shape_incidents


@pytest.mark.parametrize(("rows", "found"), [([], False), ([{"id": "1"}], True), ([{"id": "1"}, {"id": "2"}], True)])
def test_incidents_tell_only_whether_there_is_one(rows, found):
    assert data_of(shape_incidents, {"value": rows}) == {"any": found}
