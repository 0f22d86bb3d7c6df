# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a job of AWX can know about its part of the inventory."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._role.job import (
    is_told_to_be_a_slice,
    may_be_a_slice,
    slice_of,
    workflow_of,
)

# As AWX 24.6 sets them: it says nothing of slices.
PLAIN = {"awx_job_id": 7, "awx_job_launch_type": "manual", "awx_job_template_name": "onboard"}
SCHEDULED = {**PLAIN, "awx_job_launch_type": "scheduled"}
NODE = {**PLAIN, "awx_job_launch_type": "workflow", "awx_workflow_job_id": 8, "awx_workflow_job_name": "every night"}
SLICE = {**NODE, "awx_workflow_job_name": "onboard"}
RELAUNCHED = {**PLAIN, "awx_job_launch_type": "relaunch"}
TOWER = {name.replace("awx_", "tower_"): value for name, value in SLICE.items()}


@pytest.mark.parametrize(
    ("variables", "told", "may_be"),
    [
        ({}, False, False),
        (PLAIN, False, False),
        (SCHEDULED, False, False),
        (NODE, False, False),
        (SLICE, False, True),
        (TOWER, False, True),
        (RELAUNCHED, False, True),
        ({"awx_job_slice_count": 4}, True, True),
        ({"tower_job_slice_count": "2"}, True, True),
        ({"awx_job_slice_count": "1"}, False, False),
        ({"awx_job_slice_count": ""}, False, False),
        ({"awx_job_slice_count": None}, False, False),
        ({"awx_job_template_name": "", "awx_workflow_job_name": ""}, False, False),
    ],
)
def test_slices_are_seen(variables, told, may_be):
    assert (is_told_to_be_a_slice(variables), may_be_a_slice(variables)) == (told, may_be)


@pytest.mark.parametrize(("variables", "workflow"), [({}, ""), (PLAIN, ""), (SLICE, "8"), (TOWER, "8")])
def test_workflow(variables, workflow):
    assert workflow_of(variables) == workflow


@pytest.mark.parametrize(("number", "count", "expected"), [(2, "4", (2, 4)), ("4", 4, (4, 4)), (3, 1, (0, 0))])
def test_number_of_a_slice(number, count, expected):
    assert slice_of({"awx_job_slice_number": number, "awx_job_slice_count": count}) == expected


@pytest.mark.parametrize(("number", "count"), [(0, 4), (5, 4), ("two", 4), ("", 4), (1, "many"), (-1, 4), (1.5, 4)])
def test_number_that_cannot_be_is_refused(number, count):
    with pytest.raises(OptionError, match=r"^awx_job_slice_number: .*give whole numbers, the first slice being 1\.$"):
        slice_of({"awx_job_slice_number": number, "awx_job_slice_count": count})
