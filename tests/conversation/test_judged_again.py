# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence of whole worlds, saved and judged again without any network: the verdicts are the same to the byte."""

from __future__ import annotations

import functools
import json
import operator
import socket

import pytest
from any_case import ANY_JSON
from assessed_worlds import assessed, verified
from bent_bodies import bend, places_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_access import access
from test_facts import result
from worlds import declared, tenant, write_world

from ansible_collections.m365.defender.plugins.module_utils._assess.access import access_from_evidence
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import facts_from_evidence
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import DAMAGED
from lab.process import start_lab


def saved(found):
    """The evidence as it comes back from disk, and what the module returns beside it."""
    told = found.as_dict(with_evidence=True)
    return json.loads(json.dumps(told.pop("evidence"))), told


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_arguments, **_options):
        pytest.fail("something was sent")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="module", params=["demo", "depth", "methods", "disabled", "unlisted"])
def runs(request):
    """Both modules over a whole world, with the options that the module has no say in any more."""
    found = assessed(request.param)
    return saved(found.facts), saved(found.access), found.connection


def test_verdicts_are_the_same_to_the_byte(runs, no_network):
    (facts, told), (access_file, access_told), _connection = runs
    assert told["ansible_facts"]["mto_requirements"]
    assert json.dumps(facts_from_evidence(facts).as_dict()) == json.dumps({**told, "warnings": []})
    assert json.dumps(access_from_evidence(access_file).as_dict()) == json.dumps({**access_told, "warnings": []})


def test_evidence_of_evidence_is_the_same(runs, no_network):
    (facts, _told), (access_file, _access_told), _connection = runs
    assert facts_from_evidence(facts).as_dict(with_evidence=True)["evidence"] == facts
    assert access_from_evidence(access_file).as_dict(with_evidence=True)["evidence"] == access_file


def test_every_piece_says_where_when_and_as_whom(runs):
    for body, _told in runs[:2]:
        for run in (*body["requirements"], *body["access"]):
            for row in run["tenants"]:
                for piece in row["evidence"].values():
                    assert piece["url"]
                    assert piece["identity"] in ("app", "operator")
                    assert piece["at"].endswith("Z")
                    assert piece["provenance"] in ("doc", "csdl", "community", "guess")
                    # What a service answered has its request id; what was never sent has none.
                    assert piece["request_id"] or piece["problem"] or "sign_in" in piece["what"]


def test_no_secret_and_nothing_like_a_token_is_saved(runs):
    (facts, _told), (access_file, _access_told), connection = runs
    text = json.dumps([facts, access_file])
    for secret in ("client_secret", "refresh_token", "colleague_refresh_token"):
        assert connection[secret] not in text
    assert "eyJ" not in text
    assert "[removed" not in text


def test_failed_home_sign_in_is_judged_again_as_it_was(tmp_path):
    with start_lab(world=write_world(tmp_path, tenant(1))) as lab:
        rows = declared(tenant(1))
        body, told = saved(result(lab, rows, client_secret="a-wrong-secret"))
        access_body, access_told = saved(verified(lab, rows, client_secret="a-wrong-secret", refresh_token=None))
    assert told["failed"]
    assert facts_from_evidence(body).as_dict() == {**told, "warnings": []}
    assert access_told["failed"]
    assert access_from_evidence(access_body).as_dict() == {**access_told, "warnings": []}


def test_without_being_asked_there_is_none(tmp_path):
    with start_lab(world=write_world(tmp_path, tenant(1))) as lab:
        assert "evidence" not in access(lab, declared(tenant(1)))
        assert "evidence" not in result(lab, declared(tenant(1))).as_dict()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bent_place_of_a_real_row_is_that_rows_alone(runs, data):
    """A value of another type is unknown for that tenant; nothing is raised, and no other tenant notices."""
    number = data.draw(st.integers(0, 1))
    kind, judge = (("requirements", facts_from_evidence), ("access", access_from_evidence))[number]
    run = runs[number][0][kind][0]
    first, second = (data.draw(st.sampled_from(run["tenants"]), label) for label in ("bent", "other"))
    if first is second:
        return
    body = {"format": 1, "requirements": [], "access": [], kind: [{**run, "tenants": [first, second]}]}
    path = data.draw(st.sampled_from([path for path in places_of(body) if path[:4] == (kind, 0, "tenants", 0)]))
    value = data.draw(ANY_JSON)
    old = functools.reduce(operator.getitem, path, body)
    bent_row, other_row = judge(bend(body, path, value)).assessment.rows
    _first, as_it_was = judge(body).assessment.rows
    assert bent_row.tenant.tenant_id != other_row.tenant.tenant_id
    assert other_row.as_dict() == as_it_was.as_dict()
    if type(value) is not type(old) and None not in (value, old):
        assert {verdict.reason for verdict in bent_row.verdicts.values()} <= {DAMAGED, "check.not_chosen"}
