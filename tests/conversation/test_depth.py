# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every state that the judges tell apart, a tenant each, against its right answer; and what a run says beside it."""

from __future__ import annotations

import functools
import json

import pytest
from assessed_worlds import assessed
from reports import made_report
from test_access import access
from test_facts import facts, result

from lab.process import start_lab, world_path
from lab.worlds.loading import load_world


@pytest.fixture(scope="module")
def lab():
    with start_lab(world="depth") as found:
        yield found


def told_of(connection, requirements, access_rows):
    """The report about a whole world, as both modules find it."""
    return made_report(
        {row["tenant_id"]: row for row in requirements},
        access=access_rows,
        generated_at="2026-11-25T12:00:00Z",
        home_tenant_id=connection["home_tenant_id"],
        operator=connection["operator"],
        cloud="public",
    )


@functools.cache
def report_of(world):
    """The report about the world of that name, with both identities."""
    found = assessed(world)
    assert "failed" not in found.facts.assessment.run.returned
    requirements = [row.as_dict() for row in found.facts.assessment.rows]
    return told_of(found.connection, requirements, found.access.as_dict()["tenants"])


WORLDS = {name: load_world(world_path(name)).tenants for name in ("depth", "methods", "disabled", "unlisted")}
CASES = [
    pytest.param(name, place, id=f"{name}-{tenant.name}")
    for name, tenants in WORLDS.items()
    for place, tenant in enumerate(tenants)
]


@pytest.mark.parametrize(("world", "place"), CASES)
def test_the_answer_is_the_right_one(world, place):
    agree(report_of(world)["tenants"][place], WORLDS[world][place].expect)


def test_a_person_who_may_not_see_relationships_proves_no_absence():
    """The operator identity alone, of somebody who is not an Admin agent."""
    with start_lab(world="person") as lab:
        token = lab.connection["refresh_token"]
        identity = {"client_secret": None, "refresh_token": token, "operator": None}
        requirements = facts(lab, lab.tenants(), **identity)
        found = told_of(lab.connection, requirements, access(lab, lab.tenants(), **identity)["tenants"])
        for row, tenant in zip(found["tenants"], load_world(world_path("person")).tenants, strict=True):
            agree(row, tenant.expect)
        as_app = {row["name"]: row["reason"] for row in facts(lab, lab.tenants())}
    assert as_app["Person by GDAP"] is None
    assert as_app["Person without GDAP"] == "access.gdap_missing"


def agree(row, expect):
    assert (row["first_broken"], row["reason"]) == (expect.first_broken, expect.reason)
    assert row["eligible"] is (expect.first_broken is None)
    verdicts = {**row["requirements"], **{check: row["access"][check] for check in ("listed", "sign_in", "defender")}}
    assert {check: verdicts[check]["reason"] for check in expect.verdicts} == expect.verdicts
    told = {caveat["reason"] for verdict in verdicts.values() for caveat in verdict["caveats"]}
    assert set(expect.caveats) <= told


@pytest.mark.parametrize("world", WORLDS)
def test_every_remedy_says_who_does_what(world):
    """No brace is left open, and nothing is called not known."""
    for finding in report_of(world)["findings"]:
        for text in (finding["message"], finding["remedy"]):
            assert "{" not in text
            assert "not known)" not in text, finding
        assert finding["doc_url"].startswith("https://learn.microsoft.com/")


@pytest.mark.parametrize("world", WORLDS)
def test_evidence_of_every_state_is_small(world):
    """Four kilobytes for each of the two modules that read a tenant, however much there is to read."""
    for row in report_of(world)["tenants"]:
        for verdicts in (row["requirements"], row["access"]):
            shown = [verdict["evidence"] for verdict in verdicts.values() if isinstance(verdict, dict)]
            assert sum(len(json.dumps(evidence)) for evidence in shown) <= 4096, row["name"]


def test_the_dates_that_will_bite_are_sorted():
    report = report_of("depth")
    ends = [row["ends"] for row in report["expiries"]]
    assert ends == sorted(ends)
    first = report["expiries"][0]
    assert (first["tenant_name"], first["what"], first["days_left"]) == ("Guest activated", "role_assignment", 0)
    kinds = {row["what"] for row in report["expiries"]}
    assert kinds == {
        "gdap_relationship",
        "group_membership",
        "group_eligibility",
        "role_assignment",
        "role_eligibility",
        "subscription",
    }


def test_the_doubt_about_security_reader_is_gone_where_defender_answers(lab):
    """The facts alone doubt; the operator's probe of Defender removes it."""
    (row,) = facts(lab, [row for row in lab.tenants() if row["name"] == "Security Reader only"])
    (told,) = [row for row in report_of("depth")["tenants"] if row["name"] == "Security Reader only"]

    def doubts(tenant):
        return [caveat["reason"] for caveat in tenant["requirements"]["permissions"]["caveats"]]

    assert doubts(row) == ["permissions.security_reader"]
    assert doubts(told) == []


def test_what_the_token_lacks_is_told_once(lab):
    """Consent to a part: one finding with every permission and the link, and no request that had to fail."""
    rows = [row for row in lab.tenants() if row["name"] == "Little consent"]
    before = len(lab.requests())
    found = result(lab, rows).as_dict()
    asked = [row["path"] for row in lab.requests()[before:] if row["tenant"] == rows[0]["tenant_id"]]
    assert not [path for path in asked if "subscribedSkus" in path or "crossTenantAccessPolicy" in path]
    (facts_row,) = found["ansible_facts"]["mto_requirements"].values()
    license_verdict = facts_row["requirements"]["license"]
    assert license_verdict["remedy"] == facts_row["requirements"]["mfa_trust"]["remedy"]
    assert "LicenseAssignment.Read.All, Policy.Read.All" in license_verdict["remedy"]
    assert "/adminconsent?client_id=" in license_verdict["remedy"]
    missing = {row["permission"]: row for row in found["missing_permissions"]}
    assert {name: row["optional"] for name, row in missing.items()} == {
        "Organization.Read.All": True,
        "LicenseAssignment.Read.All": False,
        "Policy.Read.All": False,
    }
    assert {row["identity"] for row in missing.values()} == {"app"}
    assert {row["tenant_id"] for row in missing.values()} == {rows[0]["tenant_id"]}


def test_only_what_depends_on_it_is_unknown(lab):
    (row,) = facts(lab, [row for row in lab.tenants() if row["name"] == "Little consent"])
    found = {check: verdict["status"] for check, verdict in row["requirements"].items()}
    assert found["access"] == "met"
    assert found["permissions"] == "met"
    assert (found["license"], found["mfa_trust"]) == ("unknown", "unknown")
