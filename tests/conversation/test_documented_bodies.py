# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies that Microsoft's documents show go through the real clients, the real reads and their shapes.

Each fixture is such a body in our own words: names and ids are invented, while structure, types, nulls, letter case and
oddities are the document's; ids of roles, plans and products are Microsoft's own. Beside the body stands the evidence
that each read has to make of it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import json
import pathlib
import pkgutil
import re
import types

import pytest
from documented import FIXTURES, Reply, fixture, serving
from documented_table import MET, NOT_MET

from ansible_collections.m365.defender.plugins.module_utils import _checks
from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.client_secret import ClientSecret
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import AppIdentity
from ansible_collections.m365.defender.plugins.module_utils._checks import registry
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import license_reads
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import path_of as path_of_read
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Tenant
from ansible_collections.m365.defender.plugins.module_utils._microsoft.arm import Arm
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Graph
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Http, origin_of
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    Owner,
    parse_effective,
    parse_groups,
    parse_session,
    unwrapped,
)

TENANT = "20000000-0000-4000-8000-000000000001"
PLACE = ReadTarget(TENANT, "Birch", "https://consent.example")
NOW = dt.datetime(2026, 5, 4, 10, 0, tzinfo=dt.UTC)
FIELDS = {
    "operator": "mira.holm@alder.example",
    "relationship_id": "r1",
    "mail": "mira.holm@alder.example",
    "external_name": "mira.holm_alder.example#EXT#@",
    "account": "a1",
    "principal": "a1",
    "tenant_id": "20000000-0000-4000-8000-000000000001",
    "home_tenant_id": "10000000-0000-4000-8000-000000000001",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("documented")) as running:
        yield running


@pytest.fixture
def waits(monkeypatch):
    """How long the client would have waited."""
    found = []
    monkeypatch.setattr(
        "ansible_collections.m365.defender.plugins.module_utils._microsoft.http.time.sleep", found.append
    )
    return found


def http_of(server):
    return Http(ca_path=server.ca_path, timeout=20, deadline=Deadline(120), pool=2)


def constants():
    """Every declared read by the name of its constant, where it is defined. GDAP and governance share a name."""
    reads = {}
    for module in pkgutil.walk_packages(_checks.__path__, f"{_checks.__name__}."):
        if "governance" not in module.name:
            loaded = importlib.import_module(module.name)
            source = pathlib.Path(str(loaded.__file__)).read_text(encoding="utf-8")
            defined = re.findall(r"^([A-Z_]+): t\.Final = ", source, re.MULTILINE)
            reads |= {name: getattr(loaded, name) for name in defined}
    wanted = [read for _check, _side, read in registry.ALL_READS]
    return {name: read for name, read in reads.items() if read in wanted}


CONSTANTS = constants()


def read_of(name):
    """By the name of its constant, or by what it is called in evidence."""
    by_what = {read.what: read for _check, _side, read in registry.ALL_READS}
    return by_what.get(name) or CONSTANTS[name]


def asked_of(name):
    # A document's example is about its own objects, and some lists of several: what was asked for is not compared.
    read = dataclasses.replace(read_of(name), stored_as=name, about=())
    return BoundRead(read, {key: value for key, value in FIELDS.items() if f"{{{key}}}" in read.path})


# What a token lacks is not asked: this one has the permission of every read.
EVERY_PERMISSION = sorted({name for _check, _side, read in registry.ALL_READS for name in (*read.app, *read.delegated)})


def token_of(server, *permissions):
    return BearerToken(
        "a-token-of-this-test", origin_of(server.base), TENANT, "app", {"tid": TENANT, "roles": list(permissions)}
    )


def read_all(server, *names, permissions=EVERY_PERMISSION):
    """Evidence of some reads of one service, by their names."""
    asked = [asked_of(name) for name in names]
    kind = Arm if asked[0].read.service == "arm" else Graph
    client = EvidenceReader(kind(http_of(server), server.base), lambda: NOW)
    return client.read(asked, token_of(server, *permissions), PLACE)


