# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's portal by a plain HTTPS client: sessions, reads, both write shapes, two people, and what goes wrong."""

from __future__ import annotations

import contextlib
import pathlib
import re
import time

import pytest
import requests
from worlds import HOME_ID, guest_tenant, tenant, tenant_id, write_world

from lab.clients.portal import API, CONTEXT, EFFECTIVE, PICKER, Page
from lab.process import start_lab
from lab.worlds.loading import WorldError, load_world

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z\Z")


@contextlib.contextmanager
def portal(tmp_path, *tenants, key="portal_cookies_file", host="mto", **settings):
    """A page of a person's in a small world."""
    rows = tenants or (tenant(1), tenant(2), guest_tenant(3))
    with start_lab(world=write_world(tmp_path, *rows, portal=settings)) as lab:
        yield Page(lab, key, host)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    with portal(tmp_path_factory.mktemp("world")) as found:
        yield found


def test_the_picker_offers_what_the_operator_reaches(tmp_path):
    world = (
        tenant(1, in_view=True),
        tenant(2, gdap=[]),
        guest_tenant(3),
        guest_tenant(4, guests=[{"state": "PendingAcceptance"}]),
        tenant(5, gdap=[], in_view=True),
        tenant(6, portal_offered=False),
    )
    with portal(tmp_path, *world) as page:
        answer = page.get(PICKER).json()
    rows = {row["tenantId"]: row for row in answer["tenantInfoList"]}
    assert list(rows) == [HOME_ID, *map(tenant_id, (1, 3, 5))]
    assert answer["responseTypes"] == {"B2B": "Success", "GDAP": "Success", "TGov": "Success"}
    assert [rows[tenant_id(n)]["lostAccess"] for n in (1, 3, 5)] == [False, False, True]
    assert ["addedOn" in row for row in rows.values()] == [False, True, False, True]
    assert TIME.match(rows[tenant_id(1)]["addedOn"])


def test_the_effective_group_has_the_recorded_shape(page):
    group = page.get(EFFECTIVE).json()
    assert {"entityType": "EffectiveGroup", "name": "My private group", "type": 0}.items() <= group.items()
    assert group["allTenantsCount"] == len(group["exposedTargetTenantsInfo"])
    assert TIME.match(group["creationTime"])


def test_the_session_says_whose_it_is(page):
    told = page.get(CONTEXT, mtoproxyurl=None).json()["AuthInfo"]
    assert told == {"TenantId": HOME_ID, "UserName": "anna.berg@northwindmsp.example"}


def test_both_hosts_answer(tmp_path):
    with portal(tmp_path, host="portal") as page:
        assert page.get(PICKER).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"mtoproxyurl": None}, 400),
        ({"X-XSRF-TOKEN": None}, 400),
        ({"X-XSRF-TOKEN": "made-up"}, 400),
        ({"Cookie": "sccauth=made-up; XSRF-TOKEN=made-up"}, 401),
        ({"Cookie": "", "Authorization": "Bearer abc"}, 401),
    ],
)
def test_what_the_portal_refuses(page, changes, status):
    assert page.get(PICKER, **changes).status_code == status


def test_the_xsrf_token_rotates_and_an_old_one_ends(page):
    first = page.headers()["X-XSRF-TOKEN"]
    assert re.search(r"[:/+=]", first)
    page.get(PICKER)
    assert page.headers()["X-XSRF-TOKEN"] != first
    page.get(PICKER)
    page.get(PICKER)
    assert page.get(PICKER, **{"X-XSRF-TOKEN": first}).status_code == 400


def test_a_session_ends(tmp_path):
    with portal(tmp_path, session_seconds=0.2) as page:
        time.sleep(0.3)
        assert page.get(PICKER).status_code == 440


def test_where_the_feature_is_off(tmp_path):
    with portal(tmp_path, feature="off") as page:
        assert page.get(PICKER).status_code == 400
        assert page.get(CONTEXT).status_code == 200


def test_groups_as_an_object_too(tmp_path):
    with portal(tmp_path, groups_as="object") as page:
        assert page.get(f"{API}/tenantGroups").json()["entityType"] == "TenantGroup"


def test_workload_status_only_where_there_is_access(tmp_path):
    with portal(tmp_path, tenant(1), tenant(2, gdap=[])) as page:
        answers = [page.get(f"{API}/tenants/{tenant_id(n)}/workloadStatus").status_code for n in (1, 2)]
    assert answers == [200, 403]


def test_replacing_the_list_needs_its_newest_version(tmp_path):
    with portal(tmp_path) as page:
        stale = page.get(EFFECTIVE).json()["_etag"]
        assert page.replace(tenant_id(1), etag=stale).status_code == 200
        assert page.replace(tenant_id(2), etag=stale).status_code == 412
        assert page.ask("PUT", f"{API}/lab/view", {"tenants": []}).status_code == 428
        assert page.replace(tenant_id(99)).status_code == 400
        assert page.ask("POST", f"{API}/lab/view/{tenant_id(1)}", {}).status_code == 404
        assert page.view() == [tenant_id(1)]


