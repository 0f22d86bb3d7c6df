# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading what verifies access: who is asked, as whom, and what is not asked again."""

from __future__ import annotations

import dataclasses
import types

import pytest
from evidence import NOW, TENANT_ID, case, operator_evidence, piece, unread

from ansible_collections.m365.defender.plugins.module_utils._collect.access import Lists, access_reader, lists_reader
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import read_together
from ansible_collections.m365.defender.plugins.module_utils._core.errors import SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken

ALL = ("listed", "sign_in", "defender")
HOME = Home(
    "Northwind",
    "anna@northwind.example",
    ("anna@northwind.example",),
    {
        "operator": operator_evidence(),
        "organization": piece("organization", {"id": "home", "name": "Northwind"}),
        "operator_groups": piece("operator_groups", {"groups": {}}),
        "home_cross_tenant_access_default": piece("home_cross_tenant_access_default", {"found": True, "b2b": None}),
        "home_cross_tenant_access_partners": piece("home_cross_tenant_access_partners", []),
    },
)


@dataclasses.dataclass
class FakeSession:
    """Answers nothing, and notes what was asked as whom; `refused` are the services that give no token."""

    identities: tuple[str, ...] = ("app", "operator")
    refused: tuple[str, ...] = ()
    cloud_name: str = "public"
    client_id: str = "app-id"
    operator: str = "anna@northwind.example"
    defender_portal: str = "https://security.test"
    answers: dict = dataclasses.field(default_factory=dict)
    sent: list = dataclasses.field(default_factory=list)
    home_target: ReadTarget = dataclasses.field(default_factory=lambda: ReadTarget("home", "the home tenant", "u"))

    @property
    def reading_as(self):
        return self.identities[0]

    def has(self, name):
        return name in self.identities

    def reaches(self, cloud):
        return cloud in (None, "public")

    def consent_url(self, tenant_id):
        return f"https://consent/{tenant_id}"

    def token_url(self, tenant_id):
        return f"https://login/{tenant_id}"

    def sign_in_as(self, name, tenant_id, service):
        self.sent.append((name, service))
        if service in self.refused:
            raise SignInError("no", Problem("sign_in.conditional_access", {"said": "no"}))
        return BearerToken("t", "https://graph", tenant_id, name, {"tid": tenant_id})

    def read_as(self, name, reads, target):
        self.sent.append((name, *(bound.key for bound in reads)))
        found = self.unread(reads, Problem("read.throttled"), target)
        return {key: self.answers.get((name, key), answer) for key, answer in found.items()}

    def read(self, reads, target):
        return self.read_as(self.reading_as, reads, target)

    def complete(self, _reads, evidence, _target):
        return evidence

    def unread(self, reads, problem, target):
        return EvidenceReader(types.SimpleNamespace(), lambda: NOW).unread(reads, self.reading_as, problem, target)


def lists_of(session, *methods, checks=ALL, known=HOME):
    (lists,) = read_together([lists_reader(session, [Tenant("t", "T", method) for method in methods], checks, known)])
    return lists


def read(session, checks, *, lists=None, known=None, **tenant):
    empty = dataclasses.replace(case({}, **tenant), evidence={})
    lists = lists or Lists(HOME, {}, None)
    (found,) = read_together([access_reader(session, lists, empty, checks, known or {})])
    return found


@pytest.mark.parametrize(
    ("methods", "checks", "keys"),
    [
        (("gdap",), ALL, ["gdap_customers"]),
        (("b2b",), ALL, ["arm_tenants"]),
        (("auto",), ALL, ["arm_tenants", "gdap_customers"]),
        (("gdap", "b2b"), ALL, ["arm_tenants", "gdap_customers"]),
        (("gdap", "b2b"), ("sign_in",), []),
    ],
)
def test_only_lists_that_count_for_a_tenant_are_read(methods, checks, keys):
    assert sorted(lists_of(FakeSession(("app",)), *methods, checks=checks).evidence) == keys