def path_of(name):
    version = "" if read_of(name).service == "arm" else "/v1.0"
    # The client leaves encoding to requests; the server sees what went over the wire.
    return version + path_of_read(asked_of(name)).replace(" ", "%20")


def told(piece):
    """Data, or the problem and what was said."""
    if piece.problem is None:
        return piece.data
    assert piece.data is None
    return {"problem": piece.problem.reason, "said": piece.problem.details.get("said")}


CASES = [(document, name) for document in sorted(MET) for name in fixture(document).get("evidence", {})]


@pytest.mark.parametrize(("document", "name"), CASES, ids=[f"{document}-{name}" for document, name in CASES])
def test_evidence_of_a_documented_body(server, document, name):
    shown = fixture(document)
    server.at(path_of(name), Reply(shown["body"], headers={"request-id": "r-1"}))
    piece = read_all(server, name)[name]
    assert told(piece) == shown["evidence"][name]
    assert (piece.identity, piece.at, piece.request_id) == ("app", "2026-05-04T10:00:00Z", "r-1")
    assert (piece.what, piece.provenance) == (read_of(name).what, "doc")


def test_every_document_is_met_or_has_its_reason():
    assert {path.stem for path in FIXTURES.iterdir()} == set(MET)
    assert not set(MET) & set(NOT_MET)
    assert all(fixture(document)["document"] == document for document in MET)
    assert all(reason.endswith(".") for reason in NOT_MET.values())


# Their documents show no body that was at hand.
WITHOUT_A_DOCUMENT = (
    "DEFENDER_ASSIGNMENTS",
    "DEFENDER_DEFINITIONS",
    "DELETED_BY_MAIL",
    "DELETED_BY_UPN",
    "ELIGIBLE_GROUPS",
    "OWN_ELIGIBLE_GROUPS",
    "OWN_TIMED_GROUPS",
    "SUBSCRIPTIONS",
    "SYNCHRONIZATION",
    "TIMED_GROUPS",
)


def test_every_read_meets_a_document_or_is_of_a_kind_with_one_that_does():
    met = {name for _document, name in CASES}
    twins = {
        "OWN_GROUPS": "OPERATOR_GROUPS",
        "OWN_DIRECTORY_ROLES": "DIRECTORY_ROLES",
        "ACCOUNTS_BY_OTHER_MAILS": "ACCOUNTS_BY_MAIL",
        "ELIGIBLE_ROLES": "TIMED_ROLES",
        "OWN_ELIGIBLE_ROLES": "TIMED_ROLES",
        "OWN_TIMED_ROLES": "TIMED_ROLES",
    }
    for name, read in CONSTANTS.items():
        if name.isupper() and hasattr(read, "shape") and name not in WITHOUT_A_DOCUMENT:
            twin = twins.get(name, name)
            assert twin in met, name
            assert read_of(twin).shape is read.shape


def test_one_batch_of_documented_bodies(server):
    names = ("ORGANIZATION", "SUBSCRIBED_SKUS", "SETTINGS_DEFAULT", "SETTINGS_PARTNER")
    documents = (
        "v1.0__organization-list__1_response",
        "v1.0__subscribedsku-list-new__response",
        "v1.0__crosstenantaccesspolicyconfigurationdefault-get__1_response",
        "v1.0__crosstenantaccesspolicyconfigurationpartner-get-new__response",
    )
    items = [
        {"id": str(number), "status": 200, "headers": {"Content-Type": "application/json"}, "body": fixture(d)["body"]}
        for number, d in enumerate(documents)
    ]
    # The order of the answers is not that of the requests [doc json-batching].
    server.at("/v1.0/$batch", Reply({"responses": items[::-1]}))
    found = read_all(server, *names)
    assert {name: told(found[name]) for name in names} == {
        name: fixture(document)["evidence"][name] for name, document in zip(names, documents, strict=True)
    }


