# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests of a contract: how many, in which order, about which tenants, and that nothing leads them elsewhere."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
from urllib.parse import unquote

import pytest
from contracts import EACH, SET, with_call
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import PlaceholderValues
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import write_requests

A, B, C, HOME, UNOFFERED = (f"{letter * 8}-0000-4000-8000-00000000000a" for letter in "abc9e")
ROWS = {
    tenant_id: {"tenantId": tenant_id.upper(), "name": f"Name {tenant_id[0]}", "tenantAadEnvironment": 1}
    for tenant_id in (A, B, C)
}
ROWS[A] = {**ROWS[A], "addedOn": "2026-05-03T10:11:12Z", "note": None}
GROUP = {
    "_etag": '"7"',
    "name": "My private group",
    "count": 2,
    "id": None,
    "nested": {"deep": [1]},
    "tenantId": HOME,
    "exposedTargetTenantsInfo": [ROWS[A]],
}
VALUES = PlaceholderValues(HOME, {"n": 3, "tenantInfoList": [*ROWS.values()]}, GROUP, ROWS, (A, B, C), (UNOFFERED,))


def filled(data, add=(), remove=(), whole=(), values=VALUES):
    return write_requests(parse_contract(data), values, full_list=whole, add=add, remove=remove)


def whole_body(body, tenants=(A, B), **call):
    (request,) = filled(with_call(SET, "set", body=body, **call), whole=tenants)
    return request.body


def change(body, **more):
    return {"version": 1, "write": {"change": {"method": "PATCH", "path": "/x", "body": body, **more}}}


def test_the_full_list_with_an_etag():
    (request,) = filled(SET, add=[B], whole=[A, B])
    assert (request.method, request.path) == ("PUT", "/apiproxy/mtoapi/lab/view")
    assert request.headers == {"If-Match": '"7"'}
    rows = [{key: ROWS[each][key] for key in ("tenantId", "name", "tenantAadEnvironment")} for each in (A, B)]
    assert request.body == {"tenants": rows}


