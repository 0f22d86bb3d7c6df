# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's portal is as strict as a portal could be: tokens, sign-in, bodies, and faults that fit."""

from __future__ import annotations

import contextlib
import functools
import re

import pytest
from worlds import tenant, tenant_id, write_world

from lab.clients.portal import API, CONTEXT, EFFECTIVE, PICKER, Page
from lab.process import start_lab
from lab.worlds.loading import WorldError, load_world

ONE, TWO, THREE = (tenant_id(number) for number in (1, 2, 3))
ROW = {"tenantId": ONE, "name": "x", "tenantAadEnvironment": 1}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    world = write_world(tmp_path_factory.mktemp("world"), tenant(1), tenant(2), portal={})
    with start_lab(world=world) as running:
        yield running


def new_page(lab):
    """A page with the newest token: an earlier test has used the session."""
    page = Page(lab)
    page.renew()
    return page


def token_of(page):
    return page.headers()["X-XSRF-TOKEN"]


def test_the_header_has_to_repeat_the_cookie(lab):
    page = new_page(lab)
    old = token_of(page)
    page.get(PICKER)
    # Both are valid for a read, but they have to be the same.
    assert page.get(PICKER, **{"X-XSRF-TOKEN": old}).status_code == 400


def test_a_write_needs_the_newest_token(lab):
    page = new_page(lab)
    value = page.session.cookies["XSRF-TOKEN"]
    old = {"X-XSRF-TOKEN": token_of(page), "Cookie": f"sccauth={page.session.cookies['sccauth']}; XSRF-TOKEN={value}"}
    etag = page.get(EFFECTIVE).json()["_etag"]
    assert page.get(PICKER, **old).status_code == 200
    assert page.ask("PUT", f"{API}/lab/view", {"tenants": []}, **{"If-Match": etag}, **old).status_code == 400


@pytest.mark.parametrize("changes", [{"mtoproxyurl": None}, {"X-XSRF-TOKEN": "made-up"}])
def test_a_refusal_renews_the_token_too(lab, changes):
    page = new_page(lab)
    before = token_of(page)
    assert page.get(PICKER, **changes).status_code == 400
    assert token_of(page) != before
    assert page.get(PICKER).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"tenants": [ROW], "more": 1}, 400),
        ({"tenants": [{**ROW, "more": 1}]}, 400),
        ({"tenants": [{"tenantId": ONE}]}, 400),
        ({"tenants": [ROW, ROW]}, 400),
        ({"tenants": {}}, 400),
        ([ROW], 400),
    ],
)
def test_what_the_page_does_not_send_is_refused(lab, body, status):
    page = new_page(lab)
    etag = page.get(EFFECTIVE).json()["_etag"]
    assert page.ask("PUT", f"{API}/lab/view", body, **{"If-Match": etag}).status_code == status
    assert page.view() == []


def test_a_body_that_is_not_declared_as_json(lab):
    page = new_page(lab)
    answer = page.session.put(f"{page.base}{API}/lab/view", data="{}", headers=page.headers(**{"If-Match": "x"}))
    assert answer.status_code == 415


def form_of(page, lab):
    """What the login host sends back to the portal."""
    page.session.cookies.clear()
    account = page.session.get(f"{lab['mto']}/")
    text = page.session.post(account.url, data={"account": "operator"}).text
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))


@pytest.mark.parametrize("changes", [{"state": "made-up"}, {"state": ""}, {"id_token": ""}, {"code": "made-up"}])
def test_a_sign_in_with_another_state_is_refused(lab, changes):
    page = new_page(lab)
    fields = form_of(page, lab)
    assert page.session.post(f"{lab['mto']}/", data={**fields, **changes}).status_code == 401


def test_a_sign_in_belongs_to_its_browser_and_its_nonce(lab):
    page, other = Page(lab), Page(lab)
    fields = form_of(page, lab)
    assert other.session.post(f"{lab['mto']}/", data=fields).status_code == 401
    page.session.cookies.clear()
    account = page.session.get(f"{lab['mto']}/")
    text = page.session.post(re.sub("nonce=[^&]*", "nonce=other", account.url), data={"account": "operator"}).text
    forged = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))
    assert page.session.post(f"{lab['mto']}/", data=forged).status_code == 401


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "throttle", "seconds": 0.5}, "whole number of seconds"),
        ({"kind": "error", "seconds": 1}, "takes no seconds"),
        ({"kind": "slow"}, "needs seconds"),
        ({"kind": "slow", "seconds": 0}, "needs seconds"),
        ({"kind": "session_ends", "times": 2}, "a session ends once"),
        ({"kind": "changed_meanwhile"}, "needs a tenant in extra"),
    ],
)
def test_a_fault_that_would_do_nothing_is_refused(tmp_path, fault, sentence):
    with pytest.raises(WorldError, match=sentence):
        load_world(write_world(tmp_path, tenant(1), portal={"faults": [fault]}))


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "reset", "seconds": 1}, "takes no seconds; throttle and slow do"),
        ({"kind": "slow", "seconds": 1, "retry_after": "1"}, "takes no retry_after; throttle and error do"),
        ({"kind": "throttle", "status": 503}, "takes no status; error and html do"),
    ],
)
def test_a_field_of_a_fault_that_would_do_nothing_is_refused(tmp_path, fault, sentence):
    with pytest.raises(WorldError, match=sentence):
        load_world(write_world(tmp_path, tenant(1, faults=[fault])))


