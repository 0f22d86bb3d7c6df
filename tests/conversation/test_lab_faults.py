# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of a world: each happens where, when and as often as it says, and nowhere else."""

from __future__ import annotations

import time
import typing as t

import pytest
import requests
from lab_client import Client, client_of, code, item
from worlds import guest_tenant, tenant_id, write_world

from lab.process import start_lab

FAULTS: dict[str, dict[str, t.Any]] = {
    "throttle": {"kind": "throttle", "times": 1, "retry_after": "1"},
    "no-advice": {"kind": "throttle", "times": 1},
    "window": {"kind": "throttle", "seconds": 0.5},
    "error": {"kind": "error", "times": 1, "status": 502},
    "html": {"kind": "html", "times": 1, "status": 503},
    "reset": {"kind": "reset", "times": 1},
    "truncate": {"kind": "truncate", "times": 1},
    "slow": {"kind": "slow", "times": 1, "seconds": 2},
    "expired": {"kind": "expired_token", "times": 1},
    "path": {"kind": "error", "path": "/subscribedSkus"},
    "login-error": {"host": "login", "kind": "error", "times": 1, "path": "/oauth2/v2.0/token"},
    "login-throttle": {"host": "login", "kind": "throttle", "times": 1, "retry_after": "1"},
    "login-html": {"host": "login", "kind": "html", "times": 1, "path": "/oauth2"},
    "login-reset": {"host": "login", "kind": "reset", "times": 1, "path": "/oauth2"},
    "login-truncate": {"host": "login", "kind": "truncate", "times": 1, "path": "/oauth2"},
    "login-slow": {"host": "login", "kind": "slow", "times": 1, "seconds": 0.4},
    "in-batch": {"kind": "expired_token", "times": 1, "in_batch": True},
    "slow-item": {"kind": "slow", "times": 8, "seconds": 1.0, "in_batch": True},
}
NUMBERS = {name: number for number, name in enumerate(FAULTS, start=1)}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    rows = [guest_tenant(NUMBERS[name], faults=[fault]) for name, fault in FAULTS.items()]
    with start_lab(world=write_world(tmp_path_factory.mktemp("faults"), *rows)) as lab, client_of(lab) as found:
        yield found


def get(client: Client, name: str) -> requests.Response:
    return client.get("/organization", tenant=tenant_id(NUMBERS[name]))


def sign_in(client: Client, name: str) -> requests.Response:
    return client.sign_in("app", tenant_id(NUMBERS[name]))


def seconds(ask: t.Callable[[], requests.Response]) -> float:
    started = time.monotonic()
    assert ask().status_code == 200
    return time.monotonic() - started


def test_throttle(client):
    first = get(client, "throttle")
    assert (code(first), first.headers["Retry-After"]) == ((429, "TooManyRequests"), "1")
    assert get(client, "throttle").status_code == 200


def test_throttle_without_advice(client):
    assert "Retry-After" not in get(client, "no-advice").headers
    assert get(client, "no-advice").status_code == 200


def test_throttle_of_some_seconds(client):
    started = time.monotonic()
    while get(client, "window").status_code == 429:
        pass
    assert time.monotonic() - started > 0.4


def test_error(client):
    assert code(get(client, "error")) == (502, "UnknownError")
    assert get(client, "error").status_code == 200


def test_page_instead_of_json(client):
    first = get(client, "html")
    assert (first.status_code, first.headers["Content-Type"].partition(";")[0]) == (503, "text/html")
    assert get(client, "html").status_code == 200


@pytest.mark.parametrize("name", ["reset", "truncate"])
def test_broken_wire(client, name):
    client.token(tenant=tenant_id(NUMBERS[name]))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        get(client, name)
    assert get(client, name).status_code == 200


@pytest.mark.parametrize("name", ["login-reset", "login-truncate"])
def test_broken_wire_at_sign_in(client, name):
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        sign_in(client, name)
    assert sign_in(client, name).status_code == 200


def test_slow(client):
    client.token(tenant=tenant_id(NUMBERS["slow"]))
    assert seconds(lambda: get(client, "slow")) >= 2
    assert seconds(lambda: get(client, "slow")) < 2


def test_slow_sign_in(client):
    assert seconds(lambda: sign_in(client, "login-slow")) >= 0.4


def test_expired_token(client):
    first = get(client, "expired")
    assert code(first) == (401, "InvalidAuthenticationToken")
    assert "expired" in first.json()["error"]["message"]
    assert get(client, "expired").status_code == 200


def test_path(client):
    where = tenant_id(NUMBERS["path"])
    assert client.get("/organization", tenant=where).status_code == 200
    for _again in range(2):
        assert code(client.get("/subscribedSkus", tenant=where)) == (503, "ServiceUnavailable")


@pytest.mark.parametrize(("name", "status", "number"), [("login-error", 503, 90033), ("login-throttle", 429, 90055)])
def test_sign_in(client, name, status, number):
    first = sign_in(client, name)
    assert (first.status_code, first.json()["error_codes"]) == (status, [number])
    assert first.headers.get("Retry-After") == FAULTS[name].get("retry_after")
    assert sign_in(client, name).status_code == 200


def test_page_instead_of_a_token(client):
    assert sign_in(client, "login-html").headers["Content-Type"].startswith("text/html")
    assert sign_in(client, "login-html").status_code == 200


def test_only_in_a_batch(client):
    assert get(client, "in-batch").status_code == 200
    where = tenant_id(NUMBERS["in-batch"])
    statuses = [client.batch([item(1, "/organization")], tenant=where)["1"]["status"] for _again in range(2)]
    assert statuses == [401, 200]


def test_slow_items_wait_side_by_side(client):
    where = tenant_id(NUMBERS["slow-item"])
    client.token(tenant=where)
    started = time.monotonic()
    client.batch([item(number, "/organization") for number in range(8)], tenant=where)
    assert 1.0 <= time.monotonic() - started < 7
