# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A world can make Entra refuse with any number that is known, per identity and resource; and a secret can expire."""

from __future__ import annotations

import pytest
from lab_client import ARM, client_of
from worlds import HOME_ID, guest_tenant, tenant, tenant_id, write_world

from lab.data.aadsts import ERRORS
from lab.process import start_lab

NUMBERS = sorted(ERRORS)
TRANSIENT = (50033, 50087, 50196, 90033, 90055, 90090)
# With these Conditional Access tells what the person has to do.
POLICY = (50074, 50076, 50079, 53000, 53001, 53003, 530032)
AT_HOME = (70008, 700082, 700084, 70043, 50173, 50132, 50133, 50089, 70000, 54005)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """The tenant with the index of a number refuses the operator with it; the last two refuse in other ways."""
    each = [guest_tenant(index, refusals=[{"errors": [number]}]) for index, number in enumerate(NUMBERS)]
    app = tenant(len(each), refusals=[{"identity": "app", "resource": "graph", "errors": [7000112]}])
    twice = tenant(len(each) + 1, refusals=[{"resource": "arm", "errors": [50076, 50076]}])
    with (
        start_lab(world=write_world(tmp_path_factory.mktemp("numbers"), *each, app, twice)) as lab,
        client_of(lab) as found,
    ):
        yield found


@pytest.mark.parametrize("number", NUMBERS)
def test_number(client, number):
    answer = client.sign_in("operator", tenant_id(NUMBERS.index(number)))
    body, kind = answer.json(), ERRORS[number]
    assert (answer.status_code, body["error_codes"], body["error"]) == (kind.status, [number], kind.error)
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert "{" not in body["error_description"]
    assert body.get("suberror") == kind.suberror
    assert ("claims" in body) is (number in POLICY)
    assert ("Retry-After" in answer.headers) is (number in TRANSIENT)


def test_the_app_is_spared(client):
    assert client.sign_in("app", tenant_id(0)).status_code == 200


def test_app_alone_for_one_resource(client):
    where = tenant_id(len(NUMBERS))
    assert client.sign_in("app", where).json()["error_codes"] == [7000112]
    assert client.sign_in("operator", where).status_code == 200
    assert client.post_token(where, grant_type="client_credentials", scope=ARM).status_code == 200


def test_sentence_that_is_told_twice(client):
    where, token = tenant_id(len(NUMBERS) + 1), client.lab["refresh_token"]
    body = client.post_token(where, grant_type="refresh_token", refresh_token=token, scope=ARM).json()
    assert body["error_codes"] == [50076]
    first, second = body["error_description"].split("\r\n")
    assert first == second
    assert client.sign_in("operator", where).status_code == 200


@pytest.mark.parametrize("number", AT_HOME)
def test_refresh_token_that_is_no_good(tmp_path, number):
    operator = {"upn": "anna.berg@northwindmsp.example", "refresh_token": number}
    world = write_world(tmp_path, tenant(1), operator={**operator, "groups": ["SOC analysts"]})
    with start_lab(world=world) as lab, client_of(lab) as client:
        for where in (HOME_ID, tenant_id(1)):
            assert client.sign_in("operator", where).json()["error_codes"] == [number]
        other = client.post_token(HOME_ID, grant_type="refresh_token", refresh_token=lab["colleague_refresh_token"])
        assert other.status_code == 200


def test_secret_that_has_expired(tmp_path):
    with start_lab(world=write_world(tmp_path, tenant(1), secret="expired")) as lab, client_of(lab) as client:
        for identity in ("app", "operator"):
            for where in (HOME_ID, tenant_id(1)):
                answer = client.sign_in(identity, where)
                assert (answer.status_code, answer.json()["error_codes"]) == (401, [7000222])
        wrong = client.post_token(HOME_ID, grant_type="client_credentials", client_secret="wrong")
        assert wrong.json()["error_codes"] == [7000215]
