# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading governance: where it is asked at all, and which version of Graph answers."""

from __future__ import annotations

import dataclasses
import json
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    READS,
    RELATIONSHIPS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.governance import governance_reading
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Tenant
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Graph
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Response

GRAPH = "https://graph.test"
HOME = "99999999-0000-4000-8000-000000000001"
PLACE = ReadTarget(HOME, "Northwind", "https://consent")
# What a token lacks is not asked: this one has it all.
PERMISSIONS = [name for read in (ORGANIZATION, *READS) for name in read.app]
TOKEN = BearerToken("t", "https://graph.test:443", HOME, "app", {"tid": HOME, "roles": PERMISSIONS})
ASKED = [BoundRead(ORGANIZATION), *(BoundRead(read) for read in READS)]
UNKNOWN = {"error": {"code": "BadRequest", "message": "Resource not found for the segment 'tenantGovernance'."}}
DENIED = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges."}}
EMPTY = {"value": []}
IDS = {"request-id": "r-1"}


class FakeHttp:
    """Answers governance as told per version, everything else with an organization; `sent` has each address."""

    def __init__(self, **versions):
        self.versions = versions
        self.deadline = Deadline(0)
        self.sent = []

    def answer(self, version, path):
        if "tenantGovernance" not in path:
            return 200, {"value": [{"id": HOME, "displayName": "Northwind"}]}
        return self.versions[version]

    def send(self, method, url, *, body=None, **_options):
        version, _slash, path = url.removeprefix(GRAPH + "/").partition("/")
        asked = [row["url"] for row in json.loads(body)["requests"]] if body else [path]
        self.sent.append((version, len(asked)))
        answers = [self.answer(version, one) for one in asked]
        if not body:
            return Response(method, url, answers[0][0], IDS, json.dumps(answers[0][1]).encode())
        rows = [{"id": str(n), "status": status, "body": told} for n, (status, told) in enumerate(answers)]
        return Response(method, url, 200, IDS, json.dumps({"responses": rows}).encode())


def read(asked, **versions):
    http = FakeHttp(**versions)
    return EvidenceReader(Graph(http, GRAPH)).read(asked, TOKEN, PLACE), http.sent


def test_v1_answers():
    found, sent = read(ASKED, **{"v1.0": (200, EMPTY)})
    assert sent == [("v1.0", 4)]
    assert found["governance_relationships"].url == f"{GRAPH}/v1.0{RELATIONSHIPS.path}"
    assert found["governance_relationships"].data == []


@pytest.mark.parametrize("status", [400, 404])
def test_only_what_v1_does_not_know_is_asked_of_beta(status):
    found, sent = read(ASKED, **{"v1.0": (status, UNKNOWN), "beta": (200, EMPTY)})
    assert sent == [("v1.0", 4), ("beta", 3)]
    assert found["governance_requests"].url == f"{GRAPH}/beta/directory/tenantGovernance/governanceRequests"
    assert found["organization"].url.startswith(f"{GRAPH}/v1.0/")
    assert [found[key].problem for key in [read.key for read in READS]] == [None] * 3


def test_one_request_alone_falls_back_too():
    found, sent = read(ASKED[1:2], **{"v1.0": (400, UNKNOWN), "beta": (200, EMPTY)})
    assert sent == [("v1.0", 1), ("beta", 1)]
    assert found["governance_relationships"].data == []


@pytest.mark.parametrize(
    ("v1", "beta", "reason", "turns"),
    [
        ((400, UNKNOWN), (400, UNKNOWN), "read.not_offered", 2),
        ((400, UNKNOWN), (403, DENIED), "read.forbidden", 2),
        ((400, UNKNOWN), (500, DENIED), "read.failed", 2),
        ((403, DENIED), (200, EMPTY), "read.forbidden", 1),
        ((400, DENIED), (200, EMPTY), "read.failed", 1),
        ((404, DENIED), (200, EMPTY), "read.failed", 1),
        ((403, UNKNOWN), (200, EMPTY), "read.forbidden", 1),
    ],
)
def test_what_is_told_where_nobody_answers(v1, beta, reason, turns, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    found, sent = read(ASKED[1:2], **{"v1.0": v1, "beta": beta})
    assert found["governance_relationships"].problem.reason == reason
    assert [version for version, _count in sent] == ["v1.0", "beta"][:turns]


def test_read_of_one_version_never_falls_back():
    http = FakeHttp(**{"v1.0": (400, UNKNOWN)})
    only = BoundRead(dataclasses.replace(RELATIONSHIPS, versions=("v1.0",)))
    found = EvidenceReader(Graph(http, GRAPH)).read([only], TOKEN, PLACE)
    assert found[RELATIONSHIPS.key].problem.reason == "read.failed"
    assert http.sent == [("v1.0", 1)]


def fake_session(cloud):
    """`asked` is what was sent, `missed` what was told to be missing without being sent."""
    found = types.SimpleNamespace(cloud_name=cloud, asked=[], missed=[])
    reader = EvidenceReader(Graph(FakeHttp(**{"v1.0": (200, EMPTY)}), GRAPH))

    def read_all(asked, place):
        found.asked.extend(asked)
        return reader.read(asked, TOKEN, place)

    def unread(asked, problem, place):
        found.missed.extend(asked)
        return reader.unread(asked, "app", problem, place)

    found.read, found.unread, found.home_target = read_all, unread, PLACE
    return found


def tenants(*methods):
    return [Tenant(f"id{number}", "Contoso", access) for number, access in enumerate(methods)]


def governed(session, declared):
    """Answer the reading."""
    reading = governance_reading(session, declared, PLACE.name)
    try:
        ask = next(reading)
        reading.send(session.read(ask.reads, PLACE))
    except StopIteration as end:
        return end.value


@pytest.mark.parametrize("methods", [(), ("gdap",), ("gdap", "b2b")])
def test_nobody_is_asked_where_no_tenant_is_declared_so(methods):
    session = fake_session("public")
    assert governed(session, tenants(*methods)) == {}
    assert session.asked == session.missed == []


@pytest.mark.parametrize("methods", [("governance",), ("b2b", "auto")])
@pytest.mark.parametrize("cloud", ["public", "gcc"])
def test_asked_once_for_all(cloud, methods):
    session = fake_session(cloud)
    found = governed(session, tenants(*methods))
    assert [item.key for item in session.asked] == ["organization", *(read.key for read in READS)]
    assert {key: piece.data for key, piece in found.items()} == {
        key: {"home": HOME, "rows": []} for key in [read.key for read in READS]
    }


@pytest.mark.parametrize("cloud", ["gcc_high", "dod"])
def test_cloud_without_it_is_not_asked(cloud):
    session = fake_session(cloud)
    found = governed(session, tenants("governance"))
    assert session.asked == []
    assert {piece.problem.reason for piece in found.values()} == {"access.governance_not_in_cloud"}