def test_the_documented_batch(server):
    """Two answers, one of them with a next page on its own, two refusals of HTTP 403 and one of HTTP 405."""
    text = json.dumps(fixture("concepts__json-batching__response")["body"])
    shown = json.loads(text.replace("https://graph.microsoft.com", server.base))
    for item in shown["responses"]:
        item["id"] = str(int(item["id"]) - 1)
    link = shown["responses"][0]["body"]["@odata.nextLink"].removeprefix(server.base)
    server.at("/v1.0/$batch", Reply(shown, headers={"request-id": "outer"}))
    server.at(link, Reply({"value": [{"id": "x"}]}))
    names = ("DIRECTORY_ROLES", "RELATIONSHIPS", "SUBSCRIBED_SKUS", "ORGANIZATION", "OPERATOR_GROUPS")
    found = read_all(server, *names)
    assert told(found["DIRECTORY_ROLES"]) == {"roles": ["fe930be7-5e62-47db-91af-98c3a49a38b1"], "untold": 1}
    assert told(found["OPERATOR_GROUPS"]) == {
        "groups": {shown["responses"][4]["body"]["value"][0]["id"]: "Vera Lund"},
    }
    problems = {name: found[name].problem for name in names}
    # This refusal has an empty code: it could be anybody's.
    assert problems["RELATIONSHIPS"].reason == "read.foreign_answer"
    assert problems["SUBSCRIBED_SKUS"].reason == "read.forbidden"
    assert problems["SUBSCRIBED_SKUS"].details["said"] == (
        "HTTP 403 Authorization_RequestDenied: Insufficient privileges to complete the operation."
    )
    assert (problems["ORGANIZATION"].reason, problems["ORGANIZATION"].details["said"]) == (
        "read.failed",
        "HTTP 405 Request_BadRequest: Specified HTTP method is not allowed for the request target.",
    )
    # A refusal names its own request, an answer has the one of the whole batch.
    inner = shown["responses"][1]["body"]["error"]["innerError"]["request-id"]
    assert (found["RELATIONSHIPS"].request_id, found["DIRECTORY_ROLES"].request_id) == (inner, "outer")


def test_batch_item_that_depended_on_a_failed_one(server):
    """HTTP 424 [doc json-batching]. We declare no dependence; an answer that claims one is a failed read."""
    refused = {"error": {"code": "FailedDependency", "message": "Request id 0 failed"}}
    items = [{"id": "0", "status": 403, "body": refused}, {"id": "1", "status": 424, "body": refused}]
    server.at("/v1.0/$batch", Reply({"responses": items}, headers={"request-id": "r-1"}))
    found = read_all(server, "ORGANIZATION", "SETTINGS_DEFAULT")
    assert found["ORGANIZATION"].problem.reason == "read.forbidden"
    assert told(found["SETTINGS_DEFAULT"]) == {
        "problem": "read.failed",
        "said": "HTTP 424 FailedDependency: Request id 0 failed",
    }
    sent = json.loads(server.asked[-1][2])["requests"]
    assert [sorted(item) for item in sent] == [["headers", "id", "method", "url"]] * 2


def test_throttled_and_then_answered(server, waits):
    throttled = Reply(fixture("concepts__throttling-429__response")["body"], 429, {"Retry-After": "2.128"})
    shown = fixture("v1.0__organization-list__1_response")
    server.at(path_of("ORGANIZATION"), throttled, Reply(shown["body"]))
    assert told(read_all(server, "ORGANIZATION")["ORGANIZATION"]) == shown["evidence"]["ORGANIZATION"]
    assert waits == [2.128]


