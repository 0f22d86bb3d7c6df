# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""However the tenants are cut into slices, the merge is one run. What is in no part is unknown, and nothing is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import GENERATED_AT, tenant_id
from parts import HOME, NOW, OPERATOR, declared, part_of, wanted
from reports import made_report

from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.merge import merge_parts

HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


def report(assessment):
    """The report that is made of an assessment, at any time."""
    run = {"generated_at": GENERATED_AT, "home_tenant_id": HOME, "operator": assessment["operator"]}
    return made_report(assessment["requirements"], assessment["tenants"], checks=assessment["checks"], **run)


def reasons(merged):
    """What is first broken of each tenant, by its number."""
    rows = merged.assessment["requirements"].values()
    return {int(row["tenant_id"][:8]): row["reason"] for row in rows}


def used_for(merged, number):
    """When what counts for a tenant was read."""
    runs = merged.assessment["evidence"]["requirements"]
    times = [
        run["read_at"] for run in runs for row in run["tenants"] if row["tenant"]["tenant_id"] == tenant_id(number)
    ]
    assert len(times) == 1
    return times[0]


@st.composite
def splits(draw):
    """Tenants in the order of a list, cut into slices in any way, in any order."""
    numbers = draw(st.permutations(range(1, draw(st.integers(1, 9)) + 1)))
    slices = [draw(st.integers(0, 3)) for _number in numbers]
    groups = [[n for n, group in zip(numbers, slices, strict=True) if group == index] for index in set(slices)]
    return numbers, draw(st.permutations(groups))


@given(splits())
def test_any_split_is_one_run(split):
    numbers, groups = split
    whole = merge_parts(wanted(*numbers), [part_of(*numbers)])
    merged = merge_parts(wanted(*numbers), [part_of(*group) for group in groups])
    assert report(merged.assessment) == report(whole.assessment)
    assert [*merged.assessment["requirements"]] == [tenant_id(number) for number in numbers]
    assert (merged.assessment["complete"], merged.messages, merged.superseded) == (True, [], [])
    assert {used_for(merged, number) for number in numbers} == {"2026-11-27T06:00:00Z"}


@given(splits(), st.data())
def test_every_declared_tenant_has_one_row_whatever_the_parts_are(split, data):
    numbers, groups = split
    fields = st.fixed_dictionaries(
        {
            "read_at": st.sampled_from([NOW, NOW - HOUR, NOW - 13 * HOUR, NOW + HOUR]),
            "run_id": st.sampled_from(["", "1", "2"]),
            "home_tenant_id": st.sampled_from([HOME, HOME, tenant_id(99)]),
            "checks": st.sampled_from([("listed", "sign_in", "defender"), ("listed",)]),
            "operators": st.sampled_from([frozenset({OPERATOR}), frozenset({"ben"}), frozenset()]),
        }
    )
    parts = [
        part_of(*group, name=str(index), **data.draw(fields)) for index, group in enumerate([*groups, numbers[:2]])
    ]
    merge = wanted(
        *numbers, run_id=data.draw(st.sampled_from(["", "1"])), operator=data.draw(st.sampled_from(["", OPERATOR]))
    )
    merged = merge_parts(merge, parts)
    assert merge_parts(merge, data.draw(st.permutations(parts))) == merged
    assert [row["tenant_id"] for row in merged.assessment["tenants"]] == [tenant_id(number) for number in numbers]
    unread = [number for number, reason in reasons(merged).items() if reason == "read.no_part"]
    assert merged.assessment["complete"] is (not unread)
    assert bool(unread) <= bool(merged.messages)
    made = report(merged.assessment)
    told = [finding["tenant_id"] for finding in made["findings"] if finding["reason"] == "read.no_part"]
    assert told == [tenant_id(number) for number in unread]
    assert made["summary"]["eligible"] == len(numbers) - len(unread)
    counted = [used_for(merged, number) for number in numbers if number not in unread]
    assert merged.assessment["read_at"] == min(counted, default="2026-11-27T06:00:00Z")


