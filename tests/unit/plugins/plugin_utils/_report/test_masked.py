# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A secret that is a common word must not become a report: Ansible masks it in every status and id."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.parameters import remove_values
from pages.report_rows import FLEET, GENERATED_AT, report_of, tenant_id

from ansible_collections.m365.defender.plugins.filter.mto_tenant_list import FilterModule as TenantListFilter
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.masked import require_unmasked
from ansible_collections.m365.defender.plugins.plugin_utils._report.results import Names, read_results

REPORT = report_of(*FLEET)
REQUIREMENTS = {row["tenant_id"]: row for row in REPORT["tenants"]}
ACCESS = [row["access"] for row in REPORT["tenants"]]
RUN = {"read_at": GENERATED_AT, "home_tenant_id": tenant_id(0), "operator": "anna@northwind.example", "cloud": "public"}
SENTENCE = (
    r"^mto_\w+: Ansible has masked \w+, because a secret of this run is a common word that is part of it\. Ansible"
    r" administrator of the home tenant: replace that secret .* by a long random one, and run again\.$"
)


def make(requirements, access, view=None, **run):
    """What a play has registered, as rows of a report."""
    facts = {"ansible_facts": {"mto_requirements": requirements}, **RUN, **run}
    variables = {"facts": facts, "access": {"tenants": access}, "view": view}
    return read_results(Names("facts", "access", "view" if view else None), variables)


def masked(result, secret):
    """A module's result as Ansible hands it on."""
    return remove_values(json.loads(json.dumps(result)), {secret})


@pytest.mark.parametrize(
    "secret", ["met", "unmet", "required", "gdap", "license", "none", "0000", "-8000-", "verified"]
)
def test_masked_rows_are_refused_with_the_likely_cause(secret):
    requirements, access = masked(REQUIREMENTS, secret), masked(ACCESS, secret)
    assert (requirements, access) != (REQUIREMENTS, ACCESS)
    with pytest.raises(OptionError, match=SENTENCE):
        make(requirements, access)


@pytest.mark.parametrize("field", sorted(RUN))
def test_masked_run_is_refused(field):
    for mask in ("********", "2026-********", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"):
        with pytest.raises(OptionError, match=SENTENCE):
            make(REQUIREMENTS, ACCESS, **{field: mask})


def test_masked_view_is_refused():
    view = {"tenants": [{"tenant_id": "********", "registered": True, "registration": {}}], "undeclared": []}
    with pytest.raises(OptionError, match=r"^mto_tenant: Ansible has masked tenant_id,"):
        make(REQUIREMENTS, ACCESS, view)


def test_masked_customers_are_refused():
    customers = [{"tenant_id": "aaaaaaaa-********", "name": "Contoso", "gdap_in_force": True}]
    with pytest.raises(AnsibleFilterError, match=r"^customers: Ansible has masked tenant_id,"):
        TenantListFilter().filters()["mto_tenant_list"](customers)


def test_asterisks_that_other_people_write_are_theirs():
    """No tenant can stop the report about the others: names, sentences and data are foreign."""
    foreign = {"name": "********", "message": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "object": "********"}
    data = {"what": "skus", "data": {"status": "********"}}
    assert require_unmasked("x", [{**foreign, "status": "met", "evidence": [data]}]) is None


@pytest.mark.parametrize("results", [None, "********", 7, [], {}, [["********"]]])
def test_what_has_no_fields_has_none_that_are_masked(results):
    assert require_unmasked("x", results) is None


def test_words_in_a_list_count():
    with pytest.raises(OptionError, match="masked checks"):
        require_unmasked("x", [{"checks": ["listed", "********"]}])