def test_throttled_to_the_end(server, waits):
    body = fixture("concepts__throttling-429__response")["body"]
    server.at(path_of("ORGANIZATION"), Reply(body, 429, {"Retry-After": "2.128"}))
    piece = read_all(server, "ORGANIZATION")["ORGANIZATION"]
    assert piece.problem.reason == "read.throttled"
    assert piece.request_id == body["error"]["innerError"]["request-id"]
    assert set(waits) == {2.128}


def test_throttled_inside_a_batch(server, waits):
    shown = fixture("v1.0__organization-list__1_response")
    body = fixture("concepts__throttling-429__response")["body"]
    trust = fixture("v1.0__crosstenantaccesspolicyconfigurationdefault-get__1_response")
    first = [
        {"id": "0", "status": 429, "headers": {"Retry-After": "2.128"}, "body": body},
        {"id": "1", "status": 200, "headers": {}, "body": trust["body"]},
    ]
    again = [{"id": "0", "status": 200, "headers": {}, "body": shown["body"]}]
    server.at("/v1.0/$batch", Reply({"responses": first}), Reply({"responses": again}))
    found = read_all(server, "ORGANIZATION", "SETTINGS_DEFAULT")
    assert told(found["ORGANIZATION"]) == shown["evidence"]["ORGANIZATION"]
    assert told(found["SETTINGS_DEFAULT"]) == trust["evidence"]["SETTINGS_DEFAULT"]
    assert waits == [2.128]


@pytest.mark.parametrize("status", [400, 404, 409, 416])
def test_the_documented_error(server, status):
    server.at(path_of("SETTINGS_DEFAULT"), Reply(fixture("concepts__errors__response")["body"], status))
    piece = read_all(server, "SETTINGS_DEFAULT")["SETTINGS_DEFAULT"]
    assert told(piece) == {
        "problem": "read.failed",
        "said": f"HTTP {status} invalidRange: Uploaded fragment overlaps with existing data.",
    }
    # The document writes placeholders, and a placeholder is what is told.
    assert piece.request_id == "request-id"


def test_a_404_of_another_word_is_not_taken_for_no_partner_entry(server):
    server.at(path_of("SETTINGS_PARTNER"), Reply(fixture("concepts__errors__response")["body"], 404))
    assert told(read_all(server, "SETTINGS_PARTNER")["SETTINGS_PARTNER"])["problem"] == "read.failed"


def test_the_documented_list_of_tenants_has_a_next_page(server):
    shown = fixture("arm__tenants-list__response")
    link = f"{server.base}/tenants?api-version=2022-12-01&$skiptoken=b3du"
    more = {"tenantId": TENANT.upper()}
    server.at(path_of("ARM_TENANTS"), Reply({**shown["body"], "nextLink": link}))
    server.at(link.removeprefix(server.base), Reply({"value": [more]}))
    piece = read_all(server, "ARM_TENANTS")["ARM_TENANTS"]
    assert piece.data == {"tenants": sorted([TENANT, *(row["tenantId"] for row in shown["body"]["value"])])}


def test_a_row_of_the_documented_list_of_partners_is_a_partner(server):
    (row,) = fixture("v1.0__crosstenantaccesspolicy-list-partners__1_response")["body"]["value"]
    server.at(path_of("SETTINGS_PARTNER"), Reply(row))
    data = read_all(server, "SETTINGS_PARTNER")["SETTINGS_PARTNER"].data
    assert (data["found"], data["inbound_trust"]) == (True, None)


@pytest.mark.parametrize("edition", ["list-new__response", "list__1_response"])
def test_a_documented_product_that_only_the_user_names(server, edition):
    wanted = ("enterprisepremium", "crmstandard")
    server.at(path_of("SUBSCRIBED_SKUS"), Reply(fixture(f"v1.0__subscribedsku-{edition}")["body"]))
    context = types.SimpleNamespace(case=types.SimpleNamespace(tenant=Tenant(TENANT, "Birch", licenses=wanted)))
    asked = license_reads(context)[:1]
    data = (
        EvidenceReader(Graph(http_of(server), server.base))
        .read(asked, token_of(server, *EVERY_PERMISSION), PLACE)["subscribed_skus"]
        .data
    )
    assert data["skus"] == [
        {"sku": "ENTERPRISEPREMIUM", "state": "Enabled", "units": 25, "plans": {"enterprisepremium": "Success"}},
        {"sku": "CRMSTANDARD", "state": "Suspended", "units": 0, "plans": {"crmstandard": "Disabled"}},
    ]
    assert data["other_skus"] == []


