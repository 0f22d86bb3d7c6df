# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access against the lab, over real TLS: what is told of each state, and what is never told."""

from __future__ import annotations

import json
import re

import pytest
from worlds import HOME_ID, OPERATOR, declared, guest_tenant, tenant, tenant_id, write_world

from ansible_collections.m365.defender.plugins.module_utils._assess.access import parse_checks, verify_access
from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import REASON_OF
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from lab.data.aadsts import ERRORS
from lab.process import start_lab


def access(lab, rows, *, checks=None, **changes):
    """The module's result; both identities, unless `changes` say otherwise."""
    connection = lab.connection
    names = ("home_tenant_id", "client_id", "client_secret", "refresh_token", "operator", "ca_path")
    options = {
        **{name: connection[name] for name in names},
        "endpoints": {name: connection[name] for name in ("login", "graph", "arm")},
        **changes,
    }
    tenants = parse_tenants(rows, connection["home_tenant_id"])
    return verify_access(Session(resolve_connection(options, {})), tenants, parse_checks(checks)).as_dict()


def told(row):
    return {check: row[check]["reason"] for check in ("listed", "sign_in", "defender")}


def caveats(verdict):
    return [caveat["reason"] for caveat in verdict["caveats"]]


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """Two tenants in order: one by GDAP, one by B2B."""
    world = write_world(tmp_path_factory.mktemp("calm"), tenant(1), guest_tenant(2))
    with start_lab(world=world) as lab:
        yield lab


CALM = declared(tenant(1), guest_tenant(2))


def test_both_methods_are_verified(calm):
    found = access(calm, CALM)
    assert found["verified"] is True
    assert [row["status"] for row in found["tenants"]] == ["verified", "verified"]
    assert [row["method"] for row in found["tenants"]] == ["gdap", "b2b"]
    assert [told(row)["listed"] for row in found["tenants"]] == ["access.listed_gdap", "access.listed_b2b"]
    for row in found["tenants"]:
        assert (row["first_broken"], row["reason"]) == (None, None)
        assert caveats(row["sign_in"]) == ["sign_in.not_the_portal"]
        assert caveats(row["defender"]) == []
        pieces = [piece for check in ("sign_in", "defender") for piece in row[check]["evidence"]]
        assert {piece["identity"] for piece in pieces} == {"operator"}
    assert found["operator"] == OPERATOR
    assert found["warnings"] == []


def test_auto_finds_the_list(calm):
    found = access(calm, [{**row, "access": "auto"} for row in CALM])
    assert [row["method"] for row in found["tenants"]] == ["gdap", "b2b"]
    assert found["verified"] is True


def test_targets_are_read_as_the_operator(calm):
    before = len(calm.requests())
    access(calm, CALM)
    graph = [row for row in calm.requests()[before:] if row["host"] == "graph" and row["tenant"] != HOME_ID]
    assert {row["identity"] for row in graph} == {"operator"}
    assert {row["path"] for row in graph} == {"/v1.0/security/incidents"}


def test_no_secret_and_no_incident_is_told(calm):
    text = json.dumps(access(calm, CALM))
    secrets = [calm.connection[name] for name in ("client_secret", "refresh_token", "colleague_refresh_token")]
    for secret in (*secrets, "eyJ", "incidentWebUrl", "Suspicious"):
        assert secret not in text


def test_tenant_sees_three_requests_at_most(calm):
    """Two tokens and one read as the operator."""
    before = len(calm.requests())
    access(calm, CALM)
    for number in (1, 2):
        new = calm.requests()[before:]
        mine = [row for row in new if row["tenant"] == tenant_id(number) or tenant_id(number) in row["path"]]
        assert len(mine) == 3


def test_app_alone_verifies_nothing_unless_asked_for_less(calm):
    found = access(calm, CALM, refresh_token=None)
    assert [row["status"] for row in found["tenants"]] == ["unknown", "unknown"]
    assert [row["sign_in"]["reason"] for row in found["tenants"]] == ["identity.operator_needed"] * 2
    assert [row["defender"]["reason"] for row in found["tenants"]] == ["identity.operator_needed"] * 2
    assert told(found["tenants"][1])["listed"] == "access.listed_guest_object"
    assert caveats(found["tenants"][1]["listed"]) == ["access.list_not_seen"]
    answers = [piece for piece in found["tenants"][0]["defender"]["evidence"] if piece["identity"] == "app"]
    assert [piece["data"] for piece in answers] == [{"any": True}]
    less = access(calm, CALM, refresh_token=None, checks=["listed"])
    assert less["verified"] is True
    assert [row["sign_in"]["reason"] for row in less["tenants"]] == ["check.not_chosen"] * 2
    assert [row["checks"] for row in less["tenants"]] == [["listed"]] * 2


