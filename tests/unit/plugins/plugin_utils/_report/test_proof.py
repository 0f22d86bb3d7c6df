# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The evidence that a report keeps: the requests that decided, one each, without data."""

from __future__ import annotations

import pytest
from pages.report_rows import evidence, verdict

from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict
from ansible_collections.m365.defender.plugins.plugin_utils._report.proof import with_proof

BATCH = [evidence("first", data={"a": 1}), evidence("last", data={"b": 2})]
OTHER = evidence("other", request_id="2")


def proof(status="unmet", **fields):
    """The evidence that a verdict keeps, as rows."""
    judged = Verdict.from_fields("license", Fields(verdict(status, **fields), "row"))
    return [part.as_dict() for part in with_proof(judged).evidence]


def test_one_part_of_each_request_is_kept_without_its_data():
    assert proof(evidence=[*BATCH, OTHER]) == [{**BATCH[1], "data": None}, {**OTHER, "data": None}]


def test_what_failed_in_a_request_is_its_part():
    failed = evidence("failed", data=None, problem="read.forbidden")
    assert proof("unknown", evidence=[BATCH[0], failed, BATCH[1]]) == [failed]


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        ("met", {}),
        ("not_applicable", {}),
        ("unknown", {"caused_by": "access"}),
        ("unknown", {"reason": "check.not_chosen"}),
    ],
)
def test_what_is_no_cause_needs_none(status, fields):
    assert proof(status, evidence=BATCH, **fields) == []
