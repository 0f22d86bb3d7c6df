# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first task of the role: variables, templates, hosts and environment in; tenants, or one sentence, out."""

from __future__ import annotations

import os

import pytest
from preflight import GOOD, HOME, OTHER, TENANT, preflight

ROWS = [{"tenant_id": TENANT, "name": "Contoso", "access": "auto"}]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("MTO_", "AZURE_"))]:
        monkeypatch.delenv(name)


def test_tenants_are_complete():
    variables = {**GOOD, "mto_tenants": [{"tenant_id": f"{{{TENANT.upper()}}}"}, {"tenant_id": OTHER, "roles": []}]}
    result, warnings = preflight(variables)
    assert [row["tenant_id"] for row in result["tenants"]] == [TENANT, OTHER]
    assert [row["name"] for row in result["tenants"]] == [TENANT, OTHER]
    assert (result["changed"], warnings) == (False, [])


def test_templates_are_resolved():
    variables = {**GOOD, "mto_tenants": "{{ every }}", "every": [{"tenant_id": "{{ id }}", "name": "Contoso"}]}
    result, _warnings = preflight({**variables, "id": TENANT})
    assert result["tenants"] == ROWS


def test_template_that_cannot_be_resolved_is_named():
    for value in ("{{ nobody }}", "{{ 1 / 0 }}"):
        result, _warnings = preflight({**GOOD, "mto_operator": value})
        assert result["failed"]
        assert result["msg"].startswith("mto_operator: its template cannot be resolved (")
        assert result["msg"].endswith("); correct it.")


def test_template_that_omits_a_value_leaves_the_variable_out():
    omitted = "{{ nobody | default(omit) }}"
    hosts = {"contoso": {"mto_tenant_id": TENANT, "mto_access": omitted}}
    variables = {**GOOD, "mto_tenants": omitted, "mto_concurrency": omitted, "mto_refresh_token": omitted}
    result, warnings = preflight(variables, groups={"mto_tenants": hosts})
    assert [(row["name"], row["access"]) for row in result["tenants"]] == [("contoso", "auto")]
    assert warnings == []


def test_hosts_are_tenants():
    hosts = {
        "contoso": {"mto_tenant_id": "{{ id }}", "mto_access": "b2b", "id": TENANT},
        "other": {"mto_tenant_id": OTHER},
    }
    result, warnings = preflight({**GOOD, "mto_tenants": None, "id": TENANT}, groups={"mto_tenants": hosts})
    assert [(row["tenant_id"], row["name"], row["access"]) for row in result["tenants"]] == [
        (TENANT, "contoso", "b2b"),
        (OTHER, "other", "auto"),
    ]
    assert warnings == []


def test_misspelt_host_variable_is_warned_about():
    hosts = {"contoso": {"mto_tenant_id": TENANT, "mto_licences": "MTP"}}
    _result, warnings = preflight({**GOOD, "mto_tenants": None}, groups={"mto_tenants": hosts})
    assert [warning.split(" and ")[0] for warning in warnings] == [
        "mto_licences: this variable is not known (did you mean 'mto_licenses'?)"
    ]


def test_misspelt_variable_is_warned_about_even_where_something_else_fails():
    result, warnings = preflight({**GOOD, "mto_home_tenant_id": None, "mto_home_tenantid": "x", "mto__own": 1})
    assert result["msg"].startswith("mto_home_tenant_id: missing")
    assert len(warnings) == 1
    assert warnings[0].startswith("mto_home_tenantid: this variable is not known (did you mean 'mto_home_tenant_id'?)")


def test_environment_of_the_task_counts():
    before = dict(os.environ)
    variables = {**GOOD, "mto_client_secret": None}
    assert preflight(variables)[0]["failed"]
    result, warnings = preflight(variables, environment={"MTO_CLIENT_SECRET": "a-long-client-secret", "N": 1})
    assert result["tenants"] == ROWS
    assert warnings == []
    assert dict(os.environ) == before


def test_what_is_set_in_vain_is_told():
    _result, warnings = preflight(GOOD, environment={"AZURE_CLIENT_SECRET": "another-long-secret"})
    assert [warning.split()[0] for warning in warnings] == ["AZURE_CLIENT_SECRET"]


@pytest.mark.parametrize(
    ("variables", "groups", "whole"),
    [
        ({}, {}, True),
        ({"ansible_limit": "localhost"}, {}, False),
        ({"awx_job_slice_count": 4}, {}, False),
        ({"awx_job_slice_count": "1"}, {}, True),
        ({"tower_job_slice_count": 2}, {}, False),
        (
            {"inventory_hostname": "contoso", "mto_tenants": None},
            {"mto_tenants": {"contoso": {"mto_tenant_id": TENANT}}},
            False,
        ),
    ],
)
def test_whole_list(variables, groups, whole):
    assert preflight({**GOOD, **variables}, groups=groups)[0]["whole_list"] is whole


IN_WORKFLOW = {"awx_job_launch_type": "workflow", "awx_job_template_name": "check", "awx_workflow_job_id": 8}
SLICED = {**IN_WORKFLOW, "awx_workflow_job_name": "check"}
NODE = {**IN_WORKFLOW, "awx_workflow_job_name": "every night"}
RELAUNCHED = {"awx_job_launch_type": "relaunch", "awx_job_template_name": "check"}


