# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a part: what was written is read again, and anything else is one sentence that names the file."""

from __future__ import annotations

import contextlib
import copy
import json

import pytest
from any_case import ANY_JSON
from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import tenant_id
from parts import NOW, OPERATOR, RUN, assessment_of, body_of
from sentences import sentences_about

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.part import file_name, read_part

IDS = [tenant_id(1), tenant_id(2)]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("parts") / "part-1.json"


def read(path, body):
    path.write_text(body if isinstance(body, str) else json.dumps(body), encoding="utf-8")
    return read_part(path)


def test_what_was_written_is_read(path):
    part = read(path, body_of(1, 2, run={"run_id": "42", "slice_number": 2, "slice_count": 4}))
    result = assessment_of(1, 2)
    assert (part.label, part.run_id, part.read_at) == ("part-1.json (slice 2 of 4)", "42", NOW)
    assert (part.operators, part.operator, part.problem) == (frozenset({OPERATOR}), OPERATOR, "")
    assert part.requirements == result["requirements"]
    assert [*part.access.values()] == result["tenants"]
    assert part.evidence == {kind: result["evidence"][kind] for kind in ("requirements", "access")}
    assert [*part.tenants] == IDS


def test_operator_of_a_part_without_sign_in_is_the_one_that_was_given(path):
    problem = {"reason": "read.unreachable", "message": "No answer.", "remedy": "Anna: wait.", "doc_url": ""}
    for given_name, operators in (("0B1C", {"0b1c"}), (None, set())):
        body = body_of(1, run={"operator": given_name}, operator="the operator", home_problem=problem, msg="No answer.")
        part = read(path, body)
        assert (part.operators, part.problem) == (operators, "No answer. Anna: wait.")


def test_result_keeps_only_what_the_merge_needs(path):
    body = body_of(1, warnings=["w"], invocation={"module_args": {}}, missing_permissions=[])
    assert not {"warnings", "invocation", "missing_permissions"} & set(body["assessment"])
    assert read(path, body).tenants


def test_name_is_that_of_the_tenants_and_of_the_operator():
    name = file_name(RUN, IDS)
    assert name == file_name({**RUN, "run_id": "2", "operator": OPERATOR.upper()}, IDS[::-1])
    others = [file_name(RUN, IDS[:1]), *(file_name({**RUN, field: "x"}, IDS) for field in ("operator", "cloud"))]
    assert len({name, *others}) == 4
    assert name.startswith("part-")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"format": 2}, "the part.format must be 1"),
        ({"format": None}, "the part.format is missing"),
        ({"run": None}, "the part.run is missing"),
        ({"tenants": []}, "its rows are not those of its tenants"),
        ({"tenants": [{"tenant_id": "x"}]}, "is not a GUID"),
        ({"assessment": {}}, "the part.assessment.requirements must be a dictionary"),
        ({"assessment": {**assessment_of(1), "tenants": []}}, "its rows are not those of its tenants"),
        ({"assessment": {**assessment_of(1), "requirements": {"a": {}}}}, "tenant_id is missing"),
        ({"assessment": {**assessment_of(1), "evidence": {"requirements": [{}], "access": []}}}, "must be a list"),
        ({"assessment": {**assessment_of(1), "read_at": "now"}}, "must be an ISO 8601 time"),
    ],
)
def test_damaged_part_is_named_with_the_cause_and_the_way_out(path, changes, cause):
    with pytest.raises(OptionError) as raised:
        read(path, {**body_of(1), **changes})
    text = str(raised.value)
    assert text.startswith(f"parts_dir: {path} is damaged (")
    assert cause in text
    assert text.endswith("; run its slice again, or delete it if there is no such slice any more.")


@pytest.mark.parametrize("end", [0, 1, 200, -3])
def test_part_that_is_cut_off_is_named(path, end):
    with pytest.raises(OptionError, match=f"^parts_dir: {path} is not valid JSON; run its slice again"):
        read(path, json.dumps(body_of(1))[:end])


def places(value, path=()):
    """Every place in a value."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


BODY = body_of(1, 2)
PLACES = list(places(BODY))


@given(st.sampled_from(PLACES), ANY_JSON)
def test_any_change_is_read_or_is_one_sentence(path, place, value):
    body = copy.deepcopy({"body": BODY})
    *parents, last = ("body", *place)
    target = body
    for key in parents:
        target = target[key]
    target[last] = value
    with contextlib.suppress(OptionError), sentences_about("parts_dir"):
        part = read(path, body["body"])
        assert part.tenants.keys() == part.requirements.keys() == part.access.keys()
