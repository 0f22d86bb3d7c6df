# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clouds: what is not there is not asked, and addresses that nobody has published have to be given."""

from __future__ import annotations

import dataclasses
import types

import pytest
from evidence import account, account_evidence, case, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    READS as GOVERNANCE_READS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import CUSTOMERS
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS, CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import CLOUDS, mto_address, resolve_cloud
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Read
from ansible_collections.m365.defender.plugins.module_utils._microsoft import cloud_features as features
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
from ansible_collections.m365.defender.plugins.module_utils._microsoft.cloud_features import (
    FEATURES,
    CloudFeatures,
    existence,
)
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import open_source
from ansible_collections.m365.defender.plugins.module_utils._view.options import PortalOptions

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
PLACE = ReadTarget(TENANT, "Contoso", "https://consent")
TOKEN = BearerToken("t", "https://graph", TENANT, "app", {})
NO_SEGMENT = "HTTP 400 BadRequest: Resource not found for the segment 'delegatedAdminRelationships'."
# The sources of a small world: /a is everywhere, /b in Prod alone, of /c the documents say less than the metadata.
SOURCES = CloudFeatures(
    sha256={},
    schema_of_cloud=FEATURES.schema_of_cloud,
    in_schemas={"/a": ("Prod", "Fairfax"), "/b": ("Prod",), "/c": ("Prod", "Fairfax"), "/d": ()},
    documented={"/c": ("public", "gcc"), "/d": ("public", "gcc"), "/e": ("public", "gcc")},
)


def read(path, version="v1.0", service="graph", **fields):
    return Read("it", "it", path, (), (), lambda body: body, versions=(version,), service=service, **fields)


