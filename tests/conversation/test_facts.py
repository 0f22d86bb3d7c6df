# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The facts against the lab, over real TLS: what is told when something goes wrong, and what is never told."""

from __future__ import annotations

import json
import typing as t

import pytest
from worlds import HOME_ID, OPERATOR, declared, guest_tenant, tenant, tenant_id, write_world

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import requirement_facts
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from lab.process import start_lab


def result(lab, rows, **changes):
    """What the module would return."""
    connection = lab.connection
    options = {
        "home_tenant_id": connection["home_tenant_id"],
        "client_id": connection["client_id"],
        "client_secret": connection["client_secret"],
        "operator": connection["operator"],
        "endpoints": {name: connection[name] for name in ("login", "graph")},
        "ca_path": connection["ca_path"],
        **changes,
    }
    tenants = parse_tenants(rows, connection["home_tenant_id"])
    return requirement_facts(Session(resolve_connection(options, {})), tenants)


def facts(lab, rows, **changes):
    """The rows that the module would return, in order."""
    found = result(lab, rows, **changes)
    assert "failed" not in found.assessment.run.returned
    assert found.assessment.run.home_tenant_id == lab.connection["home_tenant_id"]
    return [report.as_dict() for report in found.assessment.rows]


def failure(lab, rows, **changes):
    """The result of a run that could not sign in to the home tenant: its rows are complete, and nothing is known."""
    found = result(lab, rows, **changes).as_dict()
    assert found["failed"] is True
    told = found["ansible_facts"]["mto_requirements"].values()
    assert [row["tenant_id"] for row in told] == [row["tenant_id"] for row in rows]
    for row in told:
        assert row["ready"] is False
        assert {verdict["status"] for verdict in row["requirements"].values()} == {"unknown"}
        assert row["reason"] == found["home_problem"]["reason"]
        assert row["first_broken"] in ("sign_in", "consent")
    return found


def pairs(rows):
    return [(row["first_broken"], row["reason"]) for row in rows]


def reasons(row):
    return {link: verdict["reason"] for link, verdict in row["requirements"].items()}


def fault(**fields: t.Any) -> dict[str, t.Any]:
    return {"faults": [fields]}


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """Two tenants in order: one by GDAP, one by B2B."""
    world = write_world(tmp_path_factory.mktemp("calm"), tenant(1), guest_tenant(2))
    with start_lab(world=world) as lab:
        yield lab


CALM = declared(tenant(1), guest_tenant(2))


def test_both_methods_in_order(calm):
    rows = facts(calm, CALM)
    assert pairs(rows) == [(None, None), (None, None)]
    assert [row["ready"] for row in rows] == [True, True]
    assert reasons(rows[0])["permissions"] == "permissions.role_via_gdap"
    assert reasons(rows[1])["permissions"] == "permissions.role_direct"


def test_auto_finds_the_way(calm):
    rows = facts(calm, [{**row, "access": "auto"} for row in CALM])
    assert [reasons(row)["access"] for row in rows] == ["access.gdap_in_force", "access.guest_accepted"]


def test_evidence_tells_its_source(calm):
    for row in facts(calm, CALM):
        for verdict in row["requirements"].values():
            assert verdict["evidence"]
            for piece in verdict["evidence"]:
                assert piece["url"].startswith(calm.connection["graph"])
                assert (piece["identity"], piece["provenance"]) == ("app", "doc")
                assert piece["request_id"]
                assert piece["at"].endswith("Z")


def test_refresh_token_of_a_confidential_client_needs_its_credential(calm):
    found = failure(calm, CALM, client_secret=None, refresh_token=calm.connection["refresh_token"])
    assert "AADSTS7000218" in found["msg"]
    assert found["home_problem"]["reason"] == "sign_in.credential_missing"


def test_both_identities_read_as_the_app(calm):
    rows = facts(calm, CALM, refresh_token=calm.connection["refresh_token"])
    assert pairs(rows) == [(None, None), (None, None)]
    identities = {p["identity"] for row in rows for v in row["requirements"].values() for p in v["evidence"]}
    assert identities == {"app"}


def test_wrong_secret_fails_and_says_so(calm):
    found = failure(calm, CALM, client_secret="wrong-secret-value")
    assert "AADSTS7000215: Invalid client secret" in found["msg"]
    assert found["home_problem"]["reason"] == "sign_in.secret_wrong"
    assert "Trace ID" not in str(found)
    assert "wrong-secret-value" not in str(found)


def test_unknown_home_tenant_fails(calm):
    found = failure(calm, CALM, home_tenant_id="99999999-0000-4000-8000-000000000009")
    assert "AADSTS90002" in found["msg"]
    assert "correct home_tenant_id" in found["msg"]


