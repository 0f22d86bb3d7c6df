# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is learned from recordings of many pages, and what is refused."""

from __future__ import annotations

import json

import pytest
from cpu import cpu_limit
from recorded import API, FIRST, HOME, NAMES, OPERATOR, OTHER, SECOND, STAYS, Recorded, one_by_one, put_full_list

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract


def after(page, add, remove):
    """The ids that the view has afterwards."""
    return [*(each for each in page.view if each not in remove), *add]


def plain_list(page, add, remove):
    page.send("PUT", f"/view?version={page.version}", after(page, add, remove))


def flags(page, add, remove):
    there = after(page, add, remove)
    page.send("PUT", "/selection", {"tenants": [{"id": each, "on": each in there} for each in NAMES]})


def echo(page, add, remove):
    old = [row for row in page.exposed() if row["tenantId"] not in remove]
    page.send("PUT", "/group", {**page.effective(), "exposedTargetTenantsInfo": [*old, *map(page.row, add)]})


def whole_picker(page, add, remove):
    there = after(page, add, remove)
    picker = page.picker()
    rows = [{**row, "selected": row["tenantId"] in there} for row in picker["tenantInfoList"]]
    page.send("POST", "/picker", {**picker, "tenantInfoList": rows})


def difference(page, add, remove):
    body = {"added": [page.row(each) for each in add], "removed": remove, "etag": page.etag}
    page.send("PATCH", "/changes", body)


def commas(page, add, remove):
    for method, ids in (("POST", add), ("DELETE", remove)):
        if ids:
            page.send(method, f"/members?ids={','.join(ids)}&api-version=2")


def repeated(page, add, remove):
    for method, ids in (("POST", add), ("DELETE", remove)):
        if ids:
            page.send(method, f"/members?{'&'.join(f'id={each}' for each in ids)}")


def by_key(page, add, remove):
    page.send("PATCH", "/members", {"members": {each: each in add for each in [*remove, *add]}})


def json_patch(page, add, remove):
    operations = [{"op": "remove", "path": f"/tenants/{each}"} for each in remove]
    operations += [{"op": "add", "path": "/tenants/-", "value": {"id": each, "label": NAMES[each]}} for each in add]
    page.send("PATCH", "/group", operations, {"Content-Type": "application/json-patch+json"})


def toggle(page, add, remove):
    for each in [*remove, *add]:
        page.send("POST", "/toggle", {"tenantId": each, "selected": each in add, "homeTenant": HOME, "by": OPERATOR})


