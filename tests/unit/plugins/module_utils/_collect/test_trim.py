# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence of the home tenant trimmed to one tenant, and a row trimmed to its limit."""

from __future__ import annotations

import dataclasses
import json

import pytest
from evidence import GROUP, OTHER_GROUP, SECURITY_READER, case, piece, sku, sku_evidence, unread
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._collect.trim import (
    MAX_BYTES,
    trim_assignments,
    trim_groups,
    trim_relationships,
    trim_row,
    trim_schedules,
)

TENANT = case({}).tenant


def test_relationships_of_this_customer_with_wanted_roles():
    rows = [
        {"id": "1", "customer": TENANT.tenant_id, "roles": [SECURITY_READER, "other"]},
        {"id": "2", "customer": "somebody", "roles": []},
    ]
    assert trim_relationships(piece("r", rows), TENANT).data == {
        "relationships": [{"id": "1", "roles": [SECURITY_READER], "other_roles": 1}],
        "others": 1,
    }


def test_assignments_with_wanted_roles():
    trimmed = trim_assignments(piece("a", {"assignments": [{"group": GROUP, "roles": ["x", "y"]}]}), TENANT)
    assert trimmed.data == {"assignments": [{"group": GROUP, "roles": [], "other_roles": 2}]}


def test_groups_that_are_named():
    trimmed = trim_groups(piece("g", {"groups": {GROUP: "SOC", OTHER_GROUP: "All"}}), {GROUP})
    assert trimmed.data == {"groups": {GROUP: "SOC"}, "other_groups": 1}


def test_schedules_of_groups_that_are_named():
    data = {"rows": [{"group": GROUP}, {"group": OTHER_GROUP}], "left_out": 0}
    assert trim_schedules(piece("s", data), {GROUP}).data == {
        "rows": [{"group": GROUP}],
        "left_out": 0,
        "other_rows": 1,
    }
    absent = piece("s", {"found": False})
    assert trim_schedules(absent, {GROUP}) is absent


@pytest.mark.parametrize("trim", [trim_relationships, trim_assignments])
def test_what_was_not_read_stays_unread(trim):
    assert trim(unread("x"), TENANT) == unread("x")


@pytest.mark.parametrize("trim", [trim_groups, trim_schedules])
def test_groups_that_were_not_read_stay_unread(trim):
    assert trim(unread("x"), {GROUP}) == unread("x")


def bytes_of(verdicts):
    """What the row's evidence takes, as JSON."""
    return sum(len(json.dumps([item.as_dict() for item in verdict.evidence])) for verdict in verdicts.values())


def row_of(*evidence):
    """Four verdicts, each of which rests on all of this evidence."""
    found = case({}).verdict("license", "license.none", evidence=evidence)
    return {
        check: dataclasses.replace(found, check=check) for check in ("access", "license", "permissions", "mfa_trust")
    }


def test_row_within_the_limit_is_shown_whole():
    verdicts = row_of(piece("small", {"rows": [1, 2, 3], "left_out": 0}))
    assert trim_row(verdicts) == verdicts


def test_row_beyond_the_limit_shows_the_first_and_counts_the_others():
    rows = [{"id": str(number), "name": "n" * 60} for number in range(100)]
    trimmed = trim_row(row_of(piece("large", {"rows": rows, "left_out": 2})))
    assert bytes_of(trimmed) <= MAX_BYTES
    data = trimmed["access"].evidence[0].data
    assert data["rows"] == rows[: len(data["rows"])]
    assert 0 < len(data["rows"]) == 102 - data["left_out"]
    by_id = trim_row(row_of(piece("large", {"groups": {str(n): "n" * 60 for n in range(100)}})))
    data = by_id["access"].evidence[0].data
    assert 0 < len(data["groups"]) == 100 - data["left_out"]


large = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=9)
    | st.sampled_from(["x" * 5000, "\u4e00" * 900, '"' * 900]),
    lambda inner: (
        st.builds(lambda item, n: [item] * n, inner, st.sampled_from([1, 9, 40]))
        | st.builds(lambda item, n: {f"{k}" * 9: item for k in range(n)}, inner, st.sampled_from([1, 9, 40]))
    ),
    max_leaves=3,
)


@given(st.lists(large, min_size=1, max_size=25), st.sampled_from(["/me", "/users?" + "x" * 480, "/" + "\u4e00" * 499]))
def test_row_is_within_the_limit_whatever_was_read(bodies, url):
    evidence = [dataclasses.replace(piece("what", body), url=url, request_id="\u4e00" * 64) for body in bodies]
    verdicts = row_of(*evidence)
    trimmed = trim_row(verdicts)
    assert bytes_of(trimmed) <= MAX_BYTES
    for check, verdict in verdicts.items():
        assert trimmed[check].evidence
        assert dataclasses.replace(trimmed[check], evidence=verdict.evidence) == verdict


def test_verdicts_are_made_of_everything_that_was_read():
    skus = [sku(f"{'LONG_NAME' * 20}_{number}", MDE_LITE="Success") for number in range(7)]
    row = judge_requirements(case(sku_evidence(*skus, sku("LAST" * 40, MTP="Success"))))
    assert row.verdicts["license"].reason == "license.present"
    assert bytes_of(row.verdicts) <= MAX_BYTES