def test_unknown_operator_fails(calm):
    found = failure(calm, CALM, operator="nobody@northwindmsp.example")
    assert "operator: there is no user 'nobody@northwindmsp.example'" in found["msg"]
    assert found["home_problem"]["reason"] == "sign_in.operator_not_found"


def test_operator_by_object_id(calm):
    found = facts(calm, CALM)[0]["requirements"]["access"]["message"]
    assert OPERATOR in found


def test_unknown_target_is_a_row(calm):
    stranger = {"tenant_id": tenant_id(77), "name": "Typo", "access": "b2b"}
    rows = facts(calm, [*CALM, stranger])
    assert pairs(rows) == [(None, None), (None, None), ("access", "access.tenant_not_found")]


def test_untrusted_certificate_fails_and_names_the_option(calm, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    found = failure(calm, CALM, ca_path=None)
    assert "not trusted (see ca_path)" in found["msg"]


def test_ca_path_wins_over_the_environment(calm, monkeypatch, tmp_path):
    other = tmp_path / "other.pem"
    other.write_text("")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(other))
    assert pairs(facts(calm, CALM)) == [(None, None), (None, None)]


def test_ca_path_that_is_not_there(calm):
    with pytest.raises(OptionError, match=r"ca_path: .* does not exist"):
        facts(calm, CALM, ca_path="does-not-exist.pem")