SET_ROWS = {"$each": {"tenantId": "$tenant.tenantId", "name": "$tenant.name"}}
SHAPES = {
    put_full_list: {
        "set": {
            "method": "PUT",
            "path": "/apiproxy/mtoapi/view",
            "headers": {"if-match": "$effective._etag"},
            "body": {"tenants": SET_ROWS},
        }
    },
    flags: {
        "set": {
            "method": "PUT",
            "path": "/apiproxy/mtoapi/selection",
            "body": {"tenants": {"$each_offered": {"id": "$tenant_id", "on": "$selected"}}},
        }
    },
    echo: {
        "set": {
            "method": "PUT",
            "path": "/apiproxy/mtoapi/group",
            "body": {
                "$copy": "$effective",
                "exposedTargetTenantsInfo": {
                    "$each": {
                        "name": "$tenant.name",
                        "tenantId": "$tenant.tenantId",
                        "tenantAadEnvironment": "$tenant.tenantAadEnvironment",
                        "addedOn": "$tenant.addedOn?",
                    }
                },
            },
        }
    },
    whole_picker: {
        "set": {
            "method": "POST",
            "path": "/apiproxy/mtoapi/picker",
            "body": {
                "$copy": "$picker",
                "tenantInfoList": {"$each_offered": {"$copy": "$tenant", "selected": "$selected"}},
            },
        }
    },
    difference: {
        "change": {
            "max_per_request": 2,
            "method": "PATCH",
            "path": "/apiproxy/mtoapi/changes",
            "body": {
                "added": {
                    "$each_added": {
                        "name": "$tenant.name",
                        "tenantId": "$tenant.tenantId",
                        "tenantAadEnvironment": "$tenant.tenantAadEnvironment",
                    }
                },
                "removed": "$removed_ids",
                "etag": "$effective._etag",
            },
        }
    },
    commas: {
        "add": {
            "max_per_request": 2,
            "method": "POST",
            "path": "/apiproxy/mtoapi/members?ids=$tenant_ids&api-version=2",
        },
        "remove": {
            "per": "tenant",
            "method": "DELETE",
            "path": "/apiproxy/mtoapi/members",
            "query": {"ids": "$tenant_id", "api-version": "2"},
        },
    },
    repeated: {
        "add": {
            "max_per_request": 2,
            "method": "POST",
            "path": "/apiproxy/mtoapi/members",
            "query": {"id": "$tenant_ids"},
        },
        "remove": {
            "per": "tenant",
            "method": "DELETE",
            "path": "/apiproxy/mtoapi/members",
            "query": {"id": "$tenant_id"},
        },
    },
    one_by_one: {
        "add": {
            "per": "tenant",
            "method": "POST",
            "path": "/apiproxy/mtoapi/view/$tenant_id",
            "body": {"tenantId": "$tenant.tenantId"},
        },
        "remove": {"per": "tenant", "method": "DELETE", "path": "/apiproxy/mtoapi/view/$tenant_id"},
    },
    by_key: {
        "add": {
            "max_per_request": 2,
            "method": "PATCH",
            "path": "/apiproxy/mtoapi/members",
            "body": {"members": {"$each": {"$key": "$tenant.tenantId", "$value": True}}},
        },
        "remove": {
            "per": "tenant",
            "method": "PATCH",
            "path": "/apiproxy/mtoapi/members",
            "body": {"members": {"$each": {"$key": "$tenant.tenantId", "$value": False}}},
        },
    },
    json_patch: {
        "add": {
            "max_per_request": 2,
            "method": "PATCH",
            "path": "/apiproxy/mtoapi/group",
            "headers": {"Content-Type": "application/json-patch+json"},
            "body": {
                "$each": {"op": "add", "path": "/tenants/-", "value": {"id": "$tenant_id", "label": "$tenant.name"}}
            },
        },
        "remove": {
            "per": "tenant",
            "method": "PATCH",
            "path": "/apiproxy/mtoapi/group",
            "headers": {"Content-Type": "application/json-patch+json"},
            "body": {"$each": {"op": "remove", "path": "/tenants/$tenant_id"}},
        },
    },
    toggle: {
        way: {
            "per": "tenant",
            "method": "POST",
            "path": "/apiproxy/mtoapi/toggle",
            "body": {
                "tenantId": "$tenant.tenantId",
                "selected": "$selected",
                "homeTenant": "$home_tenant_id",
                "by": "$context.AuthInfo.UserName",
            },
        }
        for way in ("add", "remove")
    },
}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_shapes(shape):
    learned = learn_contract(Recorded().recipe(shape).har, "src")
    assert json.loads(json.dumps(learned.contract["write"])) == json.loads(json.dumps(SHAPES[shape]))
    parse_contract(learned.contract)
    text = json.dumps([learned.contract["write"], learned.learned, learned.unsure])
    for secret in (*NAMES, *NAMES.values(), HOME, OPERATOR, "etag-0000"):
        assert secret not in text
    assert len(learned.learned) >= 2


def test_plain_list_with_a_version_that_no_answer_holds_is_refused():
    with pytest.raises(OptionError, match=r"PUT .*/view: query\.version differs from request to request"):
        learn_contract(Recorded().recipe(plain_list).har, "src")