class FakeGraph:
    """Answers everything alike; tells what it was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def read(self, requests, _token):
        self.asked += [request.key for request in requests]
        return {request.key: self.answer for request in requests}


def evidence_of(one, answer, cloud):
    graph = FakeGraph(answer)
    asked = [BoundRead(one), BoundRead(ORGANIZATION)]
    found = EvidenceReader(graph, cloud=cloud).read(asked, TOKEN, PLACE)
    assert list(found) == [one.key, "organization"]
    return graph.asked, found[one.key]


def test_what_the_cloud_has_not_is_not_asked(monkeypatch):
    monkeypatch.setattr(features, "FEATURES", SOURCES)
    asked, piece = evidence_of(read("/b"), Answer(200, "u", body={}), "dod")
    assert asked == ["organization"]
    assert piece.data is None
    assert (piece.problem.reason, piece.problem.details["cloud"]) == ("read.not_in_cloud", "dod")
    assert piece.problem.details["where"] == "Contoso"


@pytest.mark.parametrize(
    ("cloud", "status", "error", "reason"),
    [
        ("gcc_high", 400, NO_SEGMENT, "read.not_in_cloud"),
        ("dod", 404, NO_SEGMENT, "read.not_in_cloud"),
        ("gcc_high", 400, "HTTP 400 BadRequest: Invalid filter clause", "read.failed"),
        ("gcc_high", 500, NO_SEGMENT, "read.failed"),
        ("public", 400, NO_SEGMENT, "read.failed"),
        ("gcc_high", 429, "", "read.throttled"),
    ],
)
def test_where_only_documents_say_no_graph_is_asked(cloud, status, error, reason):
    asked, piece = evidence_of(CUSTOMERS, Answer(status, "u", code="BadRequest", error=error), cloud)
    assert asked == [CUSTOMERS.key, "organization"]
    assert piece.problem.reason == reason


def test_path_that_leads_nowhere_is_no_word_about_an_object():
    """Else a cloud without partner entries would look like a tenant that has none."""
    error = "HTTP 404 ResourceNotFound: Resource not found for the segment 'partners'."
    _asked, piece = evidence_of(SETTINGS_PARTNER, Answer(404, "u", code="ResourceNotFound", error=error), "public")
    assert piece.problem.reason == "read.failed"


def test_no_permission_is_asked_for_what_the_cloud_has_not(monkeypatch):
    one = read("/b")
    needs = (dataclasses.replace(one, app=("Some.Read.All",)), SETTINGS_DEFAULT)
    sources = dataclasses.replace(SOURCES, in_schemas={**FEATURES.in_schemas, "/b": ("Prod",)})
    monkeypatch.setattr(features, "FEATURES", sources)
    identity = types.SimpleNamespace(
        name="app", token=lambda tenant, _service: BearerToken("t", "https://graph", tenant, "app", {"tid": tenant})
    )
    session = object.__new__(Session)
    session._identities, session._missing = [identity], {}
    session._reader = EvidenceReader(FakeGraph(None), cloud="dod")
    place = dataclasses.replace(PLACE, needs=needs)
    session.read([BoundRead(SETTINGS_DEFAULT)], place)
    assert [row["permission"] for row in session.missing_permissions(place)] == ["Policy.Read.All"]


@pytest.mark.parametrize(
    ("access", "accounts", "reason"),
    [
        ("auto", account_evidence(account()), "access.guest_accepted"),
        ("auto", account_evidence(), "access.guest_missing"),
        ("auto", {key: unread(key) for key in account_evidence()}, "read.throttled"),
        ("gdap", account_evidence(account()), "read.not_in_cloud"),
    ],
)
def test_where_the_cloud_has_no_gdap_the_guest_decides(access, accounts, reason):
    gdap = {"gdap_relationships": unread("gdap_relationships", "read.not_in_cloud")}
    found = judge_access(case({**gdap, **accounts}, access=access))
    assert found.verdict.reason == reason
    assert found.proven is (found.verdict.status == "met")


@pytest.mark.parametrize("cloud", sorted(CLOUDS))
def test_every_read_that_decides_is_asked_somewhere_or_told(cloud):
    """Nothing that we read is denied by both sources, in any cloud we know, without anybody having noticed."""
    denied = {one.path for _check, _side, one in ALL_READS if existence(one, cloud) == "no" and not one.optional}
    preview = {one.path for one in GOVERNANCE_READS} if cloud in ("gcc_high", "dod") else set()
    assert denied == preview


@pytest.mark.parametrize("cloud", sorted(CLOUDS))
def test_address_of_the_multitenant_portal(cloud):
    found = CLOUDS[cloud]
    if found.mto is not None:
        assert mto_address(found) == "https://mto.security.microsoft.com"
        return
    with pytest.raises(OptionError, match=rf"endpoints\.mto: .* in cloud {cloud} is not published"):
        mto_address(found)
    given = resolve_cloud(cloud, {"mto": "https://mto.example/"})
    assert mto_address(given) == "https://mto.example"


def connection(cloud):
    return types.SimpleNamespace(cloud=CLOUDS[cloud], deadline=1, ca_path=None, timeout=1, home_tenant_id=TENANT)


def test_session_of_an_unpublished_portal_needs_its_address():
    session = PortalOptions(session={"sccauth": "a", "XSRF-TOKEN": "b"})
    with pytest.raises(OptionError, match=r"endpoints\.mto"):
        open_source(session, connection("dod"))


def test_cookies_without_a_session_say_that_the_address_is_missing(tmp_path):
    path = tmp_path / "cookies.txt"
    path.write_text("# Netscape HTTP Cookie File\nother.example\tTRUE\t/\tTRUE\t0\ta\tb\n", encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(OptionError, match=r"security\.microsoft\.us .*endpoints\.mto"):
        open_source(PortalOptions(cookies_file=str(path)), connection("gcc_high"))


def test_steps_without_a_session_name_the_missing_address():
    assert open_source(PortalOptions(), connection("public")).url == "https://mto.security.microsoft.com"
    assert "give endpoints.mto" in open_source(PortalOptions(), connection("gcc_high")).url


@pytest.mark.parametrize("cloud", sorted(CLOUDS))
def test_sentences_name_the_portal_of_the_runs_cloud(cloud):
    one = dataclasses.replace(case({}), defender_portal=CLOUDS[cloud].portal)
    assert f"{CLOUDS[cloud].portal}/?tid=" in one.verdict("defender", "defender.not_provisioned").remedy


def test_no_sentence_names_the_portal_of_one_cloud():
    texts = [row.sentence + row.remedy for row in CATALOGUE.reasons.values()]
    texts += [row.sentence + row.remedy for row in CATALOGUE.caveats.values()]
    assert not [text for text in texts if "security.microsoft.com" in text]
