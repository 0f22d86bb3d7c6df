# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever JSON comes back, a read is data or a problem, and a judge gives a verdict: no exception escapes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import types

import pytest
from bent_bodies import bend, places_of
from bodies import guid
from evidence import case, piece
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS, judge_access_checks
from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import READS, with_home
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import (
    judge_access as judge_access_method,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import trim_list
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import trim_defender_roles
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reads import token_data
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES
from ansible_collections.m365.defender.plugins.module_utils._core.model import (
    ACCESS_METHODS,
    BoundRead,
    Problem,
    Tenant,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer, Request
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Graph
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Response

ORIGIN = "https://graph.test:443"
# Every permission of every read: what a token lacks is not asked at all.
CLAIMS = {"tid": "x", "roles": sorted({name for _c, _s, read in ALL_READS for name in read.app})}
TOKEN = BearerToken("t", ORIGIN, "aaaaaaaa-0000-4000-8000-000000000001", "app", CLAIMS)
PLACE = ReadTarget("aaaaaaaa-0000-4000-8000-000000000001", "Contoso", "https://consent")
HOME = "bbbbbbbb-0000-4000-8000-000000000001"
ACCOUNT_ID, GROUP = guid("account"), guid("group")
PAIR = {"id": "g1", "governingTenantId": HOME, "governedTenantId": TOKEN.tenant_id}
POLICY = {
    "delegatedAdministrationRoleAssignments": [
        {"roleTemplates": [{"id": DEFENDER_ROLES[4], "name": "R"}], "group": {"id": GROUP}}
    ]
}
# Bodies as Microsoft sends them; each is bent in one place below.
GOOD = {
    "organization": {"value": [{"id": TOKEN.tenant_id, "displayName": "Contoso"}]},
    "operator": {
        "id": guid("operator"),
        "userPrincipalName": "a@b",
        "mail": None,
        "otherMails": [],
        "accountEnabled": True,
        "userType": "Member",
    },
    "gdap_customers": {"value": [{"tenantId": TOKEN.tenant_id, "displayName": "C"}]},
    "gdap_relationships": {
        "value": [
            {
                "id": "r",
                "displayName": "R",
                "status": "active",
                "endDateTime": "2030-01-01T00:00:00.1234567Z",
                "autoExtendDuration": "PT0S",
                "customer": {"tenantId": TOKEN.tenant_id, "displayName": "C"},
                "accessDetails": {"unifiedRoles": [{"roleDefinitionId": DEFENDER_ROLES[4]}]},
            }
        ]
    },
    "gdap_assignments": {
        "value": [
            {
                "status": "active",
                "accessContainer": {"accessContainerId": GROUP},
                "accessDetails": {"unifiedRoles": [{"roleDefinitionId": DEFENDER_ROLES[4]}]},
            }
        ]
    },
    "operator_groups": {"value": [{"id": GROUP, "displayName": "G"}]},
    "governance_relationships": {"value": [{**PAIR, "status": "Active", "policySnapshot": POLICY}]},
    "governance_requests": {"value": [{**PAIR, "status": "accepted", "requestDateTime": "2025-01-01T00:00:00Z"}]},
    "governance_invitations": {"value": [PAIR]},
    "subscribed_skus": {
        "value": [
            {
                "skuPartNumber": "SPE_E5",
                "capabilityStatus": "Enabled",
                "prepaidUnits": {"enabled": 1, "warning": 0},
                "servicePlans": [
                    {
                        "servicePlanId": "bf28f719-7844-4079-9c78-c1307898e192",
                        "servicePlanName": "MTP",
                        "provisioningStatus": "Success",
                    }
                ],
            }
        ]
    },
    "subscriptions": {
        "value": [
            {
                "skuPartNumber": "SPE_E5",
                "status": "Enabled",
                "isTrial": False,
                "nextLifecycleDateTime": "2030-01-01T00:00:00Z",
                "serviceStatus": [{"servicePlanId": "bf28f719-7844-4079-9c78-c1307898e192"}],
            }
        ]
    },
    "eligible_roles": {
        "value": [
            {
                "roleDefinitionId": DEFENDER_ROLES[4],
                "directoryScopeId": "/",
                "principalId": ACCOUNT_ID,
                "endDateTime": "2030-01-01T00:00:00Z",
                "memberType": "Direct",
            }
        ]
    },
    "timed_roles": {
        "value": [
            {
                "roleDefinitionId": DEFENDER_ROLES[4],
                "directoryScopeId": "/",
                "principalId": ACCOUNT_ID,
                "endDateTime": None,
                "assignmentType": "Assigned",
            }
        ]
    },
    "eligible_groups": {"value": [{"groupId": GROUP, "accessId": "member", "endDateTime": "2030-01-01T00:00:00Z"}]},
    "timed_groups": {
        "value": [
            {
                "groupId": GROUP,
                "accessId": "member",
                "endDateTime": "2026-11-23T12:30:00Z",
                "assignmentType": "activated",
            }
        ]
    },
    "directory_roles": {"value": [{"id": "d", "roleTemplateId": DEFENDER_ROLES[4]}]},
    "role_assignments": {"value": [{"roleDefinitionId": DEFENDER_ROLES[4], "directoryScopeId": "/"}]},
    "defender_role_assignments": {
        "value": [
            {
                "id": "x",
                "displayName": "X",
                "roleDefinitionId": "r",
                "principalIds": [ACCOUNT_ID, GROUP],
                "directoryScopeIds": ["/"],
                "appScopeIds": [],
            }
        ]
    },
    "defender_role_definitions": {
        "value": [{"id": "r", "displayName": "R", "rolePermissions": [{"allowedResourceActions": ["x/read"]}]}]
    },
    "cross_cloud_endpoints": {"displayName": "P", "allowedCloudEndpoints": ["microsoftonline.us"]},
    "identity_synchronization": {"tenantId": HOME, "userSyncInbound": {"isSyncAllowed": True}},
    "arm_tenants": {"value": [{"id": "/tenants/t", "tenantId": TOKEN.tenant_id}]},
    "incidents": {
        "value": [{"id": "1", "severity": "high", "status": "active"}],
        "@odata.nextLink": "https://graph.test/next",
    },
}
ALL_ALLOWED = {
    "usersAndGroups": {"accessType": "allowed", "targets": [{"target": "AllUsers", "targetType": "user"}]},
    "applications": {"accessType": "allowed", "targets": [{"target": "AllApplications", "targetType": "application"}]},
}
SETTINGS = {
    "inboundTrust": {"isMfaAccepted": True, "isCompliantDeviceAccepted": False},
    "b2bCollaborationInbound": ALL_ALLOWED,
    "b2bCollaborationOutbound": ALL_ALLOWED,
    "b2bDirectConnectInbound": None,
    "automaticUserConsentSettings": {"inboundAllowed": None, "outboundAllowed": True},
}
for name in ("cross_tenant_access_default", "home_cross_tenant_access_default"):
    GOOD[name] = {"isServiceDefault": False, **SETTINGS}
GOOD["cross_tenant_access_partner"] = {"tenantId": HOME, **SETTINGS}
GOOD["home_cross_tenant_access_partners"] = {"value": [{"tenantId": TOKEN.tenant_id, **SETTINGS}]}
GOOD["cross_cloud_default"] = {
    f"b2b{kind}{direction}bound": ALL_ALLOWED
    for kind in ("Collaboration", "DirectConnect")
    for direction in ("In", "Out")
}
GOOD["cross_cloud_partner"] = {**GOOD["cross_cloud_default"], "b2bCollaborationInbound": None}
ACCOUNT = {
    "id": ACCOUNT_ID,
    "userPrincipalName": "a_b#EXT#@t",
    "mail": "a@b",
    "userType": "Guest",
    "accountEnabled": True,
    "externalUserState": "Accepted",
    "identities": [{"issuer": "ExternalAzureAD"}],
}
for name in ("accounts_by_mail", "accounts_by_other_mails", "accounts_by_upn"):
    GOOD[name] = {"value": [ACCOUNT]}
GOOD["own_account"] = ACCOUNT
for name in ("deleted_by_mail", "deleted_by_upn"):
    GOOD[name] = {"value": [{**ACCOUNT, "deletedDateTime": "2026-11-20T00:00:00Z"}]}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def read_all(bodies):
    """Evidence about a tenant out of these bodies, by the real reader and shapes."""
    asked = [BoundRead(read) for _check, _side, read in ALL_READS]
    graph = types.SimpleNamespace(
        read=lambda requests, _token: {r.key: Answer(200, "https://graph.test", body=bodies[r.key]) for r in requests}
    )
    found = EvidenceReader(graph).read(asked, TOKEN, PLACE)
    return {
        key: with_home(piece, HOME) if key in [read.key for read in READS] else piece for key, piece in found.items()
    }


def test_bodies_as_microsoft_sends_them_are_read_and_judged():
    evidence = read_all(GOOD)
    assert [piece.problem for piece in evidence.values()] == [None] * len(evidence)
    for access in ACCESS_METHODS:
        assert judge(evidence, access).ready
    for access in ("auto", "governance"):
        assert judge_access(evidence, access).status == "verified"


def judge_access(evidence, access="auto"):
    """The access of the tenant, by its own list and as the operator."""
    lists = {
        "arm_tenants": trim_list(evidence["arm_tenants"], TOKEN.tenant_id),
        "gdap_customers": trim_list(evidence["gdap_customers"], TOKEN.tenant_id),
        "governance_relationships": trim_list(evidence["governance_relationships"], TOKEN.tenant_id),
        "operator_sign_in": piece("operator_sign_in", token_data({"tid": "x", "wids": []}, DEFENDER_ROLES)),
    }
    return judge_access_checks(case({**evidence, **lists}, access=access), CHECKS)


def judge(evidence, access="auto"):
    tenant = Tenant(TOKEN.tenant_id, "Contoso", access, DEFENDER_ROLES)
    home = Home("Northwind", "a@b", ("a@b",), {**evidence, "gdap_assignments/r": evidence["gdap_assignments"]})
    at_target = {key: item for key, item in evidence.items() if not key.startswith(("gdap_", "governance_"))}
    judged = case({**at_target, **home.about(tenant)}, access=access)
    return judge_requirements(judged)


OTHER = guid("another tenant")
BLOCKED = {
    "usersAndGroups": {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]},
    "applications": {"accessType": "blocked", "targets": [{"target": "AllApplications", "targetType": "application"}]},
}
DISABLED = {**ACCOUNT, "accountEnabled": False}
NOTHING = {what: {"value": []} for what, body in GOOD.items() if isinstance(body.get("value"), list)}


def altered(what, *places):
    """A body as Microsoft sends it, with other values in some places: (path, value)."""
    body = GOOD[what]
    for path, value in places:
        body = bend(body, path, value)
    return {what: body}


# Worlds by the bodies that differ: everything in order, everything out of order, and nothing there.
WORLDS = {
    "good": GOOD,
    "bad": {
        **GOOD,
        **altered("gdap_customers", (("value", 0, "tenantId"), OTHER)),
        **altered("arm_tenants", (("value", 0, "tenantId"), OTHER)),
        **altered("gdap_relationships", (("value", 0, "status"), "terminated")),
        **altered("governance_relationships", (("value", 0, "status"), "terminated")),
        **altered("subscribed_skus", (("value", 0, "capabilityStatus"), "Suspended")),
        **altered("cross_tenant_access_partner", (("inboundTrust", "isMfaAccepted"), False)),
        **altered("home_cross_tenant_access_partners", (("value", 0, "b2bCollaborationOutbound"), BLOCKED)),
        **altered("accounts_by_mail", (("value", 0, "accountEnabled"), False)),
        **altered("accounts_by_upn", (("value", 0, "accountEnabled"), False)),
        **altered("accounts_by_other_mails", (("value", 0, "accountEnabled"), False)),
        "own_account": DISABLED,
    },
    "not yet": {
        **GOOD,
        **altered("gdap_relationships", (("value", 0, "isPartnerConsentPending"), True)),
        **altered("gdap_assignments", (("value", 0, "status"), "pending")),
        **altered("subscribed_skus", (("value", 0, "prepaidUnits"), {"enabled": 0, "warning": 0})),
        **altered("directory_roles", (("value",), [])),
        **altered("role_assignments", (("value", 0, "directoryScopeId"), "/administrativeUnits/1")),
        **altered(
            "governance_relationships", (("value", 0, "policySnapshot"), {**POLICY, **{key: [] for key in POLICY}})
        ),
        **altered("cross_tenant_access_partner", (("b2bCollaborationInbound",), BLOCKED)),
    },
    "nothing": {**GOOD, **NOTHING, "organization": GOOD["organization"], "own_account": DISABLED},
}
# A null that Microsoft's documents give a meaning: what it replaces is then not stated, inherited, or without an end.
MEANINGFUL_NULLS = {
    "customer",
    "externalUserState",
    "b2bCollaborationInbound",
    "b2bCollaborationOutbound",
    "inboundTrust",
}
WRONG = (None, {}, [], "", "x", 0, True, -1, 1.5, [None], ["x"], {"x": 1}, [[]], {"value": []})


def evidence_of(read, bodies):
    """The evidence of one read out of these bodies."""
    answer = Answer(200, "https://graph.test", body=bodies[read.key])
    graph = types.SimpleNamespace(read=lambda requests, _token: {request.key: answer for request in requests})
    found = EvidenceReader(graph).read([BoundRead(read)], TOKEN, PLACE)[read.key]
    return with_home(found, HOME) if read.key in [other.key for other in READS] else found


def statuses(evidence):
    """The status of every verdict by every access method."""
    found = {}
    for access in ACCESS_METHODS:
        for report in (judge(evidence, access), judge_access(evidence, access)):
            found |= {(access, check): verdict.status for check, verdict in report.verdicts.items()}
    return found


def is_documented(path, old, new):
    """Tell whether a value may stand there by its type: a list, a flag, a number from 0, or a null with a meaning."""
    if not path:
        return new == {"value": []}
    if new is None:
        return path[-1:] and path[-1] in MEANINGFUL_NULLS
    if isinstance(old, bool) or isinstance(new, bool):
        return isinstance(old, bool) and isinstance(new, bool)
    if isinstance(old, int):
        return isinstance(new, int) and new >= 0
    return new == [] and isinstance(old, list)


@functools.cache
def judged_world(name):
    """The evidence of a world, and the status of every verdict."""
    evidence = read_all(WORLDS[name])
    return evidence, statuses(evidence)


@pytest.mark.parametrize("what", sorted({read.key for _check, _side, read in ALL_READS}))
@pytest.mark.parametrize("world", WORLDS)
def test_value_of_another_type_makes_a_verdict_unknown_at_most(world, what):
    bodies = WORLDS[world]
    evidence, before = judged_world(world)
    read = next(read for _check, _side, read in ALL_READS if read.key == what)
    # What a verdict says of a read that failed depends on the reason alone.
    known, wrong = {signature(evidence[what]): before}, []
    for path in places_of(bodies[what]):
        for value in WRONG:
            bent = evidence_of(read, {what: bend(bodies[what], path, value)})
            if signature(bent) not in known:
                known[signature(bent)] = statuses({**evidence, what: bent})
            after = known[signature(bent)]
            changed = {key: (before[key], after[key]) for key in before if after[key] not in (before[key], "unknown")}
            if changed and not is_documented(path, value_at(bodies[what], path), value):
                wrong.append((path, value, changed))
    assert not wrong


def signature(evidence):
    return json.dumps(evidence.problem.reason if evidence.problem else evidence.data)


def value_at(body, path):
    for key in path:
        body = body[key]
    return body


@given(
    st.sampled_from(sorted(GOOD)).flatmap(
        lambda what: st.tuples(st.just(what), st.sampled_from(list(places_of(GOOD[what]))))
    ),
    anything,
)
def test_one_bent_place_escapes_nowhere(where, value):
    what, path = where
    evidence = read_all({**GOOD, what: bend(GOOD[what], path, value)})
    for access in ("auto", "governance"):
        report = judge(evidence, access)
        assert set(report.verdicts) == {"access", "license", "permissions", "mfa_trust"}
        json.dumps(report.as_dict())
        json.dumps(judge_access(evidence, access).as_dict())


@given(
    st.sampled_from([what for what in sorted(GOOD) if what.startswith("cross_cloud_")]).flatmap(
        lambda what: st.tuples(st.just(what), st.sampled_from(list(places_of(GOOD[what]))))
    ),
    anything,
)
def test_one_bent_place_of_the_home_policy_leaves_another_cloud_unknown(where, value):
    what, path = where
    evidence = read_all({**GOOD, what: bend(GOOD[what], path, value)})
    problem = Problem("read.other_cloud", {"cloud": "dod", "run_cloud": "public"})
    settings = {key: row for key, row in evidence.items() if key.startswith("cross_cloud_")}
    unread = {key: dataclasses.replace(row, data=None, problem=problem) for key, row in evidence.items()}
    unread = {key: row for key, row in unread.items() if key.startswith(("accounts_", "organization"))}
    report = judge_requirements(case({**unread, **settings}, access="b2b", cloud="dod"))
    assert (report.verdicts["access"].status, report.verdicts["access"].reason) == ("unknown", "read.other_cloud")
    assert report.verdicts["access"].caveats
    json.dumps(report.as_dict())


@given(
    st.sampled_from(["account_groups", "defender_role_assignments", "defender_role_definitions"]).flatmap(
        lambda what: st.tuples(
            st.just(what),
            st.sampled_from(list(places_of(GOOD["operator_groups" if what == "account_groups" else what]))),
        )
    ),
    anything,
)
def test_one_bent_place_of_defenders_own_roles_makes_nothing_met(where, value):
    what, path = where
    key = "operator_groups" if what == "account_groups" else what
    without = {"directory_roles": {"value": []}, "role_assignments": {"value": []}, "eligible_roles": {"value": []}}
    evidence = read_all({**GOOD, **without, key: bend(GOOD[key], path, value)})
    found = {**evidence, "account_groups": evidence["operator_groups"]}
    one = case({k: v for k, v in found.items() if not k.startswith(("gdap", "cross_cloud"))}, access="b2b")
    told = trim_defender_roles(one, ACCOUNT_ID, {k: v for k, v in found.items() if k.startswith("defender_role_")})
    for evidence_told in (one.evidence, {**one.evidence, **told}):
        verdict = judge_permissions(dataclasses.replace(one, evidence=evidence_told), judge_access_method(one))
        assert verdict.status != "met"
        json.dumps(verdict.as_dict())


@given(anything)
def test_any_body_at_all_escapes_nowhere(value):
    evidence = read_all(dict.fromkeys(GOOD, value))
    for access in ("auto", "governance"):
        assert not judge(evidence, access).ready
        assert judge_access(evidence, access).status != "verified"


@given(st.lists(st.sampled_from([GOOD["incidents"], GOOD["arm_tenants"]["value"][0]["tenantId"], None]), max_size=2))
def test_claims_of_any_form_are_told(wids):
    assert token_data({"wids": wids}, DEFENDER_ROLES)["roles"] == []


class FakeHttp:
    """Answers every request with the same body."""

    def __init__(self, body):
        self.body = body
        self.deadline = Deadline(0)

    def send(self, method, url, **_options):
        return Response(method, url, 200, {}, json.dumps(self.body).encode())


REQUESTS = [Request("a", "/a"), Request("b", "/b")]


@given(
    anything
    | st.fixed_dictionaries(
        {
            "responses": st.lists(
                anything
                | st.fixed_dictionaries(
                    {"id": st.sampled_from(["0", "1", 0]), "status": anything, "headers": anything, "body": anything}
                ),
                max_size=3,
            )
        }
    )
)
def test_any_batch_answer_is_an_answer(body):
    found = Graph(FakeHttp(body), "https://graph.test").read(REQUESTS, TOKEN)
    assert set(found) == {"a", "b"}


@given(st.fixed_dictionaries({"value": anything, "@odata.nextLink": st.just("https://graph.test/next") | anything}))
def test_any_page_is_an_answer(body):
    found = Graph(FakeHttp(body), "https://graph.test").read(REQUESTS[:1], TOKEN)["a"]
    assert found.partial or not found.ok or body["@odata.nextLink"] is None


@pytest.mark.parametrize("text", [5, "", None, "yesterday", "2026-13-01", [], True])
def test_end_that_is_no_time_is_never_in_force(text):
    body = bend(GOOD["gdap_relationships"], ("value", 0, "endDateTime"), text)
    report = judge(read_all({**GOOD, "gdap_relationships": body}))
    assert report.verdicts["access"].reason != "access.gdap_in_force"


def test_clock_of_evidence_is_utc():
    assert all(dt.datetime.fromisoformat(piece.at).tzinfo for piece in read_all(GOOD).values())


def test_number_without_end_is_a_problem():
    body = bend(GOOD["subscribed_skus"], ("value", 0, "prepaidUnits", "enabled"), float("inf"))
    report = judge(read_all({**GOOD, "subscribed_skus": body}))
    assert report.verdicts["license"].reason == "read.failed"
    assert report.verdicts["access"].status == "met"