def test_one_call_per_tenant(tmp_path):
    with portal(tmp_path, write_shape="per_tenant") as page:
        place = f"{API}/lab/view/{tenant_id(1)}"
        assert page.ask("POST", place, {"tenantId": tenant_id(2)}).status_code == 400
        assert page.ask("POST", place, {"tenantId": tenant_id(1)}).status_code == 200
        assert page.view() == [tenant_id(1)]
        assert page.ask("DELETE", place).status_code == 200
        assert page.ask("DELETE", place).status_code == 404
        assert page.ask("PUT", f"{API}/lab/view", {"tenants": []}).status_code == 404
        assert page.view() == []


def test_each_person_has_their_own_view(tmp_path):
    world = write_world(tmp_path, tenant(1, in_view=True))
    with start_lab(world=world) as lab:
        mine, theirs = Page(lab), Page(lab, "colleague_cookies_file")
        assert mine.view() == [tenant_id(1)]
        assert theirs.view() == []
        assert theirs.get(CONTEXT).json()["AuthInfo"]["UserName"] != lab["operator"]
        assert [row["tenantId"] for row in theirs.get(PICKER).json()["tenantInfoList"]] == [HOME_ID]
        assert pathlib.Path(lab["portal_cookies_file"]).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("fault", "status", "takes_effect"),
    [
        ({"kind": "error"}, 503, False),
        ({"kind": "throttle", "seconds": 1}, 429, False),
        ({"kind": "error_after"}, 500, True),
        ({"kind": "cut_after"}, None, True),
        ({"kind": "cut_before"}, None, False),
        ({"kind": "does_nothing"}, 200, False),
        ({"kind": "changed_meanwhile"}, 412, False),
    ],
)
def test_what_goes_wrong_with_a_write(tmp_path, fault, status, takes_effect):
    other = {"tenant_id": tenant_id(50), "name": "Other"}
    with portal(tmp_path, faults=[fault], extra=[other]) as page:
        try:
            answer = page.replace(tenant_id(1))
            got = answer.status_code
        except requests.ConnectionError:
            got = None
        assert got == status
        # Seconds are whole numbers in HTTP.
        assert fault["kind"] != "throttle" or answer.headers["Retry-After"] == "1"
        assert (tenant_id(1) in page.view()) is takes_effect
        assert (tenant_id(50) in page.view()) is (fault["kind"] == "changed_meanwhile")
        # The fault happens once.
        assert page.replace(tenant_id(2)).status_code == 200


@pytest.mark.parametrize(
    "fault", [{"kind": "html"}, {"kind": "slow", "on": "picker"}, {"kind": "error_after", "on": "session"}]
)
def test_a_fault_in_the_wrong_place_is_refused(tmp_path, fault):
    world = write_world(tmp_path, tenant(1), portal={"faults": [fault]})
    with pytest.raises(WorldError, match="does not happen on"):
        load_world(world)


def test_a_cookie_file_is_its_owners_alone_whatever_was_there(tmp_path):
    place = tmp_path / "state"
    place.mkdir()
    left = place / "portal_cookies_file.json"
    left.write_text("old", encoding="utf-8")
    left.chmod(0o644)
    with start_lab(world=write_world(tmp_path, tenant(1)), state_dir=place) as lab:
        assert pathlib.Path(lab["portal_cookies_file"]).stat().st_mode & 0o777 == 0o600


def test_a_session_that_ends_with_a_write(tmp_path):
    with portal(tmp_path, faults=[{"kind": "session_ends", "after": 1}]) as page:
        assert page.replace(tenant_id(1)).status_code == 200
        assert page.replace(tenant_id(2)).status_code == 440
        assert page.get(PICKER).status_code == 440


def test_a_write_that_shows_late(tmp_path):
    with portal(tmp_path, faults=[{"kind": "slow", "seconds": 2}]) as page:
        assert page.replace(tenant_id(1)).status_code == 200
        assert page.view() == []
        time.sleep(2.1)
        assert page.view() == [tenant_id(1)]


@pytest.mark.parametrize(("kind", "status"), [("error", 503), ("throttle", 429), ("html", 200)])
def test_what_goes_wrong_with_a_read(tmp_path, kind, status):
    with portal(tmp_path, faults=[{"kind": kind, "on": "picker"}]) as page:
        answer = page.get(PICKER)
        assert answer.status_code == status
        assert kind != "html" or "html" in answer.headers["Content-Type"]
        assert page.get(PICKER).json()["tenantInfoList"]


def test_sign_in_leads_to_the_login_host_and_back(tmp_path):
    with start_lab(world=write_world(tmp_path, tenant(1))) as lab:
        page = Page(lab)
        page.session.cookies.clear()
        account = page.session.get(f"{lab['mto']}/")
        assert account.url.startswith(lab["login"])
        form = page.session.post(account.url, data={"account": "operator"}).text
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        assert {"code", "id_token", "state", "session_state"} <= set(fields)
        done = page.session.post(f"{lab['mto']}/", data=fields)
        assert done.url == f"{lab['mto']}/mtosettings"
        assert page.get(CONTEXT).json()["AuthInfo"]["UserName"] == lab["operator"]
        assert page.session.post(f"{lab['mto']}/", data=fields).status_code == 401


def test_no_session_stands_in_the_request_log(tmp_path):
    with start_lab(world=write_world(tmp_path, tenant(1))) as lab:
        page = Page(lab)
        page.replace(tenant_id(1))
        text = pathlib.Path(lab["ca_path"]).with_name("requests.jsonl").read_text(encoding="utf-8")
        assert "/lab/view" in text
        for value in page.session.cookies.values():
            assert value not in text
