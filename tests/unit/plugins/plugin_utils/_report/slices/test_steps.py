# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks of slices and of the merge do with the directory that they share."""

from __future__ import annotations

import json
import pathlib
import stat

import pytest
from pages.report_rows import tenant_id
from parts import NOW, RUN, assessment_of, declared

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices import steps
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.steps import merge_directory, save_part

CHECKS = ["listed", "sign_in", "defender"]


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(steps, "utc_now", lambda: NOW)


def save(directory, *numbers, run=None, **fields):
    """Leave a part."""
    options = {"assessment": "found", "tenants": declared(*numbers), "parts_dir": str(directory), "run": run or RUN}
    return save_part(options, {"found": assessment_of(*numbers, **fields)})


def merge(directory, *numbers, **options):
    given = {"tenants": declared(*numbers), "parts_dir": str(directory), "run": RUN, "checks": CHECKS, "max_age": "12h"}
    given["return_evidence"] = False
    return merge_directory({**given, **options})


def test_part_is_private_whole_and_replaced(tmp_path):
    first, second = (save(tmp_path, 1, 2, method=method) for method in ("a", "b"))
    assert first == second == {"changed": False, "path": str(next(tmp_path.iterdir()))}
    assert stat.S_IMODE(pathlib.Path(first["path"]).stat().st_mode) == 0o600
    assert len([*tmp_path.iterdir()]) == 1


def test_parts_of_two_operators_do_not_replace_each_other(tmp_path):
    save(tmp_path, 1)
    save(tmp_path, 1, run={**RUN, "operator": "ben"}, operator="ben")
    assert len([*tmp_path.iterdir()]) == 2
    assert merge(tmp_path, 1)["operator"] == "anna@northwind.example"
    assert merge(tmp_path, 1, run={**RUN, "operator": "ben"})["operator"] == "ben"
    assert len([*tmp_path.iterdir()]) == 2


def test_slices_are_merged(tmp_path):
    save(tmp_path, 2)
    save(tmp_path, 3, 1)
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    merged = merge(tmp_path, 1, 2, 3)
    assert [*merged["requirements"]] == [tenant_id(1), tenant_id(2), tenant_id(3)]
    assert (merged["complete"], merged["messages"], merged["changed"]) == (True, [], False)


def test_damaged_part_costs_its_own_tenants_only(tmp_path):
    save(tmp_path, 1)
    (tmp_path / "part-2.json").write_text('{"format"', encoding="utf-8")
    merged = merge(tmp_path, 1, 2)
    assert [row["reason"] for row in merged["requirements"].values()] == [None, "read.no_part"]
    assert merged["messages"][0].startswith(f"parts_dir: {tmp_path}/part-2.json is not valid JSON; run its slice again")


def test_superseded_part_is_deleted_and_others_stay(tmp_path):
    old = save(tmp_path, 1, read_at=NOW.replace(hour=1))["path"]
    other = save(tmp_path, 3, read_at=NOW.replace(hour=1))["path"]
    new = save(tmp_path, 1, 2)["path"]
    assert merge(tmp_path, 1, 2)["complete"] is False
    assert {str(path) for path in tmp_path.iterdir()} == {other, new}
    assert old not in {other, new}


def test_result_that_no_report_can_be_made_of_is_refused_while_the_slice_runs(tmp_path):
    with pytest.raises(OptionError, match="Ansible has masked cloud"):
        save(tmp_path, 1, cloud="********")
    with pytest.raises(OptionError, match="there is no variable 'found'"):
        save_part({"assessment": "found"}, {})
    assert [*tmp_path.iterdir()] == []


def test_directory_that_is_not_there_is_named(tmp_path):
    for step in (save, merge):
        with pytest.raises(OptionError, match=r"^parts_dir: .* does not exist; create it first: mkdir -m 700 "):
            step(tmp_path / "nowhere", 1)


def test_part_holds_what_it_was_given(tmp_path):
    body = json.loads((tmp_path / save(tmp_path, 1)["path"]).read_text(encoding="utf-8"))
    assert body["run"] == RUN
    assert body["tenants"] == declared(1)