# What each shape's own page does not send: method, path, body, headers beside those of the page, and the refusal.
STRICT = (
    ("plain", "PUT", "/lab/view/list", [ONE], {}, 400),
    ("plain", "PUT", "/lab/view/list?version=old", [ONE], {}, 412),
    ("plain", "PUT", "/lab/view/list?version=old", [{"tenantId": ONE}], {}, 400),
    ("commas", "POST", f"/lab/view/joined?ids={ONE}&ids={TWO}", None, {}, 400),
    ("commas", "POST", f"/lab/view/joined?ids={ONE}", [], {}, 400),
    ("commas", "DELETE", f"/lab/view/joined?ids={ONE}", None, {}, 404),
    ("json_patch", "PATCH", "/lab/view/patch", [], {}, 415),
    ("json_patch", "PATCH", "/lab/view/patch", [], {"Content-Type": "application/json-patch+json"}, 400),
    ("whole_picker", "PUT", "/lab/view/picker", {"tenantInfoList": [], "responseTypes": {}}, {}, 400),
    ("one_toggle", "PATCH", "/lab/view/toggle", {"tenantId": ONE, "selected": 1}, {}, 400),
    ("one_toggle", "PATCH", "/lab/view/toggle", {"tenantId": ONE}, {}, 400),
    ("group_in_path", "PUT", f"/lab/users/{ONE}/groups/{TWO}/tenants", {"tenants": []}, {}, 404),
    ("user_in_path", "POST", f"/lab/users/{ONE}/view/add", [ROW], {}, 403),
    ("envelope", "POST", "/lab/save", {}, {}, 400),
    ("etag_header", "PUT", "/lab/view/guarded", {"tenantIds": [ONE]}, {}, 428),
    ("etag_header", "PUT", "/lab/view/guarded", {"tenantIds": [ONE]}, {"If-Match": "old"}, 412),
)


@pytest.fixture(scope="module")
def strict_pages(tmp_path_factory):
    """A page for each shape, made when it is needed."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def page_of(shape):
            world = write_world(tmp_path_factory.mktemp(shape), tenant(1), tenant(2), portal={"write_shape": shape})
            return Page(stack.enter_context(start_lab(world=world)))

        yield page_of


@pytest.mark.parametrize(("shape", "method", "path", "body", "headers", "status"), STRICT)
def test_a_shape_takes_only_what_its_page_sends(strict_pages, shape, method, path, body, headers, status):
    page = strict_pages(shape)
    page.renew()
    assert page.ask(method, f"{API}{path}", body, **headers).status_code == status
    assert page.view() == []


def test_fields_that_are_not_on_record(strict_pages):
    page = strict_pages("envelope")
    group = page.get(EFFECTIVE).json()
    member = {"id": ONE, "displayName": "x", "environment": 1}
    envelope = {"kind": "private", "version": group["version"], "members": [member]}
    body = {"operation": "updateTenants", "source": "settings", "group": envelope}
    feature = {"x-ms-client-feature": "mto-settings"}
    page.renew()
    assert page.ask("POST", f"{API}/lab/save", {**body, "source": "other"}, **feature).status_code == 400
    assert page.ask("POST", f"{API}/lab/save", body, **feature).json()["version"] == group["version"] + 1
    assert page.ask("POST", f"{API}/lab/save", body, **feature).status_code == 409
    page = strict_pages("etag_header")
    assert (page.get(EFFECTIVE).json()["_etag"], page.get(EFFECTIVE).headers["ETag"][0]) == (None, '"')
    page = strict_pages("user_in_path")
    assert page.get(CONTEXT, mtoproxyurl=None).json()["AuthInfo"]["UserId"]
    assert {"id": None, "userId": None}.items() <= page.get(EFFECTIVE).json().items()