def test_first_tenant_of_an_empty_view_can_be_added_in_the_recording():
    page = Recorded()
    page.view = []
    page.load()
    page.change([STAYS], [], put_full_list)
    for add, remove in (([FIRST, SECOND], []), ([], [FIRST]), ([], [SECOND])):
        page.change(add, remove, put_full_list)
    assert learn_contract(page.har, "src").contract["write"] == SHAPES[put_full_list]


def test_view_that_is_emptied_at_the_end():
    def through(write):
        page = Recorded().recipe(write)
        page.change([], [STAYS], write)
        return page.har

    assert learn_contract(through(put_full_list), "src").contract["write"] == SHAPES[put_full_list]
    assert learn_contract(through(one_by_one), "src").contract["write"] == SHAPES[one_by_one]
    hidden = Recorded().recipe(one_by_one)
    hidden.change([], [STAYS], lambda *_: None)
    with pytest.raises(OptionError, match=r"the view changes without a request that names the tenant"):
        learn_contract(hidden.har, "src")


def only(*changes, write=put_full_list, view=(STAYS,)):
    page = Recorded()
    page.view = [*view]
    page.load()
    for add, remove in changes:
        page.change(add, remove, write)
    return page


def refused_write(page, _add, _remove):
    page.send("PUT", "/view", {"tenants": [{"tenantId": FIRST}]}, status=403)
    page.view = [each for each in page.view if each not in _add]


def nothing_happens(page, add, remove):
    put_full_list(page, add, remove)


REFUSALS = {
    "no tenant is removed": only(([FIRST, SECOND], [])),
    "no tenant is added": only(([], [FIRST]), ([], [SECOND]), view=(STAYS, FIRST, SECOND)),
    "only one tenant is added": only(([FIRST], []), ([], [FIRST])),
    "only one tenant is removed": only(([FIRST, SECOND], []), ([], [FIRST])),
    "no tenant stays in the view": only(([FIRST, SECOND], []), ([], [FIRST, SECOND]), view=()),
    "the view does not change": only(),
    "the view changes without a request": only(
        ([FIRST, SECOND], []), ([], [FIRST]), ([], [SECOND]), write=lambda *_: None
    ),
}


@pytest.mark.parametrize("words", REFUSALS)
def test_recording_that_does_not_determine_the_write(words):
    with pytest.raises(OptionError, match=words) as refused:
        learn_contract(REFUSALS[words].har, "src: 'page.har'")
    text = str(refused.value)
    assert text.startswith("src: 'page.har'")
    assert "add two others together; remove one of these; then remove the other" in text


def test_portal_that_refused_every_change():
    page = Recorded()
    page.load()
    page.send("PUT", "/view", {"tenants": [{"tenantId": FIRST}]}, status=403)
    page.load()
    with pytest.raises(OptionError, match=r"the portal refused every change \(HTTP 403\)"):
        learn_contract(page.har, "src")


def test_write_without_a_reading():
    page = Recorded()
    put_full_list(page, [FIRST, SECOND], [])
    page.load()
    with pytest.raises(OptionError, match=r"no reading of the tenant group before it\. Load the settings page again"):
        learn_contract(page.har, "src")


def test_recording_that_begins_late():
    page = Recorded()
    page.change([FIRST, SECOND], [], put_full_list)
    page.change([], [FIRST], put_full_list)
    page.change([], [SECOND], put_full_list)
    with pytest.raises(OptionError, match=r"no reading of the tenant group before it\. Load the settings page again"):
        learn_contract(page.har, "src")


def test_recording_of_another_page_and_what_is_none():
    page = Recorded()
    page.send("GET", "https://example.org/", answer={})
    with pytest.raises(OptionError, match=r"src holds no answer of the multitenant portal"):
        learn_contract(page.har, "src")
    for data in (None, [], {"log": {}}, {"mto_snapshot": 1}):
        with pytest.raises(OptionError, match=r"src is not a HAR"):
            learn_contract(data, "src")


