# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session: which identity reads, and whose answer is believed."""

from __future__ import annotations

import dataclasses
import types

import pytest
from evidence import NOW

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import SUBSCRIBED_SKUS, SUBSCRIPTIONS
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import ELIGIBLE_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._collect import session as session_module
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget, path_of
from ansible_collections.m365.defender.plugins.module_utils._collect.home import home_reader
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import read_together
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session, sign_in_problem
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    DeadlineError,
    HomeSignInError,
    MtoError,
    SignInError,
    UnreachableError,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import Secrets
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Answer
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "bbbbbbbb-0000-4000-8000-000000000001"
PLACE = ReadTarget(TENANT, "Contoso", "https://consent")
ASKED = [BoundRead(ORGANIZATION), BoundRead(SETTINGS_DEFAULT)]
ALL = ("Policy.Read.All", "Organization.Read.All")


@dataclasses.dataclass
class FakeIdentity:
    """An identity with the permissions given; without readable claims where there are none."""

    name: str
    permissions: tuple = ALL
    readable: bool = True
    extra: dict = dataclasses.field(default_factory=dict)

    def token(self, tenant_id, _service):
        claims = {"tid": tenant_id, "roles": list(self.permissions), **self.extra} if self.readable else {}
        return BearerToken("t", "https://graph", tenant_id, self.name, claims)


class FakeGraph:
    """Answers by the permissions of the token; `tenant_id` is who answers. With a `status` it refuses everybody."""

    def __init__(self, tenant_id=TENANT, status=None, code="Authorization_RequestDenied"):
        self.tenant_id = tenant_id
        self.code = code
        self.status = status
        self.asked = []

    def read(self, requests, token):
        self.asked += [request.key for request in requests]
        return {request.key: self._answer(request, token) for request in requests}

    def _answer(self, request, token):
        url = "https://graph" + request.path
        may = "Policy.Read.All" in token.claims.get("roles", ALL) and self.status is None
        if request.key == "organization":
            return Answer(200, url, body={"value": [{"id": self.tenant_id, "displayName": "Contoso"}]})
        return (
            Answer(200, url, body={"isServiceDefault": True, "inboundTrust": None})
            if may
            else Answer(403 if self.status is None else self.status, url, code=self.code, error="no")
        )


def session(*identities, graph=None):
    found = object.__new__(Session)
    found._identities = list(identities)
    found._missing = {}
    found._secrets = Secrets()
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
    assert problem.details["permissions"] == "Policy.Read.All"
    assert problem.details["identity"] == "your app"
    assert problem.details["object"] == f"{TENANT}/Policy.Read.All"


def test_what_a_token_lacks_is_told_before_anything_is_asked():
    """Every permission that is due in the tenant is named at once, and nothing is asked in vain."""
    graph = FakeGraph()
    place = dataclasses.replace(PLACE, needs=(ORGANIZATION, SUBSCRIBED_SKUS, SETTINGS_DEFAULT, SUBSCRIPTIONS))
    found = session(FakeIdentity("app", ("Organization.Read.All",)), graph=graph)
    evidence = found.read([*ASKED, BoundRead(SUBSCRIBED_SKUS)], place)
    assert graph.asked == ["organization", "subscribed_skus"]
    assert evidence["cross_tenant_access_default"].problem.details["permissions"] == "Policy.Read.All"
    (row,) = found.missing_permissions(place)
    assert (row["permission"], row["identity"], row["optional"]) == ("Policy.Read.All", "app", False)
    assert row["alternatives"] == ["Policy.ReadWrite.CrossTenantAccess"]
    assert row["reads"] == [SETTINGS_DEFAULT.title]
    assert (row["tenant_id"], row["consent_url"]) == (TENANT, "https://consent")


def test_what_decides_nothing_is_named_apart():
    """Licences and trust are lacking: the finding names these. The subscriptions stand in the list as optional."""
    place = dataclasses.replace(PLACE, needs=(SUBSCRIBED_SKUS, SETTINGS_DEFAULT, ELIGIBLE_GROUPS))
    found = session(FakeIdentity("app", ("X",)))
    evidence = found.read([BoundRead(SUBSCRIBED_SKUS), BoundRead(ELIGIBLE_GROUPS)], place)
    told = {piece.problem.details["permissions"] for piece in evidence.values()}
    assert told == {"LicenseAssignment.Read.All, Policy.Read.All"}
    optional = {row["permission"]: row["optional"] for row in found.missing_permissions(place)}
    assert optional == {
        "LicenseAssignment.Read.All": False,
        "Policy.Read.All": False,
        "PrivilegedEligibilitySchedule.Read.AzureADGroup": True,
    }


def test_a_token_that_cannot_be_read_is_tried():
    graph = FakeGraph()
    session(FakeIdentity("app", readable=False), graph=graph).read(ASKED, PLACE)
    assert graph.asked == ["organization", "cross_tenant_access_default"]


