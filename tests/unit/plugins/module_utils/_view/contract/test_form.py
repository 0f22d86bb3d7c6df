# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of a portal contract: what is refused, and that nothing in it leads elsewhere."""

from __future__ import annotations

import datetime as dt

import documentation
import pytest
import yaml
from contracts import CONTRACTS, EACH, SET, change, whole, with_call
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import load_contract, parse_contract

IDS = {"ids": "$tenant_ids"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (None, "portal_contract must be a dictionary"),
        ([], "portal_contract must be a dictionary"),
        ({"version": 2, "write": {"set": {}}}, "version must be 1"),
        ({**SET, "version": True}, "version must be 1"),
        ({**SET, "version": "1"}, "version must be 1"),
        ({**SET, "version": 1.0}, "version must be 1"),
        ({**SET, "extra": 1}, "'extra' is not a known key"),
        ({**SET, "recorded": dt.date(2026, 11, 24)}, "recorded must be text; put it in quotes"),
        ({**SET, "source": 1e3}, "source must be text"),
        ({"version": 1}, "portal_contract: write must be a dictionary"),
        ({"version": 1, "write": {"remove": EACH["write"]["remove"]}}, "either `set`"),
        ({"version": 1, "write": {**SET["write"], **EACH["write"]}}, "either `set`"),
        ({"version": 1, "write": {**SET["write"], "remove": EACH["write"]["remove"]}}, "cannot be used with `set`"),
        (whole(per="tenant"), "write.set.per: 'tenant' is not a choice; give list."),
        (whole(max_per_request=5), "write.set.max_per_request: remove it"),
        (with_call(EACH, "add", max_per_request=5), "write.add.max_per_request: remove it"),
        (change(IDS | {"s": {"$each": "$selected"}}, max_per_request=True), "must be a whole number"),
        (change(IDS | {"s": {"$each": "$selected"}}, max_per_request=0), "must be a whole number"),
        (with_call(EACH, "add", per="all"), "give list or tenant"),
        (with_call(EACH, "add", per=["tenant"]), "give list or tenant"),
        (with_call(EACH, "add", body={"$each": "$tenant_id"}, extra=1), "'extra' is not a known key"),
    ],
)
def test_what_is_wrong_is_named(data, sentence):
    with pytest.raises(OptionError, match=sentence):
        parse_contract(data)


@pytest.mark.parametrize(
    "method", ["GET", None, True, 1e3, ["POST"], "POST /x", "PO ST", "TRACE", "CONNECT", "POST\r\n"]
)
def test_a_method_that_changes_nothing_or_is_none(method):
    with pytest.raises(OptionError, match=r"write\.add\.method: "):
        parse_contract(with_call(EACH, "add", method=method))


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        1,
        "x",
        "https://evil.example/x",
        "//evil.example/x",
        "/a//b",
        "/a/../b",
        "/a/..",
        "/./b",
        "/a/..;x/b",
        "/a/%2e%2E/b",
        "/a/%252e%252e/b",
        "/a/%2e%2e%2fb",
        "/a/%5c..%5cb",
        "/a b",
        "/a\r\nX: y",
        "/a%0d%0aX: y",
        "/a\\b",
        "/a#b",
        "/ü",
        "/a\x00",
        "/a\ud800",
    ],
)
def test_a_path_stays_on_the_portals_host(path):
    with pytest.raises(OptionError, match=r"write\.add\.path: give the path"):
        parse_contract(with_call(EACH, "add", path=path))


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        (["x"], "headers must be a dictionary"),
        ({"A": 1}, "names and values must be text"),
        ({"A": True}, "names and values must be text"),
        ({1: "A"}, "names and values must be text"),
        ({"A": dt.date(2026, 1, 1)}, "names and values must be text"),
        ({"A": "x\r\nCookie: y"}, "character that cannot be sent"),
        ({"A": "ü"}, "character that cannot be sent"),
        ({"A": " x"}, "character that cannot be sent"),
        ({"A": ""}, "is empty or holds"),
        ({"A b": "x"}, "character that cannot be sent"),
        ({"A\n": "x"}, "character that cannot be sent"),
        ({"If-Match": "x", "if-match": "y"}, "a name occurs twice"),
        ({"Cookie": "a=b"}, "remove Cookie"),
        ({"X-XSRF-Token": "a"}, "remove X-XSRF-Token"),
        ({"Expect": "100-continue"}, "remove Expect"),
        ({"A": "$tenant_id"}, None),
        ({"A": "$Effective._etag"}, r"\$Effective._etag is not a placeholder"),
        ({"$tenant_id": "x"}, "cannot hold a placeholder"),
    ],
)
def test_headers(headers, sentence):
    data = with_call(EACH, "add", headers=headers)
    if sentence is None:
        assert parse_contract(data).add
    else:
        with pytest.raises(OptionError, match=sentence):
            parse_contract(data)