def test_netrc_replaces_nothing(calm, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert pairs(facts(calm, CALM)) == [(None, None), (None, None)]


def test_unreachable_proxy_fails_and_says_so(calm, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    found = failure(calm, CALM, deadline=5)
    assert found["home_problem"]["reason"] == "sign_in.unreachable"
    assert "the proxy of the environment (HTTPS_PROXY) does not answer" in found["msg"]


def test_token_cache_saves_the_next_sign_in(calm, tmp_path):
    cache = tmp_path / "tokens"
    facts(calm, CALM, token_cache=str(cache))
    files = list(cache.iterdir())
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    before = sum(row["path"].endswith("/token") for row in calm.requests())
    facts(calm, CALM, token_cache=str(cache))
    assert sum(row["path"].endswith("/token") for row in calm.requests()) == before


def test_nothing_secret_in_the_result(calm):
    text = json.dumps(facts(calm, CALM))
    assert calm.connection["client_secret"] not in text
    assert "eyJ" not in text


BROKEN = [
    ("no_consent", {"consent": "none"}, ("consent", "consent.app_not_in_tenant")),
    ("little_consent", {"consent": ["User.Read.All"]}, ("consent", "consent.permission_missing")),
    ("throttled_for_ever", fault(kind="throttle", retry_after="0.01"), ("license", "read.throttled")),
    ("throttled_in_batch", fault(kind="throttle", retry_after="0.01", in_batch=True), ("license", "read.throttled")),
    ("server_error", fault(kind="error", status=503, retry_after="0.01"), ("license", "read.failed")),
    ("html", fault(kind="html"), ("license", "read.failed")),
    ("reset", fault(kind="reset"), ("license", "read.unreachable")),
    ("truncated", fault(kind="truncate"), ("license", "read.unreachable")),
    ("login_down", fault(host="login", kind="error", status=503, retry_after="0.01"), ("sign_in", "sign_in.no_answer")),
    ("login_throttled", fault(host="login", kind="throttle", retry_after="0.01"), ("sign_in", "sign_in.throttled")),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """One tenant for each thing that can go wrong, each between two that are in order."""
    rows = [tenant(number, **fields) for number, (_name, fields, _pair) in enumerate(BROKEN, start=10)]
    world = write_world(tmp_path_factory.mktemp("broken"), tenant(1), *rows, guest_tenant(2))
    with start_lab(world=world) as lab:
        yield facts(lab, declared(tenant(1), *rows, guest_tenant(2)))


@pytest.mark.parametrize(("index", "pair"), [pytest.param(n, row[2], id=row[0]) for n, row in enumerate(BROKEN, 1)])
def test_what_goes_wrong_in_a_target_is_its_row(broken, index, pair):
    row = broken[index]
    assert not row["ready"]
    assert row["requirements"]["license"]["status"] == "unknown"
    assert (row["first_broken"], row["reason"]) == pair


def test_the_others_are_not_hidden(broken):
    assert pairs([broken[0], broken[-1]]) == [(None, None), (None, None)]
    assert [row["name"] for row in broken] == [
        "Customer 1",
        *(f"Customer {n}" for n in range(10, 10 + len(BROKEN))),
        "Customer 2",
    ]


@pytest.mark.parametrize(
    "passing",
    [
        pytest.param({"kind": "throttle", "seconds": 0.5, "retry_after": "0.2"}, id="throttle"),
        pytest.param({"kind": "throttle", "seconds": 0.5, "retry_after": "0.2", "in_batch": True}, id="in_batch"),
        pytest.param({"kind": "error", "status": 503, "times": 1}, id="error"),
        pytest.param({"kind": "reset", "times": 1}, id="reset"),
        pytest.param({"kind": "truncate", "times": 1}, id="truncate"),
        pytest.param({"kind": "slow", "seconds": 0.2}, id="slow"),
        pytest.param({"host": "login", "kind": "throttle", "times": 2, "retry_after": "0.1"}, id="login"),
    ],
)
def test_what_passes_is_not_told(tmp_path, passing):
    row = guest_tenant(1, faults=[passing])
    with start_lab(world=write_world(tmp_path, row)) as lab:
        assert pairs(facts(lab, declared(row))) == [(None, None)]


@pytest.mark.parametrize("in_batch", [False, True])
def test_giving_up_is_bounded(tmp_path, in_batch):
    row = tenant(1, faults=[{"kind": "throttle", "retry_after": "0.01", "in_batch": in_batch}])
    with start_lab(world=write_world(tmp_path, row)) as lab:
        assert pairs(facts(lab, declared(row))) == [("license", "read.throttled")]
        sent = [r for r in lab.requests() if r["tenant"] == tenant_id(1) and r["host"] == "graph"]
    assert len(sent) == 5


def test_deadline_gives_every_tenant_its_row(tmp_path):
    slow = tenant(1, faults=[{"kind": "slow", "seconds": 30}])
    with start_lab(world=write_world(tmp_path, slow, tenant(2))) as lab:
        rows = facts(lab, declared(slow, tenant(2)), deadline=3)
    assert [row["ready"] for row in rows] == [False, True]
    assert rows[0]["reason"] in ("read.deadline", "read.unreachable")


def test_gdap_in_many_pages_is_read_to_its_end(tmp_path):
    rows = [tenant(number) for number in range(1, 46)]
    with start_lab(world=write_world(tmp_path, *rows)) as lab:
        assert set(pairs(facts(lab, declared(*rows)))) == {(None, None)}
        batches = [row for row in lab.requests() if row["tenant"] == HOME_ID and row["path"].endswith("$batch")]
    assert len(batches) == 4


def test_home_without_permission_leaves_gdap_unknown_and_names_the_permission(tmp_path):
    rows = [tenant(1), guest_tenant(2)]
    world = write_world(tmp_path, *rows, app_permissions=["User.Read.All", "Organization.Read.All", "Policy.Read.All"])
    with start_lab(world=world) as lab:
        first, second = facts(lab, declared(*rows))
    assert (first["first_broken"], first["reason"]) == ("consent", "consent.permission_missing")
    assert "DelegatedAdminRelationship.Read.All" in first["requirements"]["access"]["remedy"]
    assert second["ready"]


def test_operator_alone_who_is_disabled_at_home_has_no_access(tmp_path):
    """The home tenant says 50057: the run fails, and its rows say what that means for every tenant."""
    operator = {"upn": OPERATOR, "groups": ["SOC analysts"], "enabled": False}
    world = write_world(tmp_path, tenant(1), guest_tenant(2), operator=operator, public_client=True)
    with start_lab(world=world) as lab:
        token = lab.connection["refresh_token"]
        found = result(lab, CALM, client_secret=None, refresh_token=token, operator=None).as_dict()
    assert found["failed"] is True
    assert found["home_problem"]["reason"] == "access.operator_disabled"
    assert "enable the account" in found["msg"]
    for row in found["ansible_facts"]["mto_requirements"].values():
        assert (row["first_broken"], row["reason"]) == ("access", "access.operator_disabled")
        assert row["requirements"]["access"]["status"] == "unmet"


def test_own_object_says_which_of_two_accounts_counts(tmp_path):
    """With both identities the operator is asked; the app alone cannot know."""
    row = guest_tenant(1, guests=[{"roles": ["Security Reader"]}, {}])
    with start_lab(world=write_world(tmp_path, row)) as lab:
        (alone,) = facts(lab, declared(row))
        (both,) = facts(lab, declared(row), refresh_token=lab.connection["refresh_token"])
    assert (alone["first_broken"], alone["reason"]) == ("access", "access.guest_ambiguous")
    assert reasons(both)["access"] == "access.guest_accepted"
    assert both["ready"] is True
