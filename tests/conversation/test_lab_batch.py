# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`$batch` of the lab: what makes the whole refused, and that each item stands for itself."""

from __future__ import annotations

import pytest
from lab_client import EVENTUAL, client_of, code, item
from worlds import OPERATOR, tenant, tenant_id, write_world

from lab.process import start_lab

ME = f"/users/{OPERATOR}"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    throttled = {"kind": "throttle", "path": "/subscribedSkus", "times": 1, "retry_after": "2.128", "in_batch": True}
    outer = {"kind": "throttle", "path": "/\\$batch", "times": 1, "retry_after": "1", "in_batch": False}
    world = write_world(
        tmp_path_factory.mktemp("batch"),
        tenant(1, faults=[throttled]),
        tenant(2, faults=[outer]),
        tenant(3, consent=["User.Read.All"]),
    )
    with start_lab(world=world) as lab, client_of(lab) as found:
        yield found


MALFORMED = {
    "no-requests": {},
    "no-list": {"requests": {}},
    "empty": {"requests": []},
    "no-dict": {"requests": ["x"]},
    "no-id": {"requests": [{"method": "GET", "url": "/organization"}]},
    "number-as-id": {"requests": [{"id": 1, "method": "GET", "url": "/organization"}]},
    "no-method": {"requests": [{"id": "1", "url": "/organization"}]},
    "other-method": {"requests": [{"id": "1", "method": "FETCH", "url": "/organization"}]},
    "absolute": {"requests": [item(1, "https://graph.microsoft.com/v1.0/organization")]},
    "same-ids": {"requests": [item("a", "/organization"), item("A", "/organization")]},
    "too-many": {"requests": [item(number, "/organization") for number in range(21)]},
    "body-without-type": {
        "requests": [{"id": "1", "method": "POST", "url": f"{ME}/checkMemberGroups", "body": {"groupIds": []}}]
    },
    "unknown-dependency": {"requests": [item(1, "/organization", dependsOn=["2"])]},
    "ring": {"requests": [item(1, "/users", dependsOn=["2"]), item(2, "/users", dependsOn=["1"])]},
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
def test_malformed_batch_is_refused_whole(client, body):
    assert code(client.post("/$batch", body)) == (400, "BadRequest")


def test_batch_is_posted(client):
    assert code(client.get("/$batch")) == (405, "Request_BadRequest")


def test_batch_needs_a_token(client):
    answer = client.session.post(f"{client.lab['graph']}/v1.0/$batch", json={"requests": [item(1, "/organization")]})
    assert code(answer) == (401, "InvalidAuthenticationToken")


def test_every_item_stands_for_itself(client):
    answers = client.batch(
        [
            item("ok", "/organization"),
            item("relative", "users?$top=1"),
            item("missing", "/users/nobody@northwindmsp.example"),
            item("unknown", "/nothing"),
            item("me", "/me"),
            item("nested", "/$batch"),
        ]
    )
    statuses = {name: answer["status"] for name, answer in answers.items()}
    assert statuses == {"ok": 200, "relative": 200, "missing": 404, "unknown": 400, "me": 400, "nested": 400}
    assert answers["missing"]["body"]["error"]["innerError"]["request-id"]
    assert answers["ok"]["headers"]["Content-Type"].startswith("application/json")


def test_permission_per_item(client):
    answers = client.batch([item(1, "/users?$top=1"), item(2, "/organization")], tenant=tenant_id(3))
    assert (answers["1"]["status"], answers["2"]["status"]) == (200, 403)


def test_throttle_hits_one_item(client):
    items = [item(1, "/organization"), item(2, "/subscribedSkus")]
    first = client.batch(items, tenant=tenant_id(1))
    assert (first["1"]["status"], first["2"]["status"]) == (200, 429)
    assert first["2"]["headers"]["Retry-After"] == "2.128"
    assert first["2"]["body"]["error"]["code"] == "TooManyRequests"
    assert client.batch(items, tenant=tenant_id(1))["2"]["status"] == 200


def test_throttle_of_the_whole(client):
    answer = client.post("/$batch", {"requests": [item(1, "/organization")]}, tenant=tenant_id(2))
    assert (code(answer), answer.headers["Retry-After"]) == ((429, "TooManyRequests"), "1")
    assert client.batch([item(1, "/organization")], tenant=tenant_id(2))["1"]["status"] == 200


def test_dependency_that_failed(client):
    answers = client.batch(
        [
            item("a", "/users/nobody@northwindmsp.example"),
            item("b", "/organization", dependsOn=["A"]),
            item("c", "/organization", dependsOn=["b"]),
            item("d", "/organization"),
        ]
    )
    assert {name: answer["status"] for name, answer in answers.items()} == {"a": 404, "b": 424, "c": 424, "d": 200}


def test_order_is_free(client):
    items = [item(number, "/organization?$select=id") for number in range(20)]
    orders = [
        [row["id"] for row in client.post("/$batch", {"requests": items}).json()["responses"]] for _turn in range(3)
    ]
    assert any(order != sorted(order, key=int) for order in orders)
    assert all(sorted(order, key=int) == [entry["id"] for entry in items] for order in orders)


def test_headers_and_bodies_of_items(client):
    groups = f"{ME}/transitiveMemberOf/microsoft.graph.group?$count=true&$select=id"
    answers = client.batch([item(1, groups, headers=EVENTUAL), item(2, groups)])
    assert (answers["1"]["status"], answers["2"]["status"]) == (200, 400)
    held = [row["id"] for row in answers["1"]["body"]["value"]]
    body = {"id": "1", "method": "POST", "url": f"{ME}/checkMemberGroups", "headers": JSON, "body": {"groupIds": held}}
    assert client.batch([body])["1"]["body"]["value"] == held


def test_unencoded_hash_cuts_the_address(client):
    """As in a request of its own: what follows `#` is never sent."""
    assert client.batch([item(1, "/users/anna#EXT#@x?$select=id")])["1"]["status"] == 404


def test_log_counts_items(client):
    client.batch([item(1, "/organization"), item(2, "/organization")])
    assert client.lab.requests()[-1]["items"] == 2
