# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe of Defender: what is kept of an incident."""

from __future__ import annotations

import pytest
from bodies import data_of

from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reads import shape_incidents
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

INCIDENT = {"id": "1", "severity": "medium", "status": "active"}


@pytest.mark.parametrize(
    ("rows", "found"), [([], False), ([INCIDENT], True), ([INCIDENT, {**INCIDENT, "id": "2"}], True)]
)
def test_incidents_tell_only_whether_there_is_one(rows, found):
    assert data_of(shape_incidents, {"value": rows}) == {"any": found}


@pytest.mark.parametrize("missing", ["id", "severity", "status"])
def test_rows_of_another_kind_are_no_incidents(missing):
    row = {name: text for name, text in INCIDENT.items() if name != missing}
    with pytest.raises(OptionError, match=missing):
        data_of(shape_incidents, {"value": [{**INCIDENT, "id": "2"}, row]})
