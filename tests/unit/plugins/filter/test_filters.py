# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters: what a play calls. Their options are those that their documentation names."""

from __future__ import annotations

import importlib
import inspect

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from pages.report_rows import FLEET, GENERATED_AT, report_of, tenant_id

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import FAIL_ON
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import access_checks

PLUGINS = "ansible_collections.m365.defender.plugins.filter"
NAMES = (
    *("mto_batches", "mto_failing", "mto_host_tenants", "mto_report", "mto_report_files", "mto_report_html"),
    *("mto_report_junit", "mto_saved_report", "mto_summary", "mto_tenant_list"),
)
REPORT = report_of(*FLEET)
REQUIREMENTS = {row["tenant_id"]: {**row, "requirements": row["requirements"]} for row in REPORT["tenants"]}
ACCESS = [row["access"] for row in REPORT["tenants"]]
RUN = {"generated_at": GENERATED_AT, "home_tenant_id": tenant_id(0), "operator": "anna@northwind.example"}


def filter_of(name):
    """The filter as Ansible finds it."""
    return importlib.import_module(f"{PLUGINS}.{name}").FilterModule().filters()[name]


@pytest.mark.parametrize("name", NAMES)
def test_options_are_the_documented_ones(name):
    documented = yaml.safe_load(importlib.import_module(f"{PLUGINS}.{name}").DOCUMENTATION)["options"]
    taken = list(inspect.signature(filter_of(name)).parameters.values())
    assert [parameter.name for parameter in taken[1:]] == [option for option in documented if option != "_input"]
    for parameter in taken[1:]:
        required = parameter.default is inspect.Parameter.empty
        assert documented[parameter.name].get("required", False) is required
        assert required or documented[parameter.name].get("default") == parameter.default


def test_report_with_access_and_without():
    make = filter_of("mto_report")
    assert make(REQUIREMENTS, access=ACCESS, **RUN) == REPORT
    assert make(REQUIREMENTS, ACCESS, cloud="public", checks=["listed"], **RUN)["checks"] == ["listed"]
    assert make(REQUIREMENTS, **RUN) == report_of(*FLEET, access=False)


@pytest.mark.parametrize("access", ["text", {"tenants": []}, 7])
def test_access_that_is_not_a_list_is_refused(access):
    with pytest.raises(AnsibleFilterError, match=r"^mto_tenant_access\.tenants must be a list of dictionaries\.$"):
        filter_of("mto_report")(REQUIREMENTS, access=access, **RUN)


def test_summary_with_and_without_sections():
    summary = filter_of("mto_summary")
    assert "Not met: 1 finding" in summary(REPORT, sections=True)
    assert "Not met: 1 finding" not in summary(REPORT)


def test_failing():
    assert len(filter_of("mto_failing")(REPORT, ["required", "unknown"])) == 4
    for wrong, sentence in ((["sometimes"], "'sometimes' is not a choice"), ("required", "give a list")):
        with pytest.raises(AnsibleFilterError, match=sentence):
            filter_of("mto_failing")(REPORT, wrong)


def test_formats_are_text():
    assert filter_of("mto_report_html")(REPORT).startswith("<!DOCTYPE html>")
    assert filter_of("mto_report_junit")(REPORT).startswith('<?xml version="1.0" encoding="UTF-8"?>')
    files = filter_of("mto_report_files")(REPORT, ["junit", "json"])
    assert [(file["format"], file["name"]) for file in files] == [
        ("junit", "report.junit.xml"),
        ("json", "report.json"),
    ]
    assert files[0]["content"] == filter_of("mto_report_junit")(REPORT)


@pytest.mark.parametrize(
    ("name", "option", "choices"),
    [
        ("mto_report_files", "formats", tuple(formats_by_name())),
        ("mto_failing", "fail_on", FAIL_ON),
        ("mto_report", "checks", access_checks()),
    ],
)
def test_documented_choices_are_those_of_the_code(name, option, choices):
    options = yaml.safe_load(importlib.import_module(f"{PLUGINS}.{name}").DOCUMENTATION)["options"]
    assert tuple(options[option]["choices"]) == choices


def test_tenant_list_in_its_three_forms():
    hosts = [{"inventory_hostname": "contoso", "mto_tenant_id": tenant_id(1)}]
    rows = filter_of("mto_host_tenants")(iter(hosts))
    (batch,) = filter_of("mto_batches")(rows, home_tenant_id=tenant_id(0))
    assert batch == {"label": "tenants 1 to 1 of 1 (contoso)", "tenants": rows}
    customers = [{"tenant_id": tenant_id(1), "name": "Contoso", "gdap_in_force": True}]
    assert "name: Contoso" in filter_of("mto_tenant_list")(customers)


@pytest.mark.parametrize("name", ["mto_summary", "mto_report_html", "mto_report_junit"])
def test_file_that_is_not_a_report_is_refused(name):
    with pytest.raises(AnsibleFilterError, match=r"^report\.generated_at is missing; it must be a string\.$"):
        filter_of(name)({"tenants": []})