def test_list_of_a_person_is_not_asked_for_where_the_token_is_not_proven_theirs():
    session = FakeSession(answers={("operator", "operator"): unread("operator", "sign_in.refresh_token_expired")})
    lists = lists_of(session, "b2b")
    assert lists.unproven.reason == lists.evidence["arm_tenants"].problem.reason == "sign_in.refresh_token_expired"
    assert ("operator", "arm_tenants") not in session.sent


def test_tenant_is_read_as_the_operator_and_the_app_is_asked_what_that_leaves_open():
    session = FakeSession()
    found = read(session, ALL)
    assert session.sent == [
        ("operator", "graph"),
        ("operator", "incidents"),
        ("operator", "arm"),
    ]
    assert found.evidence["operator_sign_in"].data["readable"] is True
    assert found.evidence["incidents"].problem.reason == "read.throttled"


def test_refused_probe_is_made_as_the_app_as_well():
    forbidden = dataclasses.replace(
        unread("incidents"), problem=Problem("read.forbidden", {"status": "403", "said": "no"})
    )
    session = FakeSession(answers={("operator", "incidents"): forbidden})
    assert "incidents_as_app" in read(session, ("defender",)).evidence
    assert session.sent[-1] == ("app", "organization", "incidents_as_app")
    alone = FakeSession(("operator",), answers=session.answers)
    assert "incidents_as_app" not in read(alone, ("defender",)).evidence


@pytest.mark.parametrize(
    ("checks", "sent"),
    [
        (("listed",), []),
        (("sign_in",), [("operator", "graph"), ("operator", "arm")]),
        (("defender",), [("operator", "graph"), ("operator", "incidents")]),
    ],
)
def test_check_that_does_not_count_is_not_read(checks, sent):
    session = FakeSession(("operator",))
    read(session, checks)
    assert session.sent == sent


def test_nothing_is_read_without_a_token():
    session = FakeSession(refused=("graph",))
    found = read(session, ("sign_in", "defender"))
    problem = found.evidence["operator_sign_in"].problem
    assert (problem.reason, problem.details["resource"]) == ("sign_in.conditional_access", "Microsoft Graph")
    assert ("operator", "incidents") not in session.sent
    # The app is still asked whether Defender is there.
    assert session.sent[-1] == ("app", "organization", "incidents_as_app")


@pytest.mark.parametrize(
    ("lists", "identities", "reason"),
    [
        (None, ("app",), "identity.operator_needed"),
        (Lists(HOME, {}, Problem("access.operator_disabled")), ("app", "operator"), "access.operator_disabled"),
    ],
)
def test_sign_in_that_cannot_be_made_says_why(lists, identities, reason):
    session = FakeSession(identities)
    assert read(session, ("sign_in",), lists=lists).evidence["operator_sign_in"].problem.reason == reason
    assert session.sent == []


def test_tenant_in_another_cloud_is_not_read():
    session = FakeSession()
    found = read(session, ALL, cloud="dod")
    problem = found.evidence["operator_sign_in"].problem
    assert (problem.reason, problem.details["cloud"], session.sent) == ("read.other_cloud", "dod", [])


def test_account_that_replaces_the_persons_list_is_not_read_again():
    needed = {"arm_tenants": unread("arm_tenants", "identity.operator_needed")}
    keys = ("accounts_by_mail", "accounts_by_other_mails", "accounts_by_upn", "identity_synchronization")
    known = {key: piece(key, {"accounts": [], "left_out": 0}) for key in keys}
    known |= {
        key: piece(key, {"found": False}) for key in ("cross_tenant_access_default", "cross_tenant_access_partner")
    }
    session, lists = FakeSession(("app",)), Lists(HOME, needed, None)
    found = read(session, ("listed",), lists=lists, known=known, access="b2b", tenant_id=TENANT_ID)
    assert (session.sent, known.keys() <= found.evidence.keys()) == ([], True)
    read(session, ("listed",), lists=lists, access="b2b", tenant_id=TENANT_ID)
    ((name, *sent),) = session.sent
    assert (name, known.keys() < {*sent}) == ("app", True)
