# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests of a contract: how many, in which order, and that nothing of the portal leads them elsewhere."""

from __future__ import annotations

import pytest
from contracts import EACH, SET, with_call
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import PlaceholderValues
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import write_requests

VALUES = PlaceholderValues(
    "home",
    {"tenantInfoList": []},
    {"_etag": '"7"', "name": "My private group", "count": 2},
    {
        tenant_id: {"tenantId": tenant_id.upper(), "name": f"Name {tenant_id}", "tenantAadEnvironment": 1}
        for tenant_id in "abc"
    },
)


def filled(data, add=(), remove=(), whole=()):
    return write_requests(parse_contract(data), VALUES, full_list=whole, add=add, remove=remove)


def test_the_full_list_with_an_etag():
    (request,) = filled(SET, add=["b"], whole=["a", "b"])
    assert (request.method, request.path) == ("PUT", "/apiproxy/mtoapi/lab/view")
    assert request.headers == {"If-Match": '"7"'}
    rows = [
        {"tenantId": tenant_id.upper(), "name": f"Name {tenant_id}", "tenantAadEnvironment": 1} for tenant_id in "ab"
    ]
    assert request.body == {"tenants": rows}


def test_one_call_per_tenant_removals_first():
    requests = filled(EACH, add=["a", "b"], remove=["c"])
    assert [(request.method, request.path[-1], request.tenant_ids) for request in requests] == [
        ("DELETE", "c", ("c",)),
        ("POST", "a", ("a",)),
        ("POST", "b", ("b",)),
    ]
    assert requests[0].body is None


def test_the_difference_in_one_call():
    body = {
        "ids": "$tenant_ids",
        "group": "$effective.name",
        "price": "$$5",
        "n": "$effective.count",
        "home": "$home_tenant_id",
    }
    data = {
        "version": 1,
        "write": {"add": {"per": "list", "method": "POST", "path": "/x?n=$effective.count", "body": body}},
    }
    (request,) = filled(data, add=["a", "b"])
    assert request.body == {"ids": ["a", "b"], "group": "My private group", "price": "$5", "n": 2, "home": "home"}
    assert request.path == "/x?n=2"
    assert filled(data) == []


def test_a_value_missing_in_the_answer_stops_everything():
    with pytest.raises(MtoError, match=r"has no \$effective.version, so nothing was sent"):
        filled(with_call(SET, "set", headers={"If-Match": "$effective.version"}), whole=["a"])
    with pytest.raises(MtoError, match=r"\$tenant.tenantId"):
        filled(SET, whole=["unknown"])
    with pytest.raises(MtoError, match="neither text nor a number"):
        filled(with_call(SET, "set", headers={"If-Match": "$picker.tenantInfoList"}), whole=["a"])


def test_removal_needs_a_recorded_removal():
    only_add = {"version": 1, "write": {"add": EACH["write"]["add"]}}
    with pytest.raises(OptionError, match=r"write\.remove is missing"):
        filled(only_add, add=["a"], remove=["b"])


@given(st.text(min_size=1))
def test_no_value_of_the_portal_leads_a_path_elsewhere(value):
    data = with_call(EACH, "add", path="/x/$tenant.name/y")
    values = PlaceholderValues("home", {}, {}, {"a": {"name": value}})
    (request,) = write_requests(parse_contract(data), values, full_list=(), add=["a"], remove=())
    assert request.path.startswith("/x/")
    assert request.path.endswith("/y")
    assert not {*request.path[3:-2]} & {*"/?#\\ \r\n"}


def test_a_header_takes_no_control_character():
    data = with_call(SET, "set", headers={"X-Name": "$effective.name"}, body=None)
    values = PlaceholderValues("home", {}, {"name": "a\r\nCookie: b"}, {})
    with pytest.raises(MtoError, match=r"write\.set\.headers: .* control character"):
        write_requests(parse_contract(data), values, full_list=["a"], add=["a"], remove=())
