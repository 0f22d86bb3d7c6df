# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session: which identity reads, and whose answer is believed."""

from __future__ import annotations

import dataclasses
import types

import pytest
from evidence import NOW

from ansible_collections.m365.defender.plugins.module_utils._errors import (
    DeadlineError,
    MtoError,
    SignInError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._http import BearerToken
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Answer
from ansible_collections.m365.defender.plugins.module_utils._model import Problem
from ansible_collections.m365.defender.plugins.module_utils._reading import Asked, EvidenceReader, Place
from ansible_collections.m365.defender.plugins.module_utils._requirements.cross_tenant import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
)
from ansible_collections.m365.defender.plugins.module_utils._requirements.home import ORGANIZATION, read_home
from ansible_collections.m365.defender.plugins.module_utils._session import Session, sign_in_problem

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
PLACE = Place(TENANT, "Contoso", "https://consent")
ASKED = [Asked("organization", ORGANIZATION), Asked("cross_tenant_access_default", SETTINGS_DEFAULT)]
ALL = ("Policy.Read.All", "Organization.Read.All")


@dataclasses.dataclass
class FakeIdentity:
    """An identity with the permissions given; without readable claims where there are none."""

    name: str
    permissions: tuple = ALL
    readable: bool = True

    def token(self, tenant_id, _service):
        claims = {"tid": tenant_id, "roles": list(self.permissions)} if self.readable else {}
        return BearerToken("t", "https://graph", tenant_id, self.name, claims)


class FakeGraph:
    """Answers by the permissions of the token; `tenant_id` is who answers."""

    def __init__(self, tenant_id=TENANT, status=403, code=""):
        self.tenant_id = tenant_id
        self.code = code
        self.status = status

    def read(self, requests, token):
        return {request.key: self._answer(request, token) for request in requests}

    def _answer(self, request, token):
        url = "https://graph" + request.path
        may = "Policy.Read.All" in token.claims.get("roles", ALL)
        if request.key == "organization":
            return Answer(200, url, body={"value": [{"id": self.tenant_id, "displayName": "Contoso"}]})
        return (
            Answer(200, url, body={"inboundTrust": None})
            if may
            else Answer(self.status, url, code=self.code, error="no")
        )


def session(*identities, graph=None):
    found = object.__new__(Session)
    found._identities = list(identities)
    found._reader = EvidenceReader(graph or FakeGraph())
    return found


def identities_of(evidence):
    return {key: piece.identity for key, piece in evidence.items()}


def test_app_reads_where_it_may():
    evidence = session(FakeIdentity("app"), FakeIdentity("operator")).read(ASKED, PLACE)
    assert set(identities_of(evidence).values()) == {"app"}


def test_operator_reads_what_the_app_may_not():
    evidence = session(FakeIdentity("app", ("Organization.Read.All",)), FakeIdentity("operator")).read(ASKED, PLACE)
    assert identities_of(evidence) == {"organization": "app", "cross_tenant_access_default": "operator"}
    assert all(piece.problem is None for piece in evidence.values())


def test_refusal_of_both_tells_the_permission_of_the_first():
    evidence = session(FakeIdentity("app", ("X",)), FakeIdentity("operator", ("X",))).read(ASKED, PLACE)
    problem = evidence["cross_tenant_access_default"].problem
    assert problem.reason == "consent.permission_missing"
    assert problem.details["first_permission"] == "Policy.Read.All"
    assert problem.details["identity"] == "our app"
    assert problem.details["object"] == f"{TENANT}/Policy.Read.All"


def test_401_of_a_token_without_the_permission_is_missing_consent():
    evidence = session(FakeIdentity("app", ("X",)), graph=FakeGraph(status=401)).read(ASKED, PLACE)
    assert evidence["cross_tenant_access_default"].problem.reason == "consent.permission_missing"


@pytest.mark.parametrize(
    ("readable", "answers", "reason"),
    [
        (True, TENANT, None),
        (False, TENANT, None),
        (True, "other", "read.wrong_tenant"),
        (False, "other", "read.wrong_tenant"),
    ],
)
def test_answer_of_another_tenant_is_not_used(readable, answers, reason):
    identity = FakeIdentity("app", readable=readable)
    evidence = session(identity, graph=FakeGraph(answers)).read(ASKED, PLACE)
    assert {piece.problem.reason if piece.problem else None for piece in evidence.values()} == {reason}
    assert all((piece.data is None) is (reason is not None) for piece in evidence.values())