def test_a_claims_challenge_leaves_it_unknown(server):
    """The API refuses with HTTP 401 and asks for other claims [doc claims-challenge]. A batch or a read cannot ask."""
    shown = fixture("entra__claims-challenge")["body"]
    challenge = f'Bearer realm="", error="insufficient_claims", claims="{shown["www_authenticate_claims_base64"]}"'
    body = {"error": {"code": "InvalidAuthenticationToken", "message": "Continuous access evaluation resulted in ..."}}
    server.at(path_of("SETTINGS_DEFAULT"), Reply(body, 401, {"WWW-Authenticate": challenge, "request-id": "r-1"}))
    piece = read_all(server, "SETTINGS_DEFAULT", permissions=("Policy.Read.All",))["SETTINGS_DEFAULT"]
    assert (piece.data, piece.problem.reason, piece.problem.details["status"]) == (None, "read.forbidden", "401")
    assert shown["www_authenticate_claims_base64"] not in str(piece.problem)


def test_the_documented_refusal_of_entra(server):
    cloud = dataclasses.replace(CLOUDS["public"], login=server.base, graph=server.base)
    metadata = {
        "issuer": f"{server.base}/{TENANT}/v2.0",
        "authorization_endpoint": f"{server.base}/{TENANT}/oauth2/v2.0/authorize",
        "token_endpoint": f"{server.base}/{TENANT}/oauth2/v2.0/token",
    }
    server.at(f"/{TENANT}/v2.0/.well-known/openid-configuration", Reply(metadata))
    server.at(f"/{TENANT}/oauth2/v2.0/token", Reply(fixture("entra__aadsts-error__response")["body"], 400))
    identity = AppIdentity(
        http=http_of(server), cloud=cloud, client_id="c", credential=ClientSecret({"client_secret": "a-secret-of-ours"})
    )
    with pytest.raises(SignInError) as caught:
        identity.token(TENANT, "graph")
    said = (
        "AADSTS70011: The provided value for the input parameter 'scope' isn't valid."
        " The scope https://service.alder.example/activity.read isn't valid."
    )
    assert caught.value.problem.reason == "sign_in.refused"
    assert caught.value.problem.details == {"resource": "Microsoft Graph", "said": said}


def test_the_effective_group_of_a_capture_without_its_rows():
    """It counts one tenant and shows none: that one is hidden from this person [community]."""
    body = fixture("community__mtoapi-tenantgroups-effective__response")["body"]
    shown = parse_effective(body)
    assert (shown.hidden, shown.exposed, shown.identity.entity_type) == (1, {}, "TenantGroup")
    row = {"tenantId": TENANT.upper(), "name": "Birch", "tenantAadEnvironment": 1}
    whole = parse_effective({**body, "exposedTargetTenantsInfo": [row]})
    assert (whole.hidden, list(whole.exposed)) == (0, [TENANT])
    birch = whole.exposed[TENANT]
    assert (birch.name, birch.environment, birch.added_on) == ("Birch", 1, None)
    (group,) = parse_groups(body)
    assert (group.name, group.group_id, group.tenants) == (body["name"], body["tenantGroupId"], ())


def test_the_context_of_a_capture_says_nobody_s_name():
    """The multitenant form of the context holds no AuthInfo: whose session it is stays open [community]."""
    body = fixture("community__mtoapi-tenantcontext__response")["body"]
    assert unwrapped(body) == body["result"]
    assert parse_session(body) == Owner()
