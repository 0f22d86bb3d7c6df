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
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import (
    PlaceholderValues,
    write_requests,
)

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


ROWS = {"a": {"tenantId": "A", "name": "Birch / Oak"}, "b": {"tenantId": "B", "name": "Elm"}}
ANSWERS = PlaceholderValues("home", {"n": 3}, {"_etag": "planted", "nested": {"deep": [1]}}, ROWS)


def filled_for(tenant_id, template, path="/x"):
    """The request for one tenant with this body."""
    data = with_call(EACH, "add", body={"$each": template}, path=path)
    (request,) = write_requests(parse_contract(data), ANSWERS, full_list=(), add=[tenant_id], remove=())
    return request


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("$tenant_ids", ["b"]),
        ("$home_tenant_id", "home"),
        ("$effective.nested.deep", [1]),
        ("$picker.n", 3),
        ("$tenant_id", "b"),
        ("$tenant.name!", "Elm!"),
        ("$$tenant_id", "$tenant_id"),
        ("$$", "$"),
        ([None, True, 1.5, {"k": "$tenant_id"}], [None, True, 1.5, {"k": "b"}]),
    ],
)
def test_values(template, value):
    assert filled_for("b", template).body == [value]


def test_each_tenant_of_a_list():
    data = with_call(SET, "set", headers={}, body={"$each": {"id": "$tenant.tenantId"}})
    (request,) = write_requests(parse_contract(data), ANSWERS, full_list=["a", "b"], add=(), remove=())
    assert request.body == [{"id": "A"}, {"id": "B"}]


def test_a_value_in_a_path_is_quoted():
    assert filled_for("a", None, path="/x/$tenant.name").path == "/x/Birch%20%2F%20Oak"
    assert filled_for("a", "/x/$tenant.name").body == ["/x/Birch / Oak"]


@pytest.mark.parametrize("template", ["$effective.version", "$tenant.x.y", "$picker.n.x", "x $effective.nested.none"])
def test_a_value_that_the_answer_lacks_is_named(template):
    name = template[template.index("$") :]
    with pytest.raises(MtoError, match=rf"write\.add: the portal's answer has no \{name}, so nothing was sent"):
        filled_for("a", template)


@pytest.mark.parametrize("template", ["x $effective.nested", "x $tenant_ids"])
def test_only_text_and_numbers_become_part_of_a_text(template):
    with pytest.raises(MtoError, match="neither text nor a number"):
        filled_for("a", template)


def test_the_etag_of_the_session_is_not_shown():
    assert "planted" not in repr(ANSWERS) + repr(filled_for("a", "$effective._etag"))
