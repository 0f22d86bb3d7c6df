# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal contract: what is refused, how it is filled, and that nothing in it leads elsewhere."""

from __future__ import annotations

import copy
import pathlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import (
    Filling,
    load_contract,
    parse_contract,
    write_requests,
)

CONTRACTS = pathlib.Path(__file__).resolve().parents[6] / "lab" / "data" / "contracts"
SET = yaml.safe_load((CONTRACTS / "replace.yml").read_text(encoding="utf-8"))
EACH = yaml.safe_load((CONTRACTS / "per_tenant.yml").read_text(encoding="utf-8"))
FILLING = Filling(
    "home",
    {"tenantInfoList": []},
    {"_etag": '"7"', "name": "My private group", "count": 2},
    {one: {"tenantId": one.upper(), "name": f"Name {one}", "tenantAadEnvironment": 1} for one in "abc"},
)


def filled(data, add=(), remove=(), whole=()):
    return write_requests(parse_contract(data), FILLING, whole=whole, add=add, remove=remove)


def with_call(data, name, **changes):
    changed = copy.deepcopy(data)
    changed["write"][name].update(changes)
    return changed


def test_the_full_list_with_an_etag():
    (request,) = filled(SET, add=["b"], whole=["a", "b"])
    assert (request.method, request.path) == ("PUT", "/apiproxy/mtoapi/lab/view")
    assert request.headers == {"If-Match": '"7"'}
    rows = [{"tenantId": one.upper(), "name": f"Name {one}", "tenantAadEnvironment": 1} for one in "ab"]
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


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "portal_contract must be a dictionary"),
        ([], "portal_contract must be a dictionary"),
        ({"version": 2, "write": {"set": {}}}, "version must be 1"),
        ({**SET, "extra": 1}, "'extra' is unknown"),
        ({"version": 1}, "portal_contract: write must be a dictionary"),
        ({"version": 1, "write": {"remove": EACH["write"]["remove"]}}, "either `set`"),
        ({"version": 1, "write": {**SET["write"], **EACH["write"]}}, "either `set`"),
        ({"version": 1, "write": {**SET["write"], "remove": EACH["write"]["remove"]}}, "no place beside `set`"),
        (with_call(SET, "set", per="tenant"), "write.set.per: 'tenant' is not a choice; give list."),
        (with_call(EACH, "add", per="all"), "give list or tenant"),
        (with_call(EACH, "add", method="GET"), "method: 'GET' is not a choice"),
        (with_call(EACH, "add", path=None), "write.add.path: give the path"),
        (with_call(EACH, "add", path="https://evil.example/x"), "write.add.path: give the path"),
        (with_call(EACH, "add", path="//evil.example/x"), "write.add.path: give the path"),
        (with_call(EACH, "add", path="/a/../b"), "write.add.path: give the path"),
        (with_call(EACH, "add", path="/a b"), "write.add.path: give the path"),
        (with_call(EACH, "add", headers=["x"]), "headers must be a dictionary"),
        (with_call(EACH, "add", headers={"A": 1}), "names and values must be text"),
        (with_call(EACH, "add", headers={"Cookie": "a=b"}), "take out Cookie"),
        (with_call(EACH, "add", headers={"X-XSRF-Token": "a"}), "take out X-XSRF-Token"),
        (with_call(EACH, "add", body={"x": "$nonsense"}), r"\$nonsense is not known here"),
        (with_call(SET, "set", body={"x": "$tenant_id"}), r"\$tenant_id is not known here"),
        (with_call(SET, "set", body={"$each": "$tenant_id", "y": 1}), "must stand alone"),
    ],
)
def test_what_is_wrong_is_named(data, sentence):
    with pytest.raises(OptionError, match=sentence):
        parse_contract(data)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [(None, "cannot be read"), ("a: [", "is not YAML"), ("\x00", "is not YAML"), ("", "dictionary")],
)
def test_bad_files(tmp_path, text, sentence):
    path = tmp_path / "contract.yml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(OptionError, match=sentence):
        load_contract(str(path))


def test_the_labs_contracts_load():
    assert load_contract(str(CONTRACTS / "replace.yml")).whole
    assert load_contract(str(CONTRACTS / "per_tenant.yml")).remove


def test_what_the_portal_does_not_say_stops_everything():
    with pytest.raises(MtoError, match=r"holds no \$effective.version, so nothing was sent"):
        filled(with_call(SET, "set", headers={"If-Match": "$effective.version"}), whole=["a"])
    with pytest.raises(MtoError, match=r"\$tenant.tenantId"):
        filled(SET, whole=["unknown"])
    with pytest.raises(MtoError, match="is no text"):
        filled(with_call(SET, "set", headers={"If-Match": "$picker.tenantInfoList"}), whole=["a"])


def test_removal_needs_a_recorded_removal():
    only_add = {"version": 1, "write": {"add": EACH["write"]["add"]}}
    with pytest.raises(OptionError, match=r"write\.remove is missing"):
        filled(only_add, add=["a"], remove=["b"])


@given(st.text(min_size=1))
def test_no_value_of_the_portal_leads_a_path_elsewhere(value):
    data = with_call(EACH, "add", path="/x/$tenant.name/y")
    filling = Filling("home", {}, {}, {"a": {"name": value}})
    (request,) = write_requests(parse_contract(data), filling, whole=(), add=["a"], remove=())
    assert request.path.startswith("/x/")
    assert request.path.endswith("/y")
    assert not {*request.path[3:-2]} & {*"/?#\\ \r\n"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_data_is_a_contract_or_a_sentence(data):
    for given_data in (data, {"version": 1, "write": data}, {"version": 1, "write": {"set": data}}):
        with pytest.raises(OptionError, match="portal_contract"):
            parse_contract(given_data)