@pytest.mark.parametrize(
    ("wids", "reason"),
    [
        (["88d8e3e3-8f55-4a1e-953a-9b9898b8876b"], "read.role_missing"),
        ([], "read.role_missing"),
        (["5D6B6BB7-de71-4623-b4af-96380a352509"], "read.forbidden"),
        (None, "read.forbidden"),
    ],
)
def test_a_refused_person_hears_which_role_is_missing(wids, reason):
    """Directory Readers may not read policies, Security Reader may; without `wids` nothing is said of roles."""
    identity = FakeIdentity("operator", extra={} if wids is None else {"wids": wids})
    problem = session(identity, graph=FakeGraph(status=403)).read(ASKED, PLACE)["cross_tenant_access_default"].problem
    assert problem.reason == reason
    assert "Security Reader, Global Reader" in problem.details.get("roles", "") + problem.details.get("hint", "")


@pytest.mark.parametrize(
    ("readable", "answers", "reason"),
    [
        (True, TENANT, None),
        (False, TENANT, None),
        (True, OTHER, "read.wrong_tenant"),
        (False, OTHER, "read.wrong_tenant"),
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
    evidence = session(FakeIdentity("app"), graph=FakeGraph(status=status)).read(ASKED, PLACE)
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
    assert path_of(BoundRead(read, {"who": value})) == expected


def test_missing_partner_entry_is_an_answer():
    asked = [ASKED[0], BoundRead(SETTINGS_PARTNER, {"home_tenant_id": "h"})]
    evidence = session(FakeIdentity("app"), graph=FakeGraph(status=404, code="Request_ResourceNotFound")).read(
        asked, PLACE
    )
    assert evidence["cross_tenant_access_partner"].data == {"found": False}


def test_404_of_somebody_else_is_no_answer():
    asked = [ASKED[0], BoundRead(SETTINGS_PARTNER, {"home_tenant_id": "h"})]
    evidence = session(FakeIdentity("app"), graph=FakeGraph(status=404, code="")).read(asked, PLACE)
    assert evidence["cross_tenant_access_partner"].problem.reason == "read.foreign_answer"


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
    found.operator, found.home_target, found.concurrency = "anna@northwind.example", PLACE, 1
    found.client_id, found.defender_portal = "c", "https://security.example"
    found.sign_in_home()
    (opened,) = read_together([home_reader(found, [], NOW)])
    assert isinstance(opened, HomeSignInError)
    assert "refresh_token: Microsoft did not say whose it is" in str(opened)
    assert opened.problem.reason == "sign_in.owner_not_known"


class Unsteady(FakeIdentity):
    """An identity that fails with these problems first."""

    def fail_with(self, *problems):
        self.problems, self.asked = list(problems), 0
        return self

    def token(self, tenant_id, service):
        self.asked += 1
        if self.problems:
            raise SignInError("no", Problem(self.problems.pop(0), {"said": "no"}))
        return super().token(tenant_id, service)


def home_session(identity, seconds=60):
    found = session(identity)
    found.operator, found.home_target, found.deadline = "anna@northwind.example", PLACE, Deadline(seconds)
    found.client_id, found.defender_portal = "c", "https://security.example"
    return found


@pytest.fixture
def waits(monkeypatch):
    seconds = []
    monkeypatch.setattr(session_module, "pause", lambda wait, _deadline: seconds.append(wait))
    return seconds


@pytest.mark.parametrize("reason", ["sign_in.no_answer", "sign_in.transient"])
def test_home_tenant_is_asked_again_where_an_answer_was_of_no_use(waits, reason):
    identity = Unsteady("app").fail_with(*[reason] * 4)
    home_session(identity).sign_in_home()
    assert (identity.asked, len(waits)) == (5, 4)


def test_home_tenant_is_not_asked_for_ever(waits):
    identity = Unsteady("app").fail_with(*["sign_in.no_answer"] * 9)
    with pytest.raises(HomeSignInError, match="no usable answer"):
        home_session(identity).sign_in_home()
    assert identity.asked == 5


def test_home_tenant_is_not_asked_beyond_the_deadline(waits):
    identity = Unsteady("app").fail_with(*["sign_in.no_answer"] * 9)
    with pytest.raises(HomeSignInError, match="no usable answer"):
        home_session(identity, 0.1).sign_in_home()
    assert (identity.asked, waits) == (1, [])


@pytest.mark.parametrize("reason", ["sign_in.secret_wrong", "sign_in.not_sent", "sign_in.throttled", "sign_in.refused"])
def test_refusal_is_not_asked_for_again(waits, reason):
    identity = Unsteady("app").fail_with(reason)
    with pytest.raises(HomeSignInError) as caught:
        home_session(identity).sign_in_home()
    assert (identity.asked, caught.value.problem.reason) == (1, reason)


@pytest.mark.parametrize("error", [ValueError("eyJhbGciOi.t.t"), KeyError("x"), RecursionError(), MtoError("refused.")])
def test_client_that_fails_costs_these_reads_only(error):
    class Broken(FakeGraph):
        def read(self, requests, token):
            raise error

    evidence = session(FakeIdentity("app"), graph=Broken()).read(ASKED, PLACE)
    assert {answer.problem.reason for answer in evidence.values()} == {"read.failed"}
    assert "eyJ" not in str(evidence)
