# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Properties of the judges, for any evidence: what met implies, and that doubt never turns a verdict into met."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from evidence import (
    DIRECTORY_READERS,
    GROUP,
    NOW,
    OTHER_GROUP,
    SECURITY_READER,
    account,
    account_evidence,
    b2b_setting,
    case,
    gdap_evidence,
    relationship,
    role_evidence,
    side_evidence,
    sku,
    sku_evidence,
    trust_evidence,
    unread,
)
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._model import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._requirements.facts import judge_requirements
from ansible_collections.m365.defender.plugins.module_utils._requirements.gdap import assignments_key

if TYPE_CHECKING:
    import random

STATUSES = ["active", "Active", "expiring", "expired", "terminated", "terminationRequested", "created", "odd", ""]
ROLES = st.lists(st.sampled_from([SECURITY_READER, DIRECTORY_READERS]), unique=True)

relationships = st.lists(
    st.builds(
        relationship,
        st.sampled_from(STATUSES),
        st.one_of(st.none(), st.integers(-400, 400)),
        id=st.sampled_from(["r1", "r2", "r3"]),
        roles=ROLES,
    ),
    max_size=3,
    unique_by=lambda row: row["id"],
)
assignments = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["active", "ACTIVE", "pending", "deleted", "error", "odd"]),
            "group": st.sampled_from([GROUP, OTHER_GROUP]),
            "roles": ROLES,
            "other_roles": st.just(0),
        }
    ),
    max_size=3,
)
accounts = st.lists(
    st.builds(
        account,
        id=st.sampled_from(["a1", "a2", "a3"]),
        state=st.sampled_from(["Accepted", "accepted", "PendingAcceptance", None, "Odd"]),
        enabled=st.sampled_from([True, False, None]),
        type=st.sampled_from(["Guest", "Member", ""]),
        issuers=st.sampled_from([["ExternalAzureAD"], ["mail"], []]),
        mail=st.sampled_from(["anna@northwind.example", "other@northwind.example"]),
    ),
    max_size=3,
    unique_by=lambda row: row["id"],
)
skus = st.lists(
    st.builds(
        lambda name, state, units, plan, plan_state: sku(name, state, units, **{plan: plan_state}),
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["Enabled", "enabled", "Warning", "Suspended", "LockedOut", "Odd"]),
        st.integers(0, 2),
        st.sampled_from(["MTP", "MDE_SMB", "MDE_LITE"]),
        st.sampled_from(["Success", "Disabled", "disabled", "PendingInput"]),
    ),
    max_size=3,
)
trusts = st.builds(trust_evidence, st.sampled_from(["none", None, True, False]), st.sampled_from([True, False, None]))
settings = st.one_of(
    st.none(),
    st.builds(b2b_setting, st.sampled_from(["allowed", "blocked", "odd"]), st.sampled_from(["user:allusers", ""])),
    st.builds(b2b_setting, st.sampled_from(["allowed", "blocked"]), st.just(""), user=st.just(3)),
)
sides = st.one_of(st.just({}), st.builds(side_evidence, settings, settings))
roles = st.builds(
    role_evidence,
    ROLES.map(tuple),
    st.lists(
        st.tuples(
            st.sampled_from([SECURITY_READER, DIRECTORY_READERS]), st.sampled_from(["/", "/administrativeUnits/1"])
        ),
        max_size=2,
    ).map(tuple),
)


@st.composite
def cases(draw):
    """Any tenant, with any evidence."""
    rows = draw(relationships)
    evidence = {
        **gdap_evidence(
            *rows, assignments=draw(assignments), groups=draw(st.sampled_from([(), (GROUP,), (OTHER_GROUP,)]))
        ),
        **account_evidence(*draw(accounts)),
        **sku_evidence(*draw(skus)),
        **draw(trusts),
        **draw(sides),
        **draw(roles),
    }
    return case(evidence, access=draw(st.sampled_from(["gdap", "b2b", "auto"])))


def statuses(judged):
    return {link: verdict.status for link, verdict in judge_requirements(judged).verdicts.items()}