def test_one_call_per_tenant_removals_first():
    requests = filled(EACH, add=[A, B], remove=[C])
    assert [(request.method, request.path.rsplit("/", 1)[1], request.tenant_ids) for request in requests] == [
        ("DELETE", C, (C,)),
        ("POST", A, (A,)),
        ("POST", B, (B,)),
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
    (request,) = filled(data, add=[A, B])
    assert request.body == {"ids": [A, B], "group": "My private group", "price": "$5", "n": 2, "home": HOME}
    assert request.path == "/x?n=2"
    assert filled(data) == []


def test_both_lists_in_one_call():
    data = change({"add": "$added_ids", "remove": {"$each_removed": {"id": "$tenant_id"}}})
    (request,) = filled(data, add=[A, B], remove=[C])
    assert request.body == {"add": [A, B], "remove": [{"id": C}]}
    assert request.tenant_ids == (C, A, B)
    assert filled(data) == []


def test_a_flag_says_which_list_a_tenant_is_in():
    data = change({"tenants": {"$each": {"$key": "$tenant_id", "$value": {"selected": "$selected"}}}})
    (request,) = filled(data, add=[A], remove=[C])
    assert request.body == {"tenants": {A: {"selected": True}, C: {"selected": False}}}


def test_every_offered_tenant_with_a_flag():
    body = {"$each_offered": {"id": "$tenant_id", "on": "$selected"}}
    assert whole_body(body) == [{"id": A, "on": True}, {"id": B, "on": True}, {"id": C, "on": False}]
    with pytest.raises(MtoError, match=f"does not offer {UNOFFERED}, so the request would remove it, so nothing was"):
        whole_body(body, (A, UNOFFERED))


@pytest.mark.parametrize(("most", "sizes"), [(1, [1, 1, 1]), (2, [2, 1]), (3, [3]), (9, [3]), (None, [3])])
def test_at_most_so_many_tenants_in_a_request(most, sizes):
    data = change({"$each": {"id": "$tenant_id", "on": "$selected"}}, max_per_request=most)
    requests = filled(data, add=[A, B], remove=[C])
    assert [len(request.body) for request in requests] == sizes
    assert [row for request in requests for row in request.body] == [
        {"id": C, "on": False},
        {"id": A, "on": True},
        {"id": B, "on": True},
    ]


def test_an_object_is_echoed_with_one_field_changed():
    body = {"$copy": "$effective", "exposedTargetTenantsInfo": {"$each": {"tenantId": "$tenant_id"}}}
    assert whole_body(body) == {**GROUP, "exposedTargetTenantsInfo": [{"tenantId": A}, {"tenantId": B}]}
    rows = whole_body({"$each": {"$copy": "$tenant", "on": True}})
    assert rows == [{**ROWS[A], "on": True}, {**ROWS[B], "on": True}]
    with pytest.raises(MtoError, match=r"the value of \$effective.name is not a dictionary"):
        whole_body({"x": {"$copy": "$effective.name"}, "ids": "$tenant_ids"})


@pytest.mark.parametrize(
    "echo", [{"$copy": "$effective"}, "$effective", "$picker.tenantInfoList", {"$copy": "$picker"}, ["$picker"]]
)
def test_an_echo_names_no_other_tenant(echo):
    with pytest.raises(MtoError, match=rf"names {A}|{C} as well, which this request is not about, so nothing was sent"):
        whole_body({"ids": "$tenant_ids", "echo": echo}, [B])


def test_fields_that_only_some_rows_have():
    body = {"$each": {"id": "$tenant_id", "at": "$tenant.addedOn?", "note": "$tenant.note?"}}
    assert whole_body(body) == [{"id": A, "at": "2026-05-03T10:11:12Z", "note": None}, {"id": B}]
    headers = {"If-Match": "$effective._etag?", "X-Id": "$effective.id?", "X-None": "$effective.none?"}
    (request,) = filled(with_call(SET, "set", headers=headers), whole=[A])
    assert request.headers == {"If-Match": '"7"'}


def test_ids_in_path_and_query():
    data = with_call(SET, "set", body=None, path="/x/$tenant_ids?v=1", query={"id": "$tenant_ids", "$$top": "5 &"})
    (request,) = filled(data, whole=[A, B])
    assert request.path == f"/x/{A},{B}?v=1&id={A}&id={B}&$top=5%20%26"
    (request,) = filled(with_call(EACH, "add", body=None, path="/x", query={"id": "$tenant_id"}), add=[A])
    assert request.path == f"/x?id={A}"


@pytest.mark.parametrize("call", [{"path": "/x/$tenant_ids"}, {"query": {"id": "$tenant_ids"}}])
def test_an_empty_full_list_is_sent_in_a_body_only(call):
    (request,) = filled(SET, whole=[], remove=[A])
    assert [] in request.body.values()
    with pytest.raises(MtoError, match=r"write\.set: a list in its path or its query is empty, so nothing was sent"):
        filled(with_call(SET, "set", body=None, **call), whole=[], remove=[A])


@pytest.mark.parametrize(
    "call",
    [
        {"path": "/x/$added_ids/$removed_ids"},
        {"path": "/x?add=$added_ids&remove=$removed_ids"},
        {"query": {"add": "$added_ids", "remove": "$removed_ids"}},
        {"query": {"add": "$added_ids", "remove": "x$removed_ids"}},
        {"body": "$added_ids", "path": "/x/$removed_ids"},
        {"body": ["$added_ids", "$removed_ids"], "query": {"x": "$effective.none"}},
    ],
)
def test_an_empty_list_in_path_or_query_is_not_sent(call):
    values = dataclasses.replace(VALUES, effective={"none": []})
    with pytest.raises(MtoError, match=r"write\.change: a list in its path or its query is empty, so nothing was sent"):
        filled(change(**{"body": None, **call}), add=[A], values=values)


def test_a_value_missing_in_the_answer_stops_everything():
    with pytest.raises(MtoError, match=r"has no \$effective.version, so nothing was sent"):
        filled(with_call(SET, "set", headers={"If-Match": "$effective.version"}), whole=[A])
    with pytest.raises(MtoError, match=r"\$tenant.tenantId"):
        filled(SET, whole=[UNOFFERED])
    with pytest.raises(MtoError, match="a character that a header cannot carry"):
        filled(with_call(SET, "set", headers={"If-Match": "$effective.nested"}), whole=[A])


def test_removal_needs_a_recorded_removal():
    only_add = {"version": 1, "write": {"add": EACH["write"]["add"]}}
    with pytest.raises(OptionError, match=r"write\.remove is missing"):
        filled(only_add, add=[A], remove=[B])


@given(st.text())
def test_no_value_of_the_portal_leads_a_path_elsewhere(value):
    data = with_call(EACH, "add", path="/x/$tenant.name/y")
    values = dataclasses.replace(VALUES, rows={A: {"name": value}})
    with contextlib.suppress(MtoError):
        (request,) = filled(data, add=[A], values=values)
        assert request.path.startswith("/x/")
        assert request.path.endswith("/y")
        assert not {*request.path[3:-2]} & {*"/?#\\ \r\n"}
        assert unquote(request.path[3:-2]) == value
        assert value not in ("", ".", "..")


@pytest.mark.parametrize("value", ["", ".", "..", "..;x", "%2e%2e", "a\r\nb", None, True, ["x"]])
def test_a_value_that_leads_a_path_elsewhere(value):
    values = dataclasses.replace(VALUES, effective={"name": value})
    with pytest.raises(MtoError, match="so nothing was sent"):
        filled(with_call(EACH, "add", path="/x/$effective.name/y"), add=[A], values=values)


@pytest.mark.parametrize("value", ["a\r\nCookie: b", "ü", " x", "", None, True, ["x"]])
def test_a_header_takes_printable_text_only(value):
    data = with_call(SET, "set", headers={"X-Name": "$effective.name"})
    values = dataclasses.replace(VALUES, effective={"name": value})
    with pytest.raises(MtoError, match=r"write\.set\.headers: .* control character"):
        filled(data, whole=[A], values=values)


def test_a_number_in_a_header_is_its_text():
    data = with_call(SET, "set", headers={"If-Match": "$effective.version"})
    (request,) = filled(data, whole=[A], values=dataclasses.replace(VALUES, effective={"version": 12}))
    assert request.headers == {"If-Match": "12"}


def filled_for(tenant_id, template, path="/x/$tenant_id"):
    """The request for one tenant with this body."""
    (request,) = filled(with_call(EACH, "add", body={"$each": template}, path=path), add=[tenant_id])
    return request


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("$tenant_ids", [B]),
        ("$home_tenant_id", HOME),
        ("$effective.nested.deep", [1]),
        ("$effective.id", None),
        ("$picker.n", 3),
        ("$tenant_id", B),
        ("$tenant.name!", "Name b!"),
        ("$tenant.name.", "Name b."),
        ("$$tenant_id", "$tenant_id"),
        ("$$", "$"),
        ([None, True, 1.5, {"k": "$tenant_id", "$$ref": 1}], [None, True, 1.5, {"k": B, "$ref": 1}]),
    ],
)
def test_values(template, value):
    assert filled_for(B, template).body == [value]


