# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters: what a play calls. Their options are those that their documentation names."""

from __future__ import annotations

import importlib
import inspect

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from pages.report_rows import tenant_id

PLUGINS = "ansible_collections.m365.defender.plugins.filter"
NAMES = ("mto_tenant_list",)


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
        # A default that nobody can change, of an option that is a list.
        default = list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        assert required or documented[parameter.name].get("default") == default


def test_tenant_list_is_yaml():
    customers = [{"tenant_id": tenant_id(1), "name": "Contoso", "gdap_in_force": True}]
    assert "name: Contoso" in filter_of("mto_tenant_list")(customers)


def test_our_own_error_fails_the_task_with_its_sentence():
    with pytest.raises(AnsibleFilterError, match=r"^customers must be a list of dictionaries\.$") as failed:
        filter_of("mto_tenant_list")("Contoso")
    # Ansible would repeat the sentence of a cause.
    assert failed.value.__cause__ is None
