# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of a portal contract: what is refused, and that nothing in it leads elsewhere."""

from __future__ import annotations

import datetime as dt

import documentation
import pytest
import yaml
from contracts import CONTRACTS, EACH, SET, with_call
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import load_contract, parse_contract

GUID = "aaaaaaaa-0000-4000-8000-000000000001"
IDS = {"ids": "$tenant_ids"}


def whole(**changes):
    return with_call(SET, "set", **changes)


def change(body, **more):
    call = {"method": "PATCH", "path": "/x", "body": body, **more}
    return {"version": 1, "write": {"change": call}}


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


# A body that says which tenants are meant, and one that only seems to.
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (whole(body={"tenants": []}), "an empty list could empty the view"),
        (whole(body={"tenants": "$tenant_ids", "more": {"x": []}}), "an empty list could empty the view"),
        (whole(body=None), "names the full list"),
        (whole(body={"tenants": "$effective.exposedTargetTenantsInfo"}), "names the full list"),
        (whole(body={"tenants": {"$each": "$tenant.name"}}), "names the full list"),
        *(
            (
                whole(body={"tenants": {"$each": {"$copy": "$tenant", **ids}}}),
                "beside .copy, tenantId must be .tenant_id",
            )
            for ids in (
                {"tenantId": "x"},
                {"tenantId": "x$tenant_id"},
                {"tenantId": "$tenant.tenantId?"},
                {"tenantId": ["$tenant_id"]},
                {"tenantid": "$home_tenant_id"},
                {"TenantId": "$tenant.name", "id": "$tenant_id"},
            )
        ),
        *(
            (change(body), "names both lists")
            for body in (
                {"t": {"$each": {"id": "$tenant_id"}}, "u": {"$each": {"on": "$selected"}}},
                {"t": {"$each": {"id": "$tenant_id"}}, "u": {"$each_added": {"id": "$tenant_id", "on": "$selected"}}},
                {"t": {"$each": {"id": "$tenant_id", "u": {"$each": "$selected"}}}},
                {"t": {"$each": {"u": {"$each": "$tenant_id"}, "on": "$selected"}}},
                {"t": "$tenant_ids", "u": {"$each": {"on": "$selected"}}},
                {
                    "t": {"$each": {"$copy": "$tenant"}},
                    "u": {"$each_removed": {"$key": "$tenant_id", "$value": "$selected"}},
                },
            )
        ),
        (whole(body=None, headers={"X-Ids": "$tenant_ids"}), "names the full list"),
        (whole(body={"tenants": [GUID]}), "holds an id as it was recorded"),
        (whole(body={"tenants": "$tenant_ids", GUID: 1}), "holds an id as it was recorded"),
        (whole(body={"tenants": "$tenant_ids", "x": f"urn:{GUID.upper()}"}), "holds an id as it was recorded"),
        (whole(query={"id": GUID, "ids": "$tenant_ids"}), "holds an id as it was recorded"),
        (whole(body={"tenants": {"$each_offered": "$tenant_id"}}), r"needs the id of the tenant, and \$selected"),
        (whole(body={"tenants": {"$each_added": "$tenant_id"}}), r"\$each_added cannot be used in this call"),
        (whole(body={"tenants": "$added_ids"}), r"\$added_ids is not a placeholder"),
        (whole(body={"$each": "$tenant_id", "y": 1}), "must be the only key"),
        (whole(body={"$Each": {"id": "$tenant_id"}}), "'\\$Each' cannot hold a placeholder"),
        (whole(body={"$tenant_id": 1, "t": "$tenant_ids"}), "cannot hold a placeholder"),
        (whole(body={"a$effective.x": 1, "t": "$tenant_ids"}), "cannot hold a placeholder"),
        (whole(body={"t": "$TENANT_IDS"}), r"\$TENANT_IDS is not a placeholder"),
        (whole(body={"t": "$tenant_ids", "x": "${tenant_id}"}), "begins a placeholder"),
        (whole(body={"t": "$tenant_ids", "x": "5$"}), "begins a placeholder"),
        (whole(body={"t": "x $tenant_ids"}), "cannot be a part of a longer text"),
        (whole(body={"t": "$tenant_ids", "x": "a $effective"}), "cannot be a part of a longer text"),
        (whole(body={"t": "$tenant_ids.0"}), r"\$tenant_ids.0 is not a placeholder"),
        (whole(body={"t": "$tenant_ids", "x": "$home_tenant_id.x"}), "is not a placeholder"),
        (whole(body={"t": "$tenant_ids", "x": "$tenant_id"}), r"\$tenant_id is not a placeholder"),
        (whole(body={"t": "$tenant_ids", "x": "$selected"}), r"\$selected is not a placeholder"),
        (whole(body={"t": ["$effective.x?"]}), "can only be the value of a key"),
        (whole(body={"t": {"$copy": "x"}}), r"\$copy must be one placeholder"),
        (whole(body={"t": {"$copy": "$tenant_ids"}}), r"\$copy must be one placeholder"),
        (whole(body={"t": {"$each": {"$key": "$tenant.name", "$value": 1}}}), r"\$key must be"),
        (whole(body={"t": {"$each": {"$key": "$tenant_id"}}}), r"\$key must be"),
        (with_call(EACH, "add", body=None, path="/x"), "names the id of its tenant"),
        (with_call(EACH, "remove", path="/x"), "names the id of its tenant"),
        (with_call(EACH, "add", body={"name": "$tenant.name"}, path="/x"), "names the id of its tenant"),
        (with_call(EACH, "add", per="list", path="/x", body={"x": 1}), "names the tenants"),
        (change({"add": "$added_ids"}), "names both lists"),
        (change({"all": "$tenant_ids"}), "names both lists"),
        (change({"$each": {"id": "$tenant_id"}}), "names both lists"),
    ],
)
def test_a_contract_that_cannot_say_which_tenants_it_means(data, sentence):
    with pytest.raises(OptionError, match=sentence):
        parse_contract(data)