def test_each_tenant_of_a_list():
    assert whole_body({"$each": {"id": "$tenant.tenantId"}}) == [{"id": A.upper()}, {"id": B.upper()}]


def test_a_value_in_a_path_is_quoted():
    values = dataclasses.replace(VALUES, rows={A: {"name": "Birch / Oak"}})
    (request,) = filled(with_call(EACH, "add", path="/x/$tenant.name"), add=[A], values=values)
    assert request.path == "/x/Birch%20%2F%20Oak"


@pytest.mark.parametrize("template", ["$effective.version", "$tenant.x.y", "$picker.n.x", "x $effective.nested.none"])
def test_a_value_that_the_answer_lacks_is_named(template):
    name = template[template.index("$") :]
    with pytest.raises(MtoError, match=rf"write\.add: the portal's answer has no \{name}, so nothing was sent"):
        filled_for(A, template)


@pytest.mark.parametrize("template", ["x $effective.nested", "x $effective.id"])
def test_only_text_and_numbers_become_part_of_a_text(template):
    with pytest.raises(MtoError, match="neither text nor a number"):
        filled_for(A, template)


def test_the_etag_of_the_session_is_not_shown():
    values = dataclasses.replace(VALUES, effective={"_etag": "planted"})
    (request,) = filled(with_call(EACH, "add", body={"e": "$effective._etag"}), add=[A], values=values)
    assert "planted" not in repr(values) + repr(request)


