# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placeholders: what a template names, and that none can name other tenants than those of its call."""

from __future__ import annotations

import datetime as dt

import pytest
from contracts import EACH, SET, change, whole, with_call
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import TemplateRules

GUID = "aaaaaaaa-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("template", "of_list", "of_one"),
    [
        ("$tenant_ids", {"tenants"}, {"tenants"}),
        ({"add": "$added_ids", "remove": "$removed_ids"}, {"added", "removed"}, {"added", "removed"}),
        ({"$each": {"$copy": "$tenant", "selected": True}}, {"tenants"}, {"tenants"}),
        ({"$each": {"id": "$tenant_id", "on": "$selected"}}, {"tenants", "selected"}, {"tenants", "selected"}),
        ({"$each_added": {"id": "$tenant_id", "on": "$selected"}}, {"added"}, {"added"}),
        ({"$each": {"$key": "$tenant_id", "$value": "$selected"}}, {"tenants", "selected"}, {"tenants", "selected"}),
        # Neither a name nor an optional id says which tenants are meant.
        ({"$each": {"name": "$tenant.name", "on": "$selected"}}, set(), set()),
        ({"$each": {"id": "$tenant.tenantId?"}}, set(), set()),
        ({"version": "$effective_version", "by": "$home_tenant_id", "cost": "$$5"}, set(), set()),
        ("$tenant_id", None, {"id"}),
        ({"x": [{"y": "/$tenant.tenantId/"}]}, None, {"id"}),
    ],
)
def test_what_a_template_names(template, of_list, of_one):
    for per_tenant, named in ((False, of_list), (True, of_one)):
        rules = TemplateRules("here", ("tenants", "added", "removed"), per_tenant)
        if named is None:
            with pytest.raises(OptionError, match=r"^here: \$tenant\S* is not a placeholder that can be used here"):
                rules.body(template)
        else:
            assert rules.body(template) == named


def test_list_is_text_in_an_address_alone():
    rules = TemplateRules("here", ("tenants",), per_tenant=False)
    assert rules.text("/x/$tenant_ids/y", address=True) == {"tenants"}
    with pytest.raises(OptionError, match=r"\$tenant_ids is not text"):
        rules.text("/x/$tenant_ids/y")


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