def test_token_of_somebody_else_is_refused(calm):
    found = access(calm, CALM, refresh_token=calm.connection["colleague_refresh_token"])
    words = r"the refresh token belongs to [a-z.]+6@northwindmsp\.example, not to anna\.berg@northwindmsp\.example"
    assert found["failed"]
    assert re.search(words, found["msg"])
    assert found["home_problem"]["reason"] == "sign_in.other_person"
    assert [row["status"] for row in found["tenants"]] == ["unknown", "unknown"]


def test_unknown_refresh_token_leaves_complete_rows(calm):
    found = access(calm, CALM, refresh_token="not-a-token")
    assert [row["status"] for row in found["tenants"]] == ["unknown", "unknown"]
    assert [row["reason"] for row in found["tenants"]] == ["sign_in.refresh_token_invalid"] * 2
    assert "ansible-playbook m365.defender.login" in found["tenants"][0]["sign_in"]["remedy"]
    assert "failed" not in found


def test_wrong_secret_fails_with_complete_rows(calm):
    found = access(calm, CALM, client_secret="a-wrong-secret")
    assert found["failed"] is True
    assert found["home_problem"]["reason"] == "sign_in.secret_wrong"
    assert [(row["status"], row["first_broken"]) for row in found["tenants"]] == [("unknown", "sign_in")] * 2


def test_rotated_token_is_written_back(calm, tmp_path):
    path = tmp_path / "token"
    path.write_text(calm.connection["refresh_token"] + "\n", encoding="ascii")
    path.chmod(0o600)
    for _run in range(2):
        before = path.read_text(encoding="ascii")
        found = access(calm, CALM, refresh_token=None, refresh_token_file=str(path))
        assert found["verified"] is True
        assert found["warnings"] == []
        assert path.read_text(encoding="ascii") != before
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.fixture(scope="module")
def refusals(tmp_path_factory):
    """The rows of one run over a tenant for every number of the table, by number."""
    numbers = sorted(REASON_OF)
    rows = [
        guest_tenant(index, refusals=[{"identity": "operator", "resource": "graph", "errors": [number]}])
        for index, number in enumerate(numbers)
    ]
    with start_lab(world=write_world(tmp_path_factory.mktemp("refusals"), *rows)) as lab:
        found = access(lab, declared(*rows))["tenants"]
    return dict(zip(numbers, found, strict=True))


# What HTTP itself says is retried below msal, so that its words decide.
BY_HTTP = {429: "sign_in.throttled", 503: "sign_in.no_answer"}


@pytest.mark.parametrize("number", sorted(REASON_OF))
def test_every_number_is_put_into_advice(refusals, number):
    """Whose setting it is stands in the remedy; the service's own sentence is told once, without the ids of a trace."""
    row = refusals[number]
    verdict, reason = row["sign_in"], BY_HTTP.get(ERRORS[number].status, REASON_OF[number])
    assert (verdict["reason"], row["reason"]) == (reason, reason)
    assert row["status"] == ("unverified" if verdict["status"] == "unmet" else "unknown")
    if reason.startswith("sign_in."):
        assert verdict["status"] == CATALOGUE.reasons[reason].status
    for words in (verdict["message"], verdict["remedy"]):
        assert "Trace ID" not in words
        assert "Correlation" not in words
        assert "not known)" not in words
    if "{said}" in CATALOGUE.reasons[reason].sentence and reason not in BY_HTTP.values():
        assert verdict["message"].count(f"AADSTS{number}") == 1
    assert row["defender"]["status"] == "unknown"


def test_every_number_of_the_table_has_a_state_in_the_lab():
    assert set(REASON_OF) <= set(ERRORS)


