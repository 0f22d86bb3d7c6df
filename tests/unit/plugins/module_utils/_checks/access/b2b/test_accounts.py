# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""B2B beside the account and the settings: deleted accounts, synchronization, and trust of devices."""

from __future__ import annotations

import datetime as dt

import pytest
from evidence import NOW, account, account_evidence, case, piece, trust_evidence, unread
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import shape_deleted
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust


def deleted(days_ago=5.0, **fields):
    """One deleted account as it stands in evidence."""
    when = (NOW - dt.timedelta(days=days_ago)).isoformat()
    row = {
        "id": "dddddddd-0000-4000-8000-000000000001",
        "upn": "dddddddd000040008000000000000001anna_northwind.example#EXT#@contoso.example",
        "mail": "anna@northwind.example",
        "deleted": when,
    }
    return {**row, **fields}


def deleted_evidence(*rows):
    return {"deleted_by_mail": piece("deleted_by_mail", {"deleted": list(rows)})}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        pytest.param([deleted()], "access.guest_deleted", id="deleted"),
        pytest.param([deleted(mail=None)], "access.guest_deleted", id="known_by_its_name"),
        pytest.param([deleted(upn="")], "access.guest_deleted", id="known_by_its_mail"),
        pytest.param(
            [deleted(mail="x@y.example", upn="x_y.example#EXT#@c.example")], "access.guest_missing", id="other"
        ),
        pytest.param([deleted(31)], "access.guest_missing", id="too_long_ago"),
        pytest.param([deleted(30)], "access.guest_missing", id="to_the_day"),
        pytest.param([deleted(31), deleted(3, id="e")], "access.guest_deleted", id="twice"),
        pytest.param([deleted(deleted=None)], "access.guest_missing", id="no_date"),
        pytest.param([], "access.guest_missing", id="none"),
    ],
)
def test_deleted_account(rows, reason):
    verdict = judge_access(case({**account_evidence(), **deleted_evidence(*rows)}, access="b2b")).verdict
    assert (verdict.status, verdict.reason) == ("unmet", reason)


def test_deleted_account_says_who_restores_it_and_how_long():
    verdict = judge_access(case({**account_evidence(), **deleted_evidence(deleted(5.5))}, access="b2b")).verdict
    assert "deleted on 2026-11-18" in verdict.message
    assert "24 more days" in verdict.message
    assert "(anna_northwind.example#EXT#@contoso.example)" in verdict.message
    assert "User Administrator of Contoso: restore the account" in verdict.remedy
    assert verdict.evidence[-1].what == "deleted_by_mail"


def test_deleted_accounts_that_cannot_be_read_change_nothing():
    evidence = {**account_evidence(), "deleted_by_mail": unread("deleted_by_mail", "read.forbidden")}
    assert judge_access(case(evidence, access="b2b")).verdict.reason == "access.guest_missing"


@given(st.lists(st.builds(deleted, st.floats(-1, 60)), max_size=4), st.sampled_from(["Accepted", "PendingAcceptance"]))
def test_an_account_that_is_there_makes_deleted_ones_nothing(rows, state):
    evidence = {**account_evidence(account(state=state)), **deleted_evidence(*rows)}
    assert judge_accounts(case(evidence, access="b2b")).reason in ("access.guest_accepted", "access.guest_pending")


def test_shape_of_deleted():
    row = {"id": "A", "userPrincipalName": "u", "mail": None, "deletedDateTime": "2026-11-20T00:00:00Z"}
    assert shape_deleted({"value": [row]}) == {
        "deleted": [{"id": "a", "upn": "u", "mail": None, "deleted": "2026-11-20T00:00:00Z"}]
    }


@pytest.mark.parametrize("way", ["outbound", "inbound"])
def test_as_the_operator_entra_says_the_block_at_sign_in(way):
    evidence = {"own_account": unread("own_account", f"sign_in.{way}_blocked")}
    verdict = judge_access(case(evidence, access="b2b")).verdict
    assert (verdict.status, verdict.reason) == ("unmet", f"access.{way}_blocked")
    assert "(Microsoft Entra said so at sign-in)" in verdict.message
    assert verdict.caused_by is None


def synchronized(allowed, *, inbound=None, outbound=None):
    def consent(value):
        return piece("p", {"found": True, "consent": value})

    return {
        "identity_synchronization": piece("s", {"found": True, "allowed": allowed}),
        "cross_tenant_access_partner": consent(None),
        "cross_tenant_access_default": consent(inbound),
        "home_cross_tenant_access_partner": consent(outbound),
    }


def test_synchronization_is_told_where_the_operator_is_missing():
    evidence = {**account_evidence(), **synchronized(True, inbound=False, outbound=True)}
    (caveat,) = judge_access(case(evidence, access="b2b")).verdict.caveats
    assert caveat.reason == "access.synchronization"
    assert "on in Northwind, off in Contoso" in caveat.message
    assert not caveat.actionable


@pytest.mark.parametrize("allowed", [False, None])
def test_synchronization_that_is_off_is_not_told(allowed):
    evidence = {**account_evidence(), **synchronized(allowed)}
    assert judge_access(case(evidence, access="b2b")).verdict.caveats == ()


def test_consent_that_no_side_tells_is_not_known():
    (caveat,) = judge_access(case({**account_evidence(), **synchronized(True)}, access="b2b")).verdict.caveats
    assert "not known in Northwind, not known in Contoso" in caveat.message


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        ({"compliant_device": True, "hybrid_joined_device": False}, ("accepted", "not accepted")),
        ({"compliant_device": None, "hybrid_joined_device": True}, ("not told", "accepted")),
        ({}, ("not told", "not told")),
    ],
)
@pytest.mark.parametrize("mfa", [True, False, None])
def test_trust_of_devices_is_told_and_decides_nothing(trust, words, mfa):
    evidence = trust_evidence(True)
    evidence["cross_tenant_access_partner"] = piece("p", {"found": True, "inbound_trust": {"mfa": mfa, **trust}})
    verdict = judge_mfa_trust(case(evidence))
    assert verdict.status == {True: "met", False: "unmet", None: "unknown"}[mfa]
    assert f"other tenants: {words[0]}; hybrid joined devices: {words[1]}." in verdict.message


def test_trust_is_inherited_as_a_whole_only():
    evidence = trust_evidence("none", True)
    evidence["cross_tenant_access_partner"] = piece(
        "p", {"found": True, "inbound_trust": {"mfa": None, "compliant_device": True}}
    )
    assert judge_mfa_trust(case(evidence)).status == "unknown"