@pytest.mark.parametrize(
    "data",
    [
        SET,
        EACH,
        whole(body="$tenant_ids"),
        whole(body={"ids": "$tenant_ids", "names": {"$each": "$tenant.name"}}),
        whole(body={"$copy": "$effective", "tenants": {"$each": {"$copy": "$tenant", "selected": True}}}),
        whole(body={"tenants": {"$each_offered": {"id": "$tenant.tenantId", "on": "$selected"}}}),
        whole(body={"tenants": {"$each": {"$key": "$tenant_id", "$value": {}}}}),
        whole(body=None, query={"id": "$tenant_ids", "$$top": "5"}),
        whole(body=None, path="/x/$tenant_ids/y"),
        with_call(EACH, "add", body=None, path="/x?id=$tenant_id"),
        with_call(EACH, "add", body="$tenant_ids", path="/x"),
        change({"add": "$added_ids", "remove": {"$each_removed": {"id": "$tenant_id", "at": "$tenant.addedOn?"}}}),
        change({"$each": {"id": "$tenant_id", "selected": "$selected"}}, max_per_request=20),
    ],
)
def test_a_contract_that_says_which_tenants_it_means(data):
    assert parse_contract(data)


SPELLINGS = {
    "plain": str,
    "upper": str.upper,
    "undashed": lambda text: text.replace("-", ""),
    "half-dashed": lambda text: text.replace("-", "", 2),
    "encoded dash": lambda text: text.replace("-", "%2D"),
    "encoded digit": lambda text: text.replace("a", "%61", 1),
    "encoded twice": lambda text: text.replace("-", "%252d"),
}
PLACES = [
    lambda text: {"path": f"/x/{text}"},
    lambda text: {"path": f"/x/{text}/y$home_tenant_id"},
    lambda text: {"path": f"/x?group={text}"},
    lambda text: {"query": {"group": text}},
    lambda text: {"query": {text: "x"}},
    lambda text: {"headers": {"X-Group": text}},
    lambda text: {"headers": {text: "x"}},
    lambda text: {"body": {"ids": "$tenant_ids", "group": text}},
    lambda text: {"body": {"ids": "$tenant_ids", text: 1}},
    lambda text: {"body": {"ids": "$tenant_ids", "x": [{"y": [text]}]}},
    lambda text: {"body": {"$each": {"$key": "$tenant_id", "$value": text}}},
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS.keys())
@pytest.mark.parametrize("form", ["{}", "g.{}", "'{}'"])
def test_a_recorded_id_is_refused_anywhere(place, spell, form):
    with pytest.raises(OptionError, match="holds an id as it was recorded"):
        parse_contract(whole(**place(form.format(spell(GUID)))))


@given(st.uuids(), st.sampled_from(PLACES), st.sampled_from([*SPELLINGS.values()]))
def test_any_recorded_id_is_refused(recorded, place, spell):
    with pytest.raises(OptionError, match="holds an id as it was recorded"):
        parse_contract(whole(**place(spell(str(recorded)))))


@pytest.mark.parametrize(
    "text", ["0123456789abcdef", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "v1-2-3", "2026-11-24"]
)
def test_a_number_that_is_no_id(text):
    assert parse_contract(whole(headers={"X-Version": text})).whole.headers == {"X-Version": text}


@pytest.mark.parametrize("value", [dt.date(2026, 1, 1), {1, 2}, b"x", (1,), float("nan"), float("inf"), 10**400, 1e300])
def test_a_value_that_json_does_not_have(value):
    with pytest.raises(OptionError, match=r"write\.set: a value is of a type that JSON does not have"):
        parse_contract(whole(body={"t": "$tenant_ids", "x": value}))


@pytest.mark.parametrize("key", [1, None, True, dt.date(2026, 1, 1), "a\ud800"])
def test_a_key_that_json_does_not_have(key):
    with pytest.raises(OptionError, match=r"write\.set: the keys of a dictionary must be text"):
        parse_contract(whole(body={"t": "$tenant_ids", key: 1}))


@pytest.mark.parametrize("text", ["a\ud800", "a\x00", "a\u202eb"])
def test_a_text_that_cannot_be_sent(text):
    with pytest.raises(OptionError, match="holds a character that cannot be sent"):
        parse_contract(whole(body={"t": "$tenant_ids", "x": text}))


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