def test_a_body_that_is_nested_too_deeply():
    body = []
    for _level in range(1500):
        body = [body]
    with pytest.raises(OptionError, match="nested too deeply"):
        parse_contract(with_call(EACH, "add", body=body))


def saved(tmp_path, text):
    path = tmp_path / "contract.yml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def replaced(old, new):
    """The lab's contract as text, with a change."""
    text = (CONTRACTS / "replace.yml").read_text(encoding="utf-8")
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"\xff", "is not a text file in UTF-8"),
        ("a: [", "is not valid YAML"),
        ("\x00", "is not valid YAML"),
        ("a: 1\n---\nb: 2", "is not valid YAML"),
        ("a: 2026-13-45", "holds a date or a number that is not valid"),
        (f"a: {'9' * 9999}", "holds a date or a number that is not valid"),
        ("", "dictionary"),
        ("a: &x [1]\nb: *x", r"\(line 1\) uses an alias or an anchor"),
        ("a: *x", "uses an alias or an anchor"),
        ("a: !!set {x}", "uses a tag"),
        ("a: !!binary aGVsbG8=", "uses a tag"),
        ("a: !!python/object/apply:os.system [x]", "uses a tag"),
        ("<<: {a: 1}", "uses a merge key"),
        ("a: 1\nb: 2\na: 3", r"\(line 3\) has the same key twice"),
        ("[" * 9999, "is nested too deeply"),
        ("- " * 5000, "is nested too deeply"),
        ("{a: " * 3000, "is nested too deeply"),
        ("x" * 40_000, "is larger than 16 KB"),
        (replaced('"2026-11-24"', "2026-11-24"), "recorded must be text"),
        (replaced("$tenant.name", "2026-11-24"), "a type that JSON does not have"),
        (replaced("$tenant.name", ".nan"), "a type that JSON does not have"),
        (replaced("If-Match: $effective._etag", "If-Match: 5"), "names and values must be text"),
    ],
)
def test_bad_files(tmp_path, text, sentence):
    with pytest.raises(OptionError, match=rf"portal_contract.*{sentence}"):
        load_contract(saved(tmp_path, text))


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(OptionError, match=r"portal_contract: .*none\.yml cannot be read \(No such file"):
        load_contract(str(tmp_path / "none.yml"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_editors_write(tmp_path, encoding):
    text = replaced("\n", "\r\n")
    assert load_contract(saved(tmp_path, text.encode(encoding))) == parse_contract(SET)


def test_the_labs_contracts_load():
    for path in CONTRACTS.glob("*.yml"):
        assert load_contract(str(path))


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


@given(st.text() | st.binary())
def test_any_text_is_a_contract_or_a_sentence(tmp_path_factory, text):
    content = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    with pytest.raises(OptionError, match="portal_contract"):
        load_contract(saved(tmp_path_factory.mktemp("any"), content))


def test_contracts_of_the_documentation_are_accepted():
    texts = [block.text for block in documentation.pages()["docs/contract.md"].blocks()]
    contracts = [yaml.safe_load(text) for text in texts if "write:" in text]
    bodies = [yaml.safe_load(text)["body"] for text in texts if text.startswith("body:")]
    assert (len(contracts), len(bodies)) == (3, 2)
    for contract in [*contracts, *(whole(body=body) for body in bodies)]:
        parse_contract(contract)