# Whatever the form of an accepted contract, its requests are about the tenants of the plan, and about no other.
TENANTS = [A, B, C]
leaves = st.sampled_from(
    [
        "$tenant_ids",
        "$added_ids",
        "$removed_ids",
        "$tenant_id",
        "$tenant.tenantId",
        "$tenant.name",
        "$tenant",
        "$tenant.addedOn?",
        "$selected",
        "$effective._etag",
        "$effective",
        "$effective.exposedTargetTenantsInfo",
        "$picker.tenantInfoList",
        "$home_tenant_id",
        "$Each",
        "$other",
        "x",
        A,
        None,
        True,
    ]
)
keys = st.sampled_from(["$each", "$each_added", "$each_removed", "$each_offered", "$copy", "tenants", "tenantId", "x"])
bodies = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(keys, inner, max_size=3)
        | st.fixed_dictionaries({"$key": st.just("$tenant_id"), "$value": inner})
        | st.builds(lambda value, key: {key: value}, inner, keys)
    ),
    max_leaves=5,
)
# Most bodies of the strategy say nothing about tenants and are refused; these say enough.
ROW = {"id": "$tenant_id", "on": "$selected"}
enough = st.sampled_from(
    [
        "$tenant_ids",
        {"$each": "$tenant.tenantId"},
        {"$each": ROW},
        {"$each": {"$key": "$tenant_id", "$value": "$selected"}},
        {"$each_offered": ROW},
        {"plus": "$added_ids", "minus": {"$each_removed": {"$copy": "$tenant", "x": 1}}},
        {"$copy": "$effective", "exposedTargetTenantsInfo": {"$each": ROW}},
    ]
)
calls = st.fixed_dictionaries(
    {
        "method": st.just("POST"),
        "path": st.sampled_from(["/x", "/x/$tenant_id", "/x/$tenant_ids", f"/x/{B}"]),
        "body": bodies | st.fixed_dictionaries({"t": enough, "more": leaves | bodies}),
        "per": st.sampled_from(["list", "tenant"]),
    }
)
plans = st.permutations(TENANTS).flatmap(lambda order: st.tuples(st.just(order), st.integers(0, 3), st.integers(0, 3)))


def ids_in(request):
    text = f"{request.path} {json.dumps(request.body)}".lower()
    return {*re.findall(r"\w{8}(?:-\w{4}){3}-\w{12}", text)} - {HOME}


@given(calls, st.sampled_from(["set", "change", "add"]), plans)
def test_requests_name_exactly_the_tenants_that_are_meant(call, name, plan):
    order, begin, end = plan
    add, remove = order[:begin], order[begin:end]
    write = {name: call, **({"remove": call} if name == "add" else {})}
    with contextlib.suppress(MtoError):
        contract = parse_contract({"version": 1, "write": write})
        requests = write_requests(contract, VALUES, full_list=add, add=add, remove=remove)
        named = [ids_in(request) for request in requests]
        if "$each_offered" in json.dumps(call["body"]) and name == "set":
            assert named == [{A, B, C}]
        elif name == "set":
            assert named == [{*add}]
        else:
            assert set().union(*named) == {*add, *remove}
            assert all(ids == {*request.tenant_ids} for ids, request in zip(named, requests, strict=True))
