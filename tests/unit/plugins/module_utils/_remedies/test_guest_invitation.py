# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An invitation: who is invited, who is restored, and where the redeem link goes."""

from __future__ import annotations

import stat

import pytest
from remedy_cases import CUSTOMER, case_of

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
from ansible_collections.m365.defender.plugins.module_utils._remedies.case import Finding, Judged
from ansible_collections.m365.defender.plugins.module_utils._remedies.guest_invitation import GuestInvitation

LINK = "https://login.example/redeem?rd=1"
RESTORES = ("User.Invite.All", "User.DeleteRestore.All")
MISSING = Judged([Finding("access.guest_missing", "There is no guest.")], {"access": "unmet"})
DELETED = Judged([Finding("access.guest_deleted", "It is deleted.", object="account")], {"access": "unmet"})


def look(judged, **more):
    options = {"invitations_dir": "/tmp", "judge_again": lambda: judged, **more}
    return GuestInvitation().look(case_of(reason="access.guest_missing", **options))


@pytest.mark.parametrize(
    ("judged", "kind"),
    [
        (MISSING, "change"),
        (Judged([Finding("access.guest_missing", "No.", incomplete="half")], {"access": "unmet"}), "unknown"),
        (Judged([Finding("access.guest_deleted", "No.", incomplete="half")], {"access": "unmet"}), "unknown"),
        (Judged([Finding("access.guest_pending", "Soon.")], {"access": "unmet"}), "waiting"),
        (Judged([], {"access": "met"}), "settled"),
        (Judged([], {"access": "unknown"}), "unknown"),
        (Judged([Finding("access.guest_disabled", "Disabled.")], {"access": "unmet"}), "unknown"),
        (Judged(), "unknown"),
    ],
)
def test_by_what_is_judged_again(judged, kind):
    assert look(judged).kind == kind


def test_invitation_is_mailed_to_nobody():
    call = look(MISSING).call
    assert (call.method, call.path) == ("POST", "/invitations")
    assert call.body == {
        "invitedUserEmailAddress": "anna@northwind.example",
        "inviteRedirectUrl": f"https://security.microsoft.com/?tid={CUSTOMER}",
        "sendInvitationMessage": False,
    }


def test_without_a_place_for_the_link_nobody_is_invited():
    seen = look(MISSING, invitations_dir="")
    assert seen.kind == "declined"
    assert "{mto_}invitations_dir" in seen.remedy


def test_operator_whose_address_is_not_known():
    """Where the home tenant does not say who it is, the operator can be an object id."""
    seen = look(MISSING, operator="50000000-0000-4000-8000-000000000001")
    assert seen.kind == "declined"
    assert "{mto_}operator" in seen.remedy


def test_deleted_account_is_restored_where_the_writer_may():
    seen = look(DELETED, permissions=RESTORES)
    assert (seen.kind, seen.call.path) == ("change", "/directory/deletedItems/account/restore")
    assert look(DELETED).kind == "declined"


def test_link_is_for_the_operator_alone(tmp_path):
    case = case_of(invitations_dir=str(tmp_path))
    GuestInvitation().answered(case, Answer(201, "", body={"inviteRedeemUrl": LINK}))
    path = tmp_path / f"{CUSTOMER}.txt"
    assert (path.read_text(encoding="utf-8"), stat.S_IMODE(path.stat().st_mode)) == (LINK + "\n", 0o600)
    assert case.writer.secrets == [LINK]


@pytest.mark.parametrize("body", [None, {}, [], {"inviteRedeemUrl": None}, {"inviteRedeemUrl": 7}])
def test_answer_without_a_link(tmp_path, body):
    GuestInvitation().answered(case_of(invitations_dir=str(tmp_path)), Answer(201, "", body=body))
    assert list(tmp_path.iterdir()) == []


def test_link_that_cannot_be_kept_is_not_told(tmp_path):
    with pytest.raises(OptionError) as error:
        GuestInvitation().answered(
            case_of(invitations_dir=str(tmp_path / "gone")), Answer(201, "", body={"inviteRedeemUrl": LINK})
        )
    assert LINK not in str(error.value)