def test_unreadable_token_without_an_organization_proves_nothing():
    evidence = session(FakeIdentity("app", readable=False)).read(ASKED[1:], PLACE)
    assert evidence["cross_tenant_access_default"].problem.reason == "read.wrong_tenant"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "read.failed"), (429, "read.throttled"), (500, "read.failed"), (0, "read.unreachable")],
)
def test_refusals_by_status(status, reason):
    evidence = session(FakeIdentity("app", ("X",)), graph=FakeGraph(status=status)).read(ASKED, PLACE)
    assert evidence["cross_tenant_access_default"].problem.reason == reason


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("/users/{who}", "o'brien@x.example", "/users/o%27brien@x.example"),
        ("/users?$filter=mail eq '{who}'", "o'brien@x.example", "/users?$filter=mail eq 'o%27%27brien@x.example'"),
        ("/users/{who}", "a_b#EXT#@c", "/users/a_b%23EXT%23@c"),
        ("/users/{who}", "a/../b?c&d", "/users/a%2F..%2Fb%3Fc%26d"),
        ("/users?$filter=startsWith(mail,'{who}')", "a+{who}", "/users?$filter=startsWith(mail,'a%2B%7Bwho%7D')"),
    ],
)
def test_fields_are_quoted_for_their_place(path, value, expected):
    read = dataclasses.replace(SETTINGS_PARTNER, path=path)
    assert Asked("k", read, {"who": value}).path == expected


def test_missing_partner_entry_is_an_answer():
    asked = [ASKED[0], Asked("cross_tenant_access_partner", SETTINGS_PARTNER, {"home_tenant_id": "h"})]
    evidence = session(FakeIdentity("app", ("X",)), graph=FakeGraph(status=404, code="X_ResourceNotFound")).read(
        asked, PLACE
    )
    assert evidence["cross_tenant_access_partner"].data == {"found": False}


def test_404_of_somebody_else_is_no_answer():
    asked = [ASKED[0], Asked("cross_tenant_access_partner", SETTINGS_PARTNER, {"home_tenant_id": "h"})]
    evidence = session(FakeIdentity("app", ("X",)), graph=FakeGraph(status=404)).read(asked, PLACE)
    assert evidence["cross_tenant_access_partner"].problem.reason == "read.failed"


def test_answer_of_another_form_is_told():
    graph = types.SimpleNamespace(
        read=lambda requests, token: {r.key: Answer(200, "u", body={"value": []}) for r in requests}
    )
    evidence = session(FakeIdentity("app"), graph=graph).read(ASKED[:1], PLACE)
    assert "not of the documented form" in evidence["organization"].problem.details["said"]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (SignInError("no", Problem("consent.app_not_in_tenant")), "consent.app_not_in_tenant"),
        (DeadlineError("late"), "read.deadline"),
        (UnreachableError("cut"), "sign_in.unreachable"),
        (ValueError("odd"), "sign_in.no_answer"),
    ],
)
def test_why_there_is_no_token(error, reason):
    assert sign_in_problem(error).reason == reason


@pytest.mark.parametrize(
    ("own", "other", "reached"),
    [
        ("public", None, True),
        ("public", "public", True),
        ("gcc", "public", True),
        ("public", "gcc", True),
        ("gcc_high", "dod", False),
        ("gcc_high", "public", False),
    ],
)
def test_clouds_that_share_their_hosts_are_read_by_one_sign_in(own, other, reached):
    found = session(FakeIdentity("app"))
    found.cloud_name = own
    assert found.reaches(other) is reached


def test_refresh_token_of_nobody_knows_whom_is_not_taken_for_the_operators():
    found = session(FakeIdentity("operator", ("User.Read",)), graph=FakeGraph(status=429))
    found.operator, found.home_place, found.concurrency = "anna@northwind.example", PLACE, 1
    with pytest.raises(MtoError, match="refresh_token: Microsoft did not say whose it is"):
        read_home(found, [], NOW)
