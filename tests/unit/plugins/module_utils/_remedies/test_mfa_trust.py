# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trust: the entry of the home tenant alone, the other claims as they apply, and the way back."""

from __future__ import annotations

import pytest
from remedy_cases import CUSTOMER, HOME, OTHER, case_of, not_found

from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import UnreadError
from ansible_collections.m365.defender.plugins.module_utils._remedies.mfa_trust import MfaTrust

ROOT = "/policies/crossTenantAccessPolicy"
PARTNER = f"{ROOT}/partners/{HOME}"


def claims(mfa, device=False, hybrid=False):
    return {
        "isMfaAccepted": mfa,
        "isCompliantDeviceAccepted": device,
        "isHybridAzureADJoinedDeviceAccepted": hybrid,
    }


def entry(trust, **more):
    return {"tenantId": HOME, "inboundTrust": trust, "isServiceProvider": None, **more}


def case(partner, default=None, **more):
    answers = {PARTNER: partner, f"{ROOT}/default": default}
    return case_of(answers, reason="mfa_trust.not_accepted", **more)


def look(partner, default=None, **more):
    return MfaTrust().look(case(partner, default, **more))


@pytest.mark.parametrize(
    ("partner", "default", "sent"),
    [
        (entry(claims(False, True)), None, claims(True, True)),
        (entry(claims(None, None, True)), None, claims(True, None, True)),
        (entry({}), None, claims(True, None, None)),
        (entry(None), {"inboundTrust": claims(False, True)}, claims(True, True)),
        (entry(None), {"inboundTrust": None}, claims(True)),
        (entry(None), {}, claims(True)),
    ],
)
def test_entry_is_patched_with_what_applies(partner, default, sent):
    seen = look(partner, default)
    assert (seen.kind, seen.call.method, seen.call.path) == ("change", "PATCH", PARTNER)
    assert seen.call.body == {"inboundTrust": sent}


def test_entry_that_trusts_is_left_alone():
    assert look(entry(claims(True))).kind == "settled"


def test_entry_is_made_only_if_asked():
    assert look(not_found()).kind == "declined"
    seen = look(not_found(), {"inboundTrust": claims(False, True)}, create_partner=True)
    assert (seen.call.method, seen.call.path) == ("POST", f"{ROOT}/partners")
    assert seen.call.body == {"tenantId": HOME, "inboundTrust": claims(True, True)}


@pytest.mark.parametrize(
    ("partner", "default"),
    [
        (None, None),
        (entry(claims(False), tenantId=OTHER), None),
        (entry(claims(False), tenantId=None), None),
        (entry([]), None),
        (entry("yes"), None),
        (entry(claims("true")), None),
        ([], None),
        # The default could not be read: what would be sent is not known.
        (entry(None), None),
        (entry(None), {"inboundTrust": 7}),
        (Answer(404, "", error="HTTP 404: a proxy's"), None),
        (Answer(404, "", code="x", error="Resource not found for the segment 'partners'."), None),
        (Answer(403, "", code="Forbidden", error="HTTP 403"), None),
    ],
)
def test_what_was_not_read_is_not_written(partner, default):
    with pytest.raises(UnreadError):
        look(partner, default, create_partner=True)


def back(partner, before, *, had_entry=True, after=None):
    written = Entry(
        "mfa_trust",
        CUSTOMER,
        CUSTOMER,
        HOME,
        {"inboundTrust": before, "entry": had_entry},
        {"inboundTrust": after or claims(True, True), "entry": True},
    )
    return MfaTrust().look_back(case(partner), written)


@pytest.mark.parametrize(
    ("partner", "before", "had_entry", "method"),
    [
        (entry(claims(True, True)), claims(False, True), True, "PATCH"),
        (entry(claims(True, True)), None, True, "PATCH"),
        (entry(claims(True, True)), None, False, "DELETE"),
        (entry(claims(True, True), automaticUserConsentSettings={"inboundAllowed": None}), None, False, "DELETE"),
    ],
)
def test_taking_back(partner, before, had_entry, method):
    seen = back(partner, before, had_entry=had_entry)
    assert (seen.kind, seen.call.method, seen.call.path) == ("change", method, PARTNER)
    assert seen.call.body == ({"inboundTrust": before} if method == "PATCH" else None)


@pytest.mark.parametrize(
    ("partner", "before", "had_entry"),
    [
        (entry(claims(False, True)), claims(False, True), True),
        (entry(None), None, True),
        (not_found(), None, False),
    ],
)
def test_what_is_as_it_was(partner, before, had_entry):
    assert back(partner, before, had_entry=had_entry).kind == "settled"


@pytest.mark.parametrize(
    ("partner", "had_entry"),
    [
        (entry(claims(True, False)), True),
        (entry(claims(True, True, True)), False),
        (not_found(), True),
        # Somebody uses the entry that we made for more.
        (entry(claims(True, True), automaticUserConsentSettings={"inboundAllowed": True}), False),
        (entry(claims(True, True), b2bCollaborationInbound={"users": {"accessType": "allowed"}}), False),
        (entry(claims(True, True), isServiceProvider=True), False),
    ],
)
def test_what_somebody_has_changed_since_is_left_as_it_is(partner, had_entry):
    assert back(partner, claims(False, True), had_entry=had_entry).kind == "declined"