@pytest.mark.parametrize(
    ("fields", "clause"),
    [
        ({"home_tenant_id": tenant_id(9)}, f"is of another home tenant ({tenant_id(9)})"),
        ({"cloud": "gcc"}, "is of another cloud (gcc)"),
        ({"operator": "ben", "operators": frozenset({"ben"})}, "is of another operator (ben)"),
        ({"read_at": NOW - 13 * HOUR}, "was read at 2026-11-26T17:00:00Z, more than 12 hours ago (max_age)"),
        ({"read_at": NOW + HOUR}, "was read at 2026-11-27T07:00:00Z, which is in the future"),
        ({"checks": ("listed",)}, "counts the checks listed, and checks says listed, sign_in and defender"),
        ({"run_id": "41", "read_at": NOW - HOUR}, "is of another run (41)"),
    ],
)
def test_part_of_something_else_is_told_and_not_used(fields, clause):
    merged = merge_parts(wanted(1, 2), [part_of(1, run_id="42"), part_of(2, **{"run_id": "42", **fields})])
    assert reasons(merged) == {1: None, 2: "read.no_part"}
    again = "Ansible administrator of the home tenant: run its slice again, or delete the file."
    assert merged.messages[0] == f"part-2.json was not used: it {clause}. {again}"
    assert merged.assessment["complete"] is False
    row = merged.assessment["requirements"][tenant_id(2)]["requirements"]["access"]
    assert row["message"] == (
        f"No slice has left a result for Tenant 2 that can be used: the newest part with it, part-2.json, {clause}."
    )
    assert row["status"] == "unknown"


def test_missing_slice_is_named_where_slices_have_numbers():
    parts = [part_of(1, slice_number=1, slice_count=3), part_of(3, slice_number=3, slice_count=3)]
    merged = merge_parts(wanted(1, 2, 3), parts)
    (message,) = merged.messages
    assert message == (
        "Tenant 2: no slice has left a result that can be used (of 3 slices, number 2). Ansible administrator of the"
        " home tenant: run their slices again (m365.defender.slice), then m365.defender.merge."
    )
    message = merged.assessment["tenants"][1]["sign_in"]["message"]
    assert message == "No slice has left a result for Tenant 2 that can be used: no part holds it."


def test_no_part_at_all_leaves_everything_unknown():
    merged = merge_parts(wanted(1, 2, operator=""), [])
    assert reasons(merged) == {1: "read.no_part", 2: "read.no_part"}
    assert (merged.assessment["operator"], merged.assessment["complete"]) == ("the operator", False)
    assert merged.assessment["evidence"] == {"format": 1, "requirements": [], "access": []}


def test_slice_that_is_run_again_counts_and_its_older_part_is_superseded():
    old, new = part_of(1, 2, name="old", read_at=NOW - HOUR), part_of(1, 2, name="new")
    merged = merge_parts(wanted(1, 2), [new, old])
    assert used_for(merged, 1) == "2026-11-27T06:00:00Z"
    assert merged.superseded == [old]
    assert merged.messages == [
        "Tenant 1 and Tenant 2: in part-old.json and in part-new.json, of which the newer one counts."
    ]
    assert merged.assessment["complete"] is True


@pytest.mark.parametrize(
    ("older", "gone"),
    [
        ({"read_at": NOW - 20 * HOUR}, True),
        ({"read_at": NOW - 20 * HOUR, "run_id": "41"}, True),
        # It may be the newer one.
        ({"read_at": NOW, "run_id": "41"}, False),
        ({"read_at": NOW - 20 * HOUR, "operators": frozenset({"ben"})}, False),
        ({"read_at": NOW - 20 * HOUR, "home_tenant_id": tenant_id(9)}, False),
    ],
)
def test_only_an_older_part_of_the_same_operator_is_superseded(older, gone):
    old = part_of(1, name="old", **older)
    merged = merge_parts(wanted(1, 2, run_id="42"), [part_of(1, 2, run_id="42"), old])
    assert merged.superseded == ([old] if gone else [])
    assert bool(merged.messages) is not gone


def test_part_with_a_tenant_that_no_newer_part_has_is_kept():
    old = part_of(1, 3, read_at=NOW - 20 * HOUR)
    assert merge_parts(wanted(1, 2), [part_of(1, 2), old]).superseded == []