@given(cases())
def test_met_by_gdap_implies_all_that_gdap_needs(judged):
    verdict = judge_requirements(judged).verdicts["access"]
    if verdict.reason != "access.gdap_in_force":
        return
    rows = {row["id"]: row for row in judged.evidence["gdap_relationships"].data["relationships"]}
    row = rows[verdict.object]
    assert row["status"].lower() in ("active", "expiring")
    assert dt.datetime.fromisoformat(row["ends"]) > NOW
    groups = judged.evidence["operator_groups"].data["groups"]
    given_out = judged.evidence[assignments_key(row["id"])].data["assignments"]
    assert any(a["status"].lower() == "active" and a["group"] in groups for a in given_out)


@given(cases())
def test_met_by_b2b_implies_an_accepted_and_enabled_account(judged):
    verdict = judge_requirements(judged).verdicts["access"]
    if verdict.reason in ("access.guest_accepted", "access.member_enabled"):
        found = {row["id"]: row for row in judged.evidence["accounts_by_mail"].data["accounts"]}[verdict.object]
        assert found["enabled"] is True
        assert found["issuers"] == ["ExternalAzureAD"]
        assert str(found["state"]).lower() == "accepted" or (found["state"] is None and found["type"] == "Member")


@given(cases())
def test_met_licence_implies_a_plan_that_is_on_and_paid(judged):
    verdict = judge_requirements(judged).verdicts["license"]
    if verdict.status == "met":
        assert any(
            row["state"].lower() in ("enabled", "warning")
            and row["units"] > 0
            and any(state.lower() != "disabled" for state in row["plans"].values())
            for row in judged.evidence["subscribed_skus"].data["skus"]
        )


@given(cases())
def test_permissions_are_met_only_with_access_and_a_wanted_role(judged):
    verdicts = judge_requirements(judged).verdicts
    if verdicts["permissions"].status == "met":
        assert verdicts["access"].status == "met"
        assert "Security Reader" in verdicts["permissions"].message


@given(cases(), st.data())
def test_losing_a_piece_of_evidence_never_makes_a_verdict_met(judged, data):
    before = statuses(judged)
    lost = data.draw(st.sampled_from(sorted(judged.evidence)))
    blurred = {**judged.evidence, lost: unread(lost)}
    removed = {key: piece for key, piece in judged.evidence.items() if key != lost}
    for evidence in (blurred, removed):
        report = judge_requirements(dataclasses.replace(judged, evidence=evidence))
        # The one exception: settings that nobody could look at leave the account as it is, and a caveat says so.
        access = report.verdicts["access"]
        told = "access.policy_not_read" in {caveat.reason for caveat in access.caveats}
        unseen = {"access", "permissions"} if "cross_tenant" in lost and told else set()
        for link, verdict in report.verdicts.items():
            assert verdict.status != "met" or before[link] == "met" or link in unseen


@given(cases(), st.randoms(use_true_random=False))
def test_order_never_changes_a_verdict(judged, shuffler: random.Random):
    rows = judged.evidence["gdap_relationships"].data["relationships"]
    accounts_found = judged.evidence["accounts_by_mail"].data["accounts"]
    bought = judged.evidence["subscribed_skus"].data["skus"]
    before = judge_requirements(judged).as_dict()
    for found in (rows, accounts_found, bought):
        shuffler.shuffle(found)
    after = judge_requirements(judged).as_dict()
    for link, verdict in before["requirements"].items():
        other = after["requirements"][link]
        assert (verdict["status"], verdict["reason"]) == (other["status"], other["reason"])


@given(cases())
def test_first_broken_is_the_root(judged):
    report = judge_requirements(judged)
    if report.first_broken is None:
        assert report.ready
        return
    assert not report.ready
    assert report.first_broken != "mfa_trust"
    for link, verdict in report.verdicts.items():
        if verdict.breaks and verdict.caused_by is None:
            assert CHAIN.index(report.first_broken) <= CHAIN.index(link)