def test_recording_without_bodies():
    page = Recorded().recipe(put_full_list)
    for entry in page.entries:
        entry["response"].pop("content", None)
    with pytest.raises(OptionError, match=r"without the bodies of its answers\. Export the recording with"):
        learn_contract(page.har, "src")


def test_recording_without_the_bodies_of_requests():
    page = Recorded().recipe(put_full_list)
    for entry in page.entries:
        posted = entry["request"].pop("postData", None)
        entry["request"]["bodySize"] = len(posted["text"]) if posted else 0
    with pytest.raises(OptionError, match=r"src holds requests without their bodies\. Export the recording"):
        learn_contract(page.har, "src")


def test_two_people():
    page = Recorded().recipe(put_full_list)
    page.send("GET", f"{API}/../mtp/sccManagement/mgmt/TenantContext", answer={"AuthInfo": {"UserName": "x@y.example"}})
    with pytest.raises(OptionError, match=r"the sessions of more than one person"):
        learn_contract(page.har, "src")


def test_another_tenant_group_is_selected():
    page = Recorded()
    page.effective = lambda: {**Recorded.effective(page), "name": "All hospitals", "type": 1}
    page.recipe(put_full_list)
    with pytest.raises(OptionError, match=r"Select My private group as the tenant group"):
        learn_contract(page.har, "src")


def recent(page, add, remove):
    page.send("POST", "/recently", {"ids": add or remove})
    put_full_list(page, add, remove)


def two_ways(page, add, remove):
    plain = after(page, add, remove)
    page.send("POST", "/mirror", {"all": plain})
    put_full_list(page, add, remove)


def test_two_requests_that_explain_everything_are_refused_until_one_is_named():
    har = Recorded().recipe(two_ways).har
    with pytest.raises(OptionError, match=r"more than one request could have changed the view: .*mirror.*option write"):
        learn_contract(har, "src")
    learned = learn_contract(har, "src", "PUT /apiproxy/mtoapi/view")
    assert learned.contract["write"] == SHAPES[put_full_list]
    with pytest.raises(OptionError, match=r"^write: 'PUT /other' is not a request of the recording"):
        learn_contract(har, "src", "PUT /other")


def telemetry(page, add, remove):
    page.send("POST", "/telemetry", {"event": "click", "tenants": add or remove})
    put_full_list(page, add, remove)
    page.send("POST", "https://browser.events.data.microsoft.com/OneCollector/1.0", {"ids": add})


def test_telemetry_is_not_the_write():
    assert learn_contract(Recorded().recipe(telemetry).har, "src").contract["write"] == SHAPES[put_full_list]


def test_request_that_is_not_understood_beside_one_that_is():
    """A page reports with a time what it does otherwise: either could be the write."""

    def timed(page, add, remove):
        page.send("POST", "/save", {"ids": after(page, add, remove), "requestedAt": page.seconds})
        by_key(page, add, remove)

    with pytest.raises(OptionError, match=r"more than one request could have changed the view: .*save"):
        learn_contract(Recorded().recipe(timed).har, "src")


def one_with(send):
    """A page that sends what the shape `by_key` sends, and something else."""

    def write(page, add, remove):
        send(page, add, remove)
        by_key(page, add, remove)

    return write


def answered(page, add, remove):
    before, page.view = page.view, after(page, add, remove)
    page.send("POST", "/refresh", {"all": page.view}, answer=page.effective())
    page.view = before


def by_names(page, add, remove):
    page.send("PUT", "/members", {"names": [NAMES[each] for each in after(page, add, remove)]})


def by_slug(page, add, remove):
    for each in [*add, *remove]:
        page.send("POST" if add else "DELETE", f"/members/{NAMES[each].split()[0].lower()}")


def elsewhere(page, add, remove):
    page.send("PUT", "https://security.microsoft.com/apiproxy/mtoapi/members", {"ids": after(page, add, remove)})


def merged(page, add, remove):
    page.send("MERGE", "/members", {"names": len(add) - len(remove)})