def test_tenant_in_no_inventory_any_more_is_told_and_left_out():
    merged = merge_parts(wanted(1), [part_of(1, 2)])
    assert reasons(merged) == {1: None}
    (message,) = merged.messages
    assert message == (
        "Tenant 2: in part-1-2.json, but not in the tenant list of the merge, so that the report leaves out what was"
        " found. Ansible administrator of the home tenant: give slices and merge the same inventory."
    )
    # Which of the two inventories is right, nobody can tell.
    assert merged.assessment["complete"] is False
    assert [len(run["tenants"]) for run in merged.assessment["evidence"]["access"]] == [1]


def test_tenant_of_another_declaration_is_unknown():
    changed = parse_tenants([{**declared(1)[0], "access": "b2b"}], HOME)
    merged = merge_parts(wanted(tenants=changed), [part_of(1)])
    assert reasons(merged) == {1: "read.no_part"}
    message = merged.assessment["requirements"][tenant_id(1)]["requirements"]["license"]["message"]
    assert message.endswith("part-1.json, is about another declaration of this tenant than the list holds now.")


def test_damaged_part_is_told_and_nothing_is_complete():
    merged = merge_parts(wanted(1), [part_of(1)], ["parts_dir: /parts/part-2.json is not valid JSON."])
    assert merged.messages == ["parts_dir: /parts/part-2.json is not valid JSON."]
    assert (reasons(merged), merged.assessment["complete"]) == ({1: None}, False)


def test_operator_is_known_by_each_of_their_names():
    by_id = frozenset({"0b1c", OPERATOR})
    parts = [
        part_of(1, operators=by_id),
        part_of(
            2, operator="0b1c", operators=frozenset({"0b1c"}), problem="No sign-in. Anna: sign in.", read_at=NOW - HOUR
        ),
        part_of(3, operators=frozenset({"ben"}), operator="ben", read_at=NOW - 2 * HOUR),
    ]
    for operator in ("", "0B1C"):
        merged = merge_parts(wanted(1, 2, 3, operator=operator), parts)
        assert reasons(merged) == {1: None, 2: None, 3: "read.no_part"}
        assert merged.assessment["operator"] == OPERATOR
        assert "No sign-in. Anna: sign in." in merged.messages


def test_strangers_do_not_say_which_run_it_is():
    ben = part_of(1, name="ben", operator="ben", operators=frozenset({"ben"}), run_id="7", read_at=NOW)
    anna = part_of(1, run_id="6", read_at=NOW - SECOND)
    assert reasons(merge_parts(wanted(1), [ben, anna])) == {1: None}


@pytest.mark.parametrize(
    ("run_id", "expected"),
    [("", {1: None, 2: None, 3: "read.no_part"}), ("7", {1: None, 2: "read.no_part", 3: "read.no_part"})],
)
def test_relaunched_slice_is_in_no_workflow(run_id, expected):
    """Where the run is named, it has to have that name, as it has where the name is a variable of the job."""
    parts = [part_of(1, run_id="7"), part_of(2), part_of(3, run_id="6", read_at=NOW - HOUR)]
    assert reasons(merge_parts(wanted(1, 2, 3, run_id=run_id), parts)) == expected


def test_part_without_the_evidence_that_is_asked_for_is_told():
    parts = [part_of(1, evidence=None), part_of(2)]
    (message,) = merge_parts(wanted(1, 2), parts).messages
    assert message.startswith("part-1.json: without evidence, so that evidence.json lacks that of these tenants.")
    merged = merge_parts(wanted(1, 2, with_evidence=False), parts)
    assert (merged.messages, "evidence" in merged.assessment) == ([], False)


def test_order_of_files_does_not_matter_where_times_are_the_same():
    parts = [part_of(1, name=name) for name in ("a", "b")]
    first, second = (merge_parts(wanted(1), order) for order in (parts, parts[::-1]))
    assert first == second
    assert dataclasses.replace(first, superseded=[]) == first
    assert parts[0].path == pathlib.Path("/parts/part-a.json")