@pytest.mark.parametrize("variables", [SLICED, RELAUNCHED])
def test_awx_does_not_say_that_a_job_is_a_slice(tmp_path, variables):
    given = {**GOOD, "mto_parts_dir": str(tmp_path), **variables}
    assert preflight(given)[0]["whole_list"] is False
    assert preflight({**given, **NODE})[0]["whole_list"] is True
    # There, the parts of other slices show what the list lacks.
    assert preflight(given, "merge")[0]["whole_list"] is True
    assert preflight({**given, "awx_job_slice_count": 2}, "merge")[0]["whole_list"] is False


@pytest.mark.parametrize(
    ("entry_point", "variables", "run_id"),
    [
        ("slice", {}, ""),
        ("slice", SLICED, "8"),
        ("slice", RELAUNCHED, ""),
        ("slice", {**SLICED, "mto_run_id": 4711}, "4711"),
        ("merge", NODE, ""),
        ("merge", {**NODE, "mto_run_id": "4711"}, "4711"),
    ],
)
def test_run_is_the_one_that_is_named_or_the_workflow_of_the_slices(tmp_path, entry_point, variables, run_id):
    """The workflow of the merge is another one than that of the slices."""
    run = preflight({**GOOD, "mto_parts_dir": str(tmp_path), **variables}, entry_point)[0]["run"]
    assert (run["home_tenant_id"], run["operator"], run["cloud"]) == (HOME, "anna@northwind.example", "public")
    assert run["run_id"] == run_id


def test_number_of_a_slice_is_checked_where_somebody_gives_it(tmp_path):
    given = {**GOOD, "mto_parts_dir": str(tmp_path), "awx_job_slice_count": 4}
    run = preflight({**given, "awx_job_slice_number": "3"}, "slice")[0]["run"]
    assert (run["slice_number"], run["slice_count"]) == (3, 4)
    assert preflight({**given, "awx_job_slice_number": 5}, "slice")[0]["msg"].startswith("awx_job_slice_number: '5' is")


@pytest.mark.parametrize("entry_point", ["slice", "merge"])
def test_mistakes_about_parts_are_refused_before_the_first_request(tmp_path, entry_point):
    refused = {
        "mto_parts_dir: missing; give the path of a file or directory": None,
        f"mto_parts_dir: {tmp_path}/nowhere does not exist": f"{tmp_path}/nowhere",
    }
    for sentence, directory in refused.items():
        result, _warnings = preflight({**GOOD, "mto_parts_dir": directory}, entry_point)
        assert result["msg"].startswith(sentence)
    _result, warnings = preflight({**GOOD, "mto_parts_dir": str(tmp_path), "mto_part_dir": "."}, entry_point)
    assert [warning.split(" and ")[0] for warning in warnings] == [
        "mto_part_dir: this variable is not known (did you mean 'mto_parts_dir'?)"
    ]


def test_age_of_parts_is_checked(tmp_path):
    given = {**GOOD, "mto_parts_dir": str(tmp_path), "mto_parts_max_age": "a day"}
    assert preflight(given, "merge")[0]["msg"].startswith("mto_parts_max_age: 'a day' is not a duration")


def test_merge_needs_no_identity(tmp_path):
    given = {**GOOD, "mto_client_secret": None, "mto_client_id": None, "mto_parts_dir": str(tmp_path)}
    assert preflight(given, "merge")[0]["tenants"] == ROWS
    assert preflight(given, "slice")[0]["failed"]


def test_elsewhere_files_and_environment_are_not_ours():
    variables = {**GOOD, "mto_client_secret": None, "mto_ca_path": "/of/the/other/machine"}
    result, _warnings = preflight(variables, transport="ssh")
    assert result["tenants"] == ROWS


def test_offboard_returns_what_to_remove():
    result, _warnings = preflight({**GOOD, "mto_offboard": f"{{{OTHER}}},{OTHER}"}, "offboard")
    assert result["tenants"] == [{"tenant_id": OTHER}]


def test_report_needs_no_connection():
    assert not preflight({"mto_report_file": "report.json"}, "report")[0].get("failed")


def test_secret_is_in_no_result():
    for variables in (GOOD, {**GOOD, "mto_operator": []}):
        assert GOOD["mto_client_secret"] not in str(preflight(variables))


@pytest.mark.parametrize(
    ("sources", "hint"),
    [
        (["/nowhere/hosts"], " There is no inventory; name it with -i."),
        (["localhost,"], ""),
        ([",".join(f"tenant{number:03}.example" for number in range(40))], ""),
        ([__file__], ""),
        ([], ""),
    ],
)
def test_missing_inventory_is_named_where_something_is_missing(sources, hint):
    given = {"ansible_inventory_sources": sources} if sources else {}
    result, _warnings = preflight({**GOOD, **given, "mto_client_id": ""})
    assert result["msg"].startswith("mto_client_id: missing")
    assert result["msg"].endswith(f"AZURE_CLIENT_ID.{hint}")
    wrong, _warnings = preflight({**GOOD, **given, "mto_client_id": "x"})
    assert "inventory" not in wrong["msg"]
