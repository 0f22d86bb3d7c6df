# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From answers to evidence: every refusal has its reason, and its sentence can name where and who."""

from __future__ import annotations

import dataclasses
import types

import pytest
from evidence import NOW

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Read
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken

TARGET = ReadTarget("t-1", "Contoso", "https://consent")
READ = Read("things", "the things", "/things", ("Thing.Read",), ("Thing.Read",), shape=lambda body: body.rows("value"))


def read(answer, read=READ, identity="app", claims=None):
    client = types.SimpleNamespace(read=lambda requests, _token: {request.key: answer for request in requests})
    token = BearerToken("t", "https://graph", "t-1", identity, {"tid": "t-1"} if claims is None else claims)
    allowed = dataclasses.replace(token, claims={**token.claims, "roles": ["Thing.Read"], "scp": "Thing.Read"})
    reader = EvidenceReader(client, lambda: NOW)
    return reader.read([BoundRead(read)], allowed if claims is None else token, TARGET)[read.key]


def test_answer_is_evidence():
    evidence = read(Answer(200, "https://graph/things", body={"value": []}, request_id="r-1"))
    assert (evidence.data, evidence.problem) == ([], None)
    assert (evidence.url, evidence.identity, evidence.request_id) == ("https://graph/things", "app", "r-1")
    assert evidence.at == "2026-11-23T12:00:00Z"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(0, "u", error="cut"), "read.unreachable"),
        (Answer(0, "u", deadline=True), "read.deadline"),
        (Answer(200, "u", body={"value": [1]}, partial="page 2 is missing"), "read.partial"),
        (Answer(429, "u"), "read.throttled"),
        (Answer(401, "u", error="no", code="InvalidAuthenticationToken"), "read.forbidden"),
        (Answer(403, "u", error="no", code="Forbidden"), "read.forbidden"),
        (Answer(400, "u", error="no", code="BadRequest"), "read.failed"),
        (Answer(400, "u", error="no"), "read.foreign_answer"),
        (Answer(401, "u", error="no"), "read.foreign_answer"),
        (Answer(403, "u", error="no"), "read.foreign_answer"),
        (Answer(404, "u", error="Resource not found for the segment 'things'"), "read.foreign_answer"),
        (Answer(407, "u", error="no"), "read.foreign_answer"),
        (Answer(451, "u", error="no"), "read.foreign_answer"),
        (Answer(500, "u"), "read.failed"),
        (Answer(200, "u", body={"other": 1}), "read.failed"),
        (Answer(200, "u", body={"value": [], "error": {"code": "BadRequest"}}), "read.failed"),
        (Answer(200, "u", body=None), "read.failed"),
        (Answer(204, "u"), "read.failed"),
    ],
)
def test_refusal_has_its_reason(answer, reason):
    evidence = read(answer)
    assert evidence.data is None
    assert evidence.problem.reason == reason
    details = evidence.problem.details
    assert (details["what"], details["where"], details["who"]) == ("the things", "Contoso", "your app")
    assert (details["tenant_id"], details["consent_url"]) == ("t-1", "https://consent")


def test_what_is_not_as_documented_is_named_by_its_path():
    shaped = dataclasses.replace(READ, shape=lambda body: [row.guid("id") for row in body.rows("value", key="id")])
    problem = read(Answer(200, "u", body={"value": [{"id": "x"}]}), shaped).problem
    assert problem.details["said"] == "the answer is not of the documented form: value[0].id must be a GUID."


def test_address_and_request_id_are_short_and_clean():
    answer = Answer(200, "https://graph/" + "x" * 9000, body={"value": []}, request_id="r\x1b[31m\n" * 5000)
    evidence = read(answer)
    assert (len(evidence.url), len(evidence.request_id)) == (500, 64)
    assert "\x1b" not in evidence.request_id + evidence.url
    assert len(read(None, dataclasses.replace(READ, path="/" + "x" * 9000), claims={"roles": []}).url) == 500


def test_role_is_missing_where_the_token_lists_others():
    wanted = dataclasses.replace(READ, readers=("f2ef992c-3afb-46b9-b7cf-a126ee74c451",))
    claims = {"tid": "t-1", "scp": "Thing.Read", "wids": ["other"]}
    problem = read(Answer(403, "u", error="no", code="Forbidden"), wanted, "operator", claims).problem
    assert (problem.reason, problem.details["roles"]) == ("read.role_missing", "Global Reader")
    claims["wids"] = [*wanted.readers]
    problem = read(Answer(403, "u", error="no", code="Forbidden"), wanted, "operator", claims).problem
    assert problem.reason == "read.forbidden"
    assert "Global Reader" in problem.details["hint"]


