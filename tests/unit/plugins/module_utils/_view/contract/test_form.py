# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of a portal contract: what is refused, and that nothing in it leads elsewhere."""

from __future__ import annotations

import pytest
from contracts import CONTRACTS, EACH, SET, with_call
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import load_contract, parse_contract


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "portal_contract must be a dictionary"),
        ([], "portal_contract must be a dictionary"),
        ({"version": 2, "write": {"set": {}}}, "version must be 1"),
        ({**SET, "extra": 1}, "'extra' is not a known key"),
        ({"version": 1}, "portal_contract: write must be a dictionary"),
        ({"version": 1, "write": {"remove": EACH["write"]["remove"]}}, "either `set`"),
        ({"version": 1, "write": {**SET["write"], **EACH["write"]}}, "either `set`"),
        ({"version": 1, "write": {**SET["write"], "remove": EACH["write"]["remove"]}}, "cannot be used with `set`"),
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
        (with_call(EACH, "add", headers={"Cookie": "a=b"}), "remove Cookie"),
        (with_call(EACH, "add", headers={"X-XSRF-Token": "a"}), "remove X-XSRF-Token"),
        (with_call(EACH, "add", body={"x": "$nonsense"}), r"\$nonsense is not a placeholder that can be used here"),
        (with_call(SET, "set", body={"x": "$tenant_id"}), r"\$tenant_id is not a placeholder"),
        (with_call(SET, "set", body={"$each": "$tenant_id", "y": 1}), "must be the only key"),
    ],
)
def test_what_is_wrong_is_named(data, sentence):
    with pytest.raises(OptionError, match=sentence):
        parse_contract(data)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "cannot be read: No such file"),
        (b"\xff", "it is not UTF-8 text"),
        ("a: [", "is not valid YAML"),
        ("\x00", "is not valid YAML"),
        ("", "dictionary"),
    ],
)
def test_bad_files(tmp_path, text, sentence):
    path = tmp_path / "contract.yml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(OptionError, match=sentence):
        load_contract(str(path))


def test_the_labs_contracts_load():
    assert load_contract(str(CONTRACTS / "replace.yml")).whole
    assert load_contract(str(CONTRACTS / "per_tenant.yml")).remove


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("no placeholder", True),
        ("$$5 and $home_tenant_id", True),
        ("$effective._etag $picker.x $tenant_ids", True),
        ("$tenant_id", False),
        ("$tenant.name", False),
        ("$effective $other.x", False),
    ],
)
def test_a_tenant_is_known_only_where_one_is_meant(text, known):
    data = with_call(SET, "set", body={"x": text})
    if known:
        assert parse_contract(data).whole.body == {"x": text}
    else:
        with pytest.raises(OptionError, match="is not a placeholder that can be used here; use "):
            parse_contract(data)
    each = with_call(SET, "set", body={"$each": text.replace("$other.x", "$tenant.x")})
    assert parse_contract(each).whole


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
