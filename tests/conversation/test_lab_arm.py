# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Resource Manager and Defender's incidents in the lab, spoken to as any client would."""

from __future__ import annotations

import pytest
import requests
from worlds import HOME_ID, guest_tenant, tenant, tenant_id, write_world

from lab.process import start_lab

VERSION = "?api-version=2022-12-01"
ARM = "https://management.azure.com"
GRAPH = "https://graph.microsoft.com"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    rows = [
        tenant(1),
        guest_tenant(2, incidents=3),
        guest_tenant(3, guests=[{"state": "PendingAcceptance"}]),
        guest_tenant(4, guests=[{"enabled": False}]),
        guest_tenant(5, arm_named=False),
        guest_tenant(6, arm_listed=False),
        guest_tenant(7, defender="operator_refused"),
        guest_tenant(8, guests=[{}]),
        guest_tenant(9, refusals=[{"identity": "app", "resource": "graph", "errors": [53003, 50076]}]),
    ]
    world = write_world(tmp_path_factory.mktemp("arm"), *rows, arm_page_size=2)
    with start_lab(world=world) as found:
        yield found


def token(lab, audience, where=HOME_ID, *, app=False, refresh_token="refresh_token"):
    """The answer of the token endpoint."""
    form = {
        "client_id": lab["client_id"],
        "client_secret": lab["client_secret"],
        "scope": f"{audience}/.default",
        "grant_type": "client_credentials" if app else "refresh_token",
    }
    form |= {} if app else {"refresh_token": lab[refresh_token]}
    return requests.post(f"{lab['login']}/{where}/oauth2/v2.0/token", data=form, verify=lab["ca_path"], timeout=60)


def get(lab, url, bearer=None):
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return requests.get(url, headers=headers, verify=lab["ca_path"], timeout=60)


def operator_token(lab, audience, where=HOME_ID):
    return token(lab, audience, where).json()["access_token"]


def test_tenants_in_pages(lab):
    bearer = operator_token(lab, ARM)
    rows, url = [], f"{lab['arm']}/tenants{VERSION}"
    while url:
        page = get(lab, url, bearer).json()
        assert len(page["value"]) <= 2
        rows += page["value"]
        url = page.get("nextLink")
    assert {row["tenantId"] for row in rows} == {HOME_ID, *(tenant_id(number) for number in (2, 5, 7, 8, 9))}
    named = {row["tenantId"]: "displayName" in row for row in rows}
    assert [number for number in (2, 5, 7) if not named[tenant_id(number)]] == [5]
    assert all(row["id"] == f"/tenants/{row['tenantId']}" for row in rows)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "MissingApiVersionParameter"),
        ("?api-version=1999-01-01", "InvalidApiVersionParameter"),
        (f"{VERSION}&$skiptoken=odd", "InvalidSkipToken"),
    ],
)
def test_bad_query(lab, query, code):
    answer = get(lab, f"{lab['arm']}/tenants{query}", operator_token(lab, ARM))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_who_may_come_in(lab):
    url = f"{lab['arm']}/tenants{VERSION}"
    assert get(lab, url).json()["error"]["code"] == "AuthenticationFailed"
    wrong = get(lab, url, operator_token(lab, GRAPH))
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "InvalidAuthenticationToken")
    app = token(lab, ARM, app=True).json()["access_token"]
    assert [row["tenantId"] for row in get(lab, url, app).json()["value"]] == [HOME_ID]
    other = token(lab, ARM, refresh_token="colleague_refresh_token").json()["access_token"]
    assert [row["tenantId"] for row in get(lab, url, other).json()["value"]] == [HOME_ID]
    assert get(lab, f"{lab['arm']}/subscriptions{VERSION}", app).status_code == 501


def test_colleague_signs_in_at_home_only(lab):
    assert token(lab, GRAPH, refresh_token="colleague_refresh_token").status_code == 200
    refused = token(lab, GRAPH, tenant_id(1), refresh_token="colleague_refresh_token")
    assert refused.json()["error_codes"] == [50020]


def incidents(lab, number, *, app=False, query="?$top=1"):
    bearer = token(lab, GRAPH, tenant_id(number), app=app).json()["access_token"]
    return get(lab, f"{lab['graph']}/v1.0/security/incidents{query}", bearer)


def test_incidents(lab):
    page = incidents(lab, 2).json()
    assert len(page["value"]) == 1
    assert "@odata.nextLink" in page
    assert page["value"][0]["tenantId"] == tenant_id(2)
    assert incidents(lab, 2, query="?$top=51").status_code == 400
    assert incidents(lab, 2, query="?$select=id").status_code == 400
    assert incidents(lab, 2, query="?$expand=alerts").status_code == 501


def ids(answer):
    return [row["id"] for row in answer.json()["value"]]


def test_incidents_that_are_skipped(lab):
    every = ids(incidents(lab, 2, query=""))
    assert len(every) == 3
    assert ids(incidents(lab, 2, query="?$skip=1")) == every[1:]
    page = incidents(lab, 2, query="?$skip=1&$top=1").json()
    bearer = token(lab, GRAPH, tenant_id(2)).json()["access_token"]
    assert ids(get(lab, page["@odata.nextLink"], bearer)) == every[2:]
    assert incidents(lab, 2, query="?$skip=-1").status_code == 400


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ("severity eq 'high'", 1),
        ("status eq 'Active' and severity eq 'medium'", 1),
        ("status eq 'resolved'", 0),
        ("createdDateTime ge 2020-01-01T00:00:00Z", 3),
        ("lastUpdateDateTime lt 2020-01-01T00:00:00Z", 0),
    ],
)
def test_filter_of_incidents(lab, condition, count):
    body = incidents(lab, 2, query=f"?$count=true&$filter={condition}").json()
    assert (len(body["value"]), body["@odata.count"]) == (count, count)


@pytest.mark.parametrize("condition", ["displayName eq 'x'", "severity ne 'high'", "nothing eq 'x'", "severity eq"])
def test_filter_that_incidents_do_not_take(lab, condition):
    assert incidents(lab, 2, query=f"?$filter={condition}").status_code == 400


@pytest.mark.parametrize(
    ("number", "app", "status"), [(7, False, 403), (7, True, 200), (8, False, 403), (8, True, 200)]
)
def test_who_may_read_incidents(lab, number, app, status):
    answer = incidents(lab, number, app=app)
    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]["code"] == "Forbidden"


def test_refusal_of_the_app_with_an_inner_error(lab):
    answer = token(lab, GRAPH, tenant_id(9), app=True).json()
    assert answer["error_codes"] == [53003, 50076]
    assert answer["error_description"].count("AADSTS") == 2
    assert answer["error_description"].count("Trace ID") == 2
    assert "capolids" in answer["claims"]
    assert token(lab, ARM, tenant_id(9), app=True).status_code == 200