CASES = [
    ("ca", {"conditional_access": {"blocks_operator": True}}, ("sign_in", "sign_in.conditional_access")),
    ("consent", {"consent": "none"}, ("consent", "consent.not_given")),
    ("permission", {"consent": ["User.Read", "Organization.Read.All"]}, ("consent", "consent.permission_missing")),
    ("not_provisioned", {"defender": "not_provisioned"}, ("defender", "defender.not_provisioned")),
    ("rbac", {"defender": "operator_refused"}, ("defender", "defender.rbac_refuses")),
    ("no_role", {"guests": [{}]}, ("defender", "defender.role_missing")),
    ("no_licence", {"licenses": ["STANDARDPACK"]}, ("defender", "defender.not_provisioned")),
    ("pending", {"guests": [{"state": "PendingAcceptance"}]}, ("access", "access.not_listed_b2b")),
    ("nobody", {"guests": []}, ("access", "access.not_listed_b2b")),
    ("disabled", {"guests": [{"enabled": False}]}, ("access", "access.not_listed_b2b")),
    ("hidden", {"arm_listed": False}, ("access", "access.not_listed_b2b")),
    ("unnamed", {"arm_named": False}, (None, None)),
    ("no_incident", {"incidents": 0}, (None, None)),
    ("arm_mfa", {"refusals": [{"resource": "arm", "errors": [50076]}]}, (None, None)),
    ("arm_consent", {"arm_consent": False}, (None, None)),
    ("nested", {"refusals": [{"errors": [65001, 53003]}]}, ("consent", "consent.not_given")),
    ("twice", {"refusals": [{"errors": [50076, 50076]}]}, ("sign_in", "sign_in.mfa_required")),
    (
        "throttled",
        {"faults": [{"host": "graph", "kind": "throttle", "retry_after": "0.01"}]},
        ("defender", "read.throttled"),
    ),
    ("gdap_expired", {"status": "expired", "days_left": -5}, ("access", "access.not_listed_gdap")),
]


def _row(number, fields):
    if "status" not in fields:
        return guest_tenant(number, **fields)
    return tenant(number, gdap=[{**tenant(number)["gdap"][0], **fields}])


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    rows = [_row(number, fields) for number, (_name, fields, _pair) in enumerate(CASES)]
    with start_lab(world=write_world(tmp_path_factory.mktemp("states"), *rows)) as lab:
        found = access(lab, declared(*rows))["tenants"]
    return {name: row for (name, _fields, _pair), row in zip(CASES, found, strict=True)}


@pytest.mark.parametrize(("name", "pair"), [(name, pair) for name, _fields, pair in CASES])
def test_every_state_is_its_row(states, name, pair):
    row = states[name]
    assert (row["first_broken"], row["reason"]) == pair
    assert (row["status"] == "verified") is (pair == (None, None))
    assert row["listed"]["evidence"]


def test_doubts_stand_beside_what_is_met(states):
    assert caveats(states["no_incident"]["defender"]) == ["defender.no_incidents"]
    assert caveats(states["arm_mfa"]["sign_in"]) == ["sign_in.not_the_portal", "sign_in.arm_refused"]
    assert caveats(states["arm_consent"]["sign_in"]) == ["sign_in.not_the_portal", "sign_in.arm_not_probed"]
    assert "AADSTS50076" in states["arm_mfa"]["sign_in"]["caveats"][1]["message"]


def test_nested_and_repeated_errors_are_one_sentence(states):
    assert states["nested"]["sign_in"]["message"].endswith("(also AADSTS53003)")
    assert states["twice"]["sign_in"]["message"].count("AADSTS50076") == 1


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (700082, "sign_in.refresh_token_expired"),
        (50173, "sign_in.refresh_token_revoked"),
        (70043, "sign_in.sign_in_frequency"),
        (700084, "sign_in.refresh_token_single_page"),
    ],
)
def test_refresh_token_that_is_no_good_any_more(tmp_path, number, reason):
    """The rows stay complete, what the app can read is told, and only the home tenant is asked with the token."""
    home = {"operator": {"upn": OPERATOR, "groups": ["SOC analysts"], "refresh_token": number}}
    with start_lab(world=write_world(tmp_path, tenant(1), guest_tenant(2), **home)) as lab:
        found = access(lab, CALM)
        tokens = [row for row in lab.requests() if row["path"].endswith("/token") and row["identity"] == "operator"]
    assert [row["reason"] for row in found["tenants"]] == [reason] * 2
    assert [row["status"] for row in found["tenants"]] == ["unknown"] * 2
    assert found["tenants"][0]["listed"]["status"] == "met"
    assert found["tenants"][1]["listed"]["reason"] == reason
    assert len(tokens) == 1