def test_reading_by_post_that_answers_with_the_view():
    def refreshed(page, add, remove):
        by_key(page, add, remove)
        answered(page, add, remove)

    with pytest.raises(OptionError, match=r"more than one request could have changed the view: .*refresh"):
        learn_contract(Recorded().recipe(refreshed).har, "src")


@pytest.mark.parametrize("other", [by_names, by_slug, elsewhere, merged], ids=lambda other: other.__name__)
def test_other_request_that_could_be_the_write(other):
    """It may name the tenants in its own way; what is understood may only report the change."""
    with pytest.raises(OptionError, match=r"more than one request could have changed the view"):
        learn_contract(Recorded().recipe(one_with(other)).har, "src")
    learned = learn_contract(Recorded().recipe(one_with(other)).har, "src", "PATCH /apiproxy/mtoapi/members")
    assert learned.contract["write"] == SHAPES[by_key]


def test_common_words_in_the_names_of_customers_are_in_nobodys_way(monkeypatch):
    names = zip(NAMES, ("Contoso Group", "Members", "Tenant Services", "Settings and more"), strict=True)
    for tenant_id, name in names:
        monkeypatch.setitem(NAMES, tenant_id, name)

    def grouped(page, add, remove):
        page.send("PUT", "/tenantGroups/settings", {"tenants": after(page, add, remove), "action": "set group"})

    write = learn_contract(Recorded().recipe(grouped).har, "src").contract["write"]["set"]
    assert (write["path"], write["body"]["action"]) == ("/apiproxy/mtoapi/tenantGroups/settings", "set group")
    with pytest.raises(OptionError, match=r"add two others together; remove one of these; then remove the other"):
        learn_contract(only(([FIRST, SECOND], [])).har, "src")


def test_report_of_the_use_is_not_taken_for_the_write():
    def only_recent(page, add, remove):
        page.send("POST", "/recentItems", {"ids": add or remove, "kind": "add" if add else "remove"})

    with pytest.raises(OptionError, match=r"only requests that seem to report or to ask could have changed the view"):
        learn_contract(Recorded().recipe(only_recent).har, "src")


def counted(page, add, remove):
    page.send("POST", "/x/add" if add else "/x/remove", {"ids": add or remove, "count": len(add or remove)})


def at_position(page, add, remove):
    if add:
        page.send("POST", "/view", {"ids": add})
    for each in remove:
        page.send("DELETE", f"/view/{each}?index={page.view.index(each)}")


def dated(page, add, remove):
    page.send("PUT", "/view", {"ids": after(page, add, remove), "validFrom": "2026-11-28"})


def revision(page, add, remove):
    page.send("POST", "/x/add" if add else "/x/remove", {"ids": add or remove, "revision": page.version})


def unmodified(page, add, remove):
    page.send("PUT", "/view", {"ids": after(page, add, remove)}, {"If-Unmodified-Since": "Sat, 28 Nov 2026"})


def half_guarded(page, add, remove):
    page.send("PUT", "/view", {"ids": after(page, add, remove)}, {"If-Match": page.etag} if remove else {})


def in_a_header(page, add, remove):
    page.send("PUT", "/view", {"ids": after(page, add, remove)}, {"X-Tenants": ",".join(after(page, add, remove))})


def coded(page, add, remove):
    page.send("PUT", "/view?code=Zm9vYmFyYmF6", {"ids": after(page, add, remove)})


def named(page, add, remove):
    page.send("PUT", f"/users/{OPERATOR.split('@')[0]}/view", {"ids": after(page, add, remove)})


def commented(page, add, remove):
    page.send("POST", "/x/add" if add else "/x/remove", {"ids": add or remove, "comment": "Fabrikam, Litware"})