def test_code_that_means_none_is_an_answer():
    absent = dataclasses.replace(READ, absent_code="NoPremium")
    assert read(Answer(400, "u", code="nopremium"), absent).data == {"found": False}
    assert read(Answer(400, "u", code="other"), absent).problem.reason == "read.failed"


def test_permission_that_is_missing_is_never_sent():
    problem = read(None, claims={"tid": "t-1", "roles": ["Other.Read"]}).problem
    assert problem.reason == "consent.permission_missing"
    assert (problem.details["permissions"], problem.details["object"]) == ("Thing.Read", "t-1/Thing.Read")


@pytest.mark.parametrize("code", ["Request_ResourceNotFound", "ResourceNotFound", "request_resourcenotfound"])
def test_absence_is_told_by_a_documented_code(code):
    may_be_absent = dataclasses.replace(READ, missing_is_answer=True)
    assert read(Answer(404, "u", code=code, request_id="r"), may_be_absent).data == {"found": False}
    assert read(Answer(404, "u", code=code, request_id="r")).problem.reason == "read.failed"
    assert read(Answer(403, "u", code=code, request_id="r"), may_be_absent).problem.reason == "read.forbidden"


@pytest.mark.parametrize(
    "code", ["", "RouteNotFound", "OrganizationFromTenantGuidNotFound", "NotFound", "X_ResourceNotFound", "PROXY"]
)
def test_any_other_404_proves_no_absence(code):
    may_be_absent = dataclasses.replace(READ, missing_is_answer=True)
    piece = read(Answer(404, "u", code=code, error="no", request_id="r"), may_be_absent)
    assert (piece.data, piece.problem.reason) == (None, "read.failed" if code else "read.foreign_answer")


ASKED, OTHER = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000001"
ENTRY = dataclasses.replace(READ, path="/things/{id}", about=("id", "name"), shape=lambda _body: "shaped")
ROWS = dataclasses.replace(ENTRY, path="/things?$filter=owner eq '{owner}'", about=("owner",))


def about(read_, asked, body):
    client = types.SimpleNamespace(read=lambda requests, _token: {requests[0].key: Answer(200, "u", body=body)})
    token = BearerToken("t", "https://graph", "t-1", "app", {"tid": "t-1", "roles": ["Thing.Read"]})
    return EvidenceReader(client, lambda: NOW).read([BoundRead(read_, asked)], token, TARGET)[READ.key]


@pytest.mark.parametrize(
    ("read_", "asked", "body"),
    [
        (ENTRY, {"id": ASKED}, {"id": ASKED}),
        (ENTRY, {"id": ASKED}, {"id": ASKED.upper()}),
        (ENTRY, {"id": "Anna@a.example"}, {"id": OTHER, "name": "anna@A.example"}),
        (ENTRY, {}, {"id": OTHER}),
        (ROWS, {"owner": ASKED}, {"value": []}),
        (ROWS, {"owner": ASKED}, {"value": [{"owner": ASKED}, {"owner": ASKED.upper()}]}),
        (READ, {"owner": ASKED}, {"value": [{"owner": OTHER}]}),
    ],
)
def test_answer_about_what_was_asked(read_, asked, body):
    piece = about(read_, asked, body)
    assert (piece.data is not None, piece.problem) == (True, None)


@pytest.mark.parametrize(
    ("read_", "asked", "body"),
    [
        (ENTRY, {"id": ASKED}, {"id": OTHER}),
        (ENTRY, {"id": ASKED}, {}),
        (ENTRY, {"id": ASKED}, {"id": None}),
        (ENTRY, {"id": ASKED}, {"id": 7}),
        (ENTRY, {"id": ASKED}, {"id": OTHER, "value": []}),
        (ENTRY, {"id": ASKED}, {"value": [{"id": ASKED}]}),
        (ROWS, {"owner": ASKED}, {"value": [{"owner": ASKED}, {"owner": OTHER}]}),
        (ROWS, {"owner": ASKED}, {"value": [{"owner": ASKED}, {}]}),
        (ROWS, {"owner": ASKED}, {"owner": ASKED}),
    ],
)
def test_answer_about_another_object_is_none(read_, asked, body):
    piece = about(read_, asked, body)
    assert (piece.data, piece.problem.reason) == (None, "read.failed")
    assert OTHER not in str(piece.problem)


def test_every_read_of_one_object_says_what_it_is_about():
    """Lists that are no rows of one principal, and names that are searched for, have nothing to compare."""
    nothing = {"accounts_by", "deleted_by", "operator_groups", "account_groups", "directory_roles", "gdap_assignments"}
    for _check, _side, one in ALL_READS:
        if "{" in one.path and not one.about:
            assert any(one.key.startswith(name) for name in nothing), one.key