@pytest.mark.parametrize(
    "shape",
    [
        counted,
        at_position,
        dated,
        revision,
        unmodified,
        half_guarded,
        in_a_header,
        coded,
        named,
        commented,
    ],
    ids=lambda shape: shape.__name__,
)
def test_value_that_the_page_would_not_repeat(shape):
    with pytest.raises(OptionError, match=r"^src: no request explains every change of the view\.") as refused:
        learn_contract(Recorded().recipe(shape).har, "src")
    text = str(refused.value)
    assert not [each for each in (*NAMES, "Fabrikam", OPERATOR, "anna.berg", "Zm9vYmFyYmF6") if each in text]


def odata(page, add, remove):
    page.send("POST" if add else "DELETE", f"/groups?$filter=own&{'&'.join(f'ids[]={each}' for each in add or remove)}")


def twice(page, add, remove):
    put_full_list(page, add, remove)
    page.entries.append(page.entries[-1])


def test_query_of_odata_and_entries_of_a_service_worker():
    learned = learn_contract(Recorded().recipe(odata).har, "src").contract["write"]
    assert learned["add"]["query"] == {"$$filter": "own", "ids[]": "$tenant_ids"}
    assert learn_contract(Recorded().recipe(twice).har, "src").contract["write"] == SHAPES[put_full_list]


def test_deep_and_large_bodies_are_refused_in_time():
    def deep(page, add, remove):
        value = after(page, add, remove)
        for _number in range(700):
            value = [value]
        page.send("PUT", "/view", {"ids": value})

    with pytest.raises(OptionError, match=r"^src: "):
        learn_contract(Recorded().recipe(deep).har, "src")

    def large(page, add, remove):
        page.send("POST", "/x/add" if add else "/x/remove", {"ids": add or remove, "text": "ab " * 30_000})

    with cpu_limit(10):
        learn_contract(Recorded().recipe(large).har, "src")


def test_secret_in_a_constant_header_is_left_out_and_told():
    def with_headers(page, add, remove):
        ids = after(page, add, remove)
        headers = {
            "X-Client": "mto-ui",
            "X-Portal-Key": "Zk4vQ9r2Lm8Xw1Tb6Nc3",
            "x-correlation": f"id-{page.seconds}",
            "Referer": "https://mto.security.microsoft.com/",
        }
        page.send("PUT", "/view", {"ids": ids}, headers)

    learned = learn_contract(Recorded().recipe(with_headers).har, "src")
    assert learned.contract["write"]["set"]["headers"] == {"x-client": "mto-ui"}
    assert any("left out (x-portal-key)" in sentence for sentence in learned.unsure)


@pytest.mark.parametrize(
    "value", [FIRST, NAMES[OTHER], "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ", "a1b2c3d4e5f6a7b8c9d0e1f2"]
)
def test_constant_that_names_something_is_refused(value):
    def constant(page, add, remove):
        page.send("PUT", "/view", {"ids": after(page, add, remove), "note": value})

    with pytest.raises(OptionError, match=r"body\.note"):
        learn_contract(Recorded().recipe(constant).har, "src")


def test_refused_and_repeated_requests_do_not_count():
    def stubborn(page, add, remove):
        rows = [{"tenantId": each, "name": NAMES[each]} for each in after(page, add, remove)]
        page.send("PUT", "/view", {"tenants": rows}, {"If-Match": '"old"'}, status=412)
        page.load()
        page.send("PUT", "/view", {"tenants": rows}, {"If-Match": page.etag}, status=503)
        put_full_list(page, add, remove)

    assert learn_contract(Recorded().recipe(stubborn).har, "src").contract["write"] == SHAPES[put_full_list]


def test_view_that_shows_a_write_late():
    def late(page, add, remove):
        put_full_list(page, add, remove)
        page.load()

    assert learn_contract(Recorded().recipe(late).har, "src").contract["write"] == SHAPES[put_full_list]


def test_body_that_is_no_json_is_refused():
    def form(page, add, remove):
        page.send("POST", "/view", text="ids=" + ",".join(after(page, add, remove)))

    with pytest.raises(OptionError, match=r"body is not JSON"):
        learn_contract(Recorded().recipe(form).har, "src")
