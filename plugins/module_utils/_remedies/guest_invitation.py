# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Invite the operator to a target as a guest, or restore their deleted account.

Sources: [doc invitation-post, directory-deleteditems-restore].
Microsoft mails nothing: the redeem link, with which anybody could become the guest, goes to a file of the operator's
alone. A person who was invited is never invited again.
"""

from __future__ import annotations

import os
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.private_file import write_file
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look, WriteCall
from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import Finding, RemedyCase
    from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry

_RESTORES: t.Final = ("User.DeleteRestore.All", "User.ReadWrite.All", "Directory.ReadWrite.All")
_MISSING: t.Final = "access.guest_missing"
_DELETED: t.Final = "access.guest_deleted"
_PENDING: t.Final = "access.guest_pending"


class GuestInvitation(Remedy):
    """See the module."""

    NAME = "guest_invitation"
    REASONS = frozenset({_MISSING, _DELETED, _PENDING})
    PERMISSIONS = ("User.Invite.All",)
    IN_TARGET = True
    BY_HAND = "User Administrator of {tenant}: delete the guest in Microsoft Entra, Users."

    def look(self, case: RemedyCase) -> Look:
        """See Remedy."""
        again = case.judge_again()
        found = next((finding for finding in again.findings if finding.reason in self.REASONS), None)
        operator, tenant = case.home.operator, case.tenant.name
        if found is None and again.statuses.get("access") == "met":
            return Look(kind="settled", message=f"{operator} has an account in {tenant} that can be used.")
        if found is None:
            return Look(kind="unknown", message=f"{tenant}: the account of {operator} could not be judged again.")
        if found.incomplete:
            return Look(kind="unknown", message=f"{found.message} Not everything was read: {found.incomplete}.")
        if found.reason == _PENDING:
            return _pending(case, found)
        return _restore(case, found.object) if found.reason == _DELETED else _invite(case)

    def arrived(self, case: RemedyCase, entry: Entry) -> bool | None:
        """See Remedy."""
        again = case.judge_again()
        if any(finding.reason in (_MISSING, _DELETED) for finding in again.findings):
            return False
        return True if again.statuses.get("access") in ("met", "unmet") else None

    def answered(self, case: RemedyCase, answer: Answer) -> None:
        """Write the redeem link to its file. Raise OptionError."""
        link = answer.body.get("inviteRedeemUrl") if isinstance(answer.body, dict) else None
        if isinstance(link, str) and link:
            case.writer.keep_secret(link)
            write_file("invitations_dir", _file(case), link + "\n", 0o600)


def _invite(case: RemedyCase) -> Look:
    operator, tenant = case.home.operator, case.tenant
    if not case.settings.invitations_dir:
        return Look(
            kind="declined",
            message=f"{operator} is not invited to {tenant.name}: nothing says where the redeem link is to be kept.",
            remedy="Ansible administrator of the home tenant: name a directory that only the operator can read in"
            " {mto_}invitations_dir.",
        )
    if "@" not in operator:
        return Look(
            kind="declined",
            message=f"{operator} is not invited to {tenant.name}: their address could not be read in {case.home.name}.",
            remedy="Ansible administrator of the home tenant: give their user principal name in {mto_}operator.",
        )
    body: JsonObject = {
        "invitedUserEmailAddress": operator,
        "inviteRedirectUrl": f"{case.settings.defender_portal}/?tid={tenant.tenant_id}",
        "sendInvitationMessage": False,
    }
    return Look(
        kind="change",
        object=operator,
        message=f"{tenant.name}: invite {operator} as a guest, without an email.",
        after={"guest": operator, "state": "PendingAcceptance"},
        call=WriteCall("POST", "/invitations", body),
    )


def _restore(case: RemedyCase, account: str) -> Look:
    operator, tenant = case.home.operator, case.tenant
    if not case.writer.may(tenant.tenant_id, _RESTORES):
        return Look(
            kind="declined",
            object=account,
            message=f"{case.finding.message} The app that writes may not restore it ({_RESTORES[0]}).",
            remedy=f"User Administrator of {tenant.name}: restore the account in Microsoft Entra, Users, Deleted"
            " users.",
        )
    return Look(
        kind="change",
        object=account,
        message=f"{tenant.name}: restore the deleted account of {operator}.",
        before={"account": account, "deleted": True},
        after={"account": account, "deleted": False},
        call=WriteCall("POST", f"/directory/deletedItems/{account}/restore"),
    )


def _pending(case: RemedyCase, found: Finding) -> Look:
    where = f"in the email, or at https://myapps.microsoft.com/?tenantid={case.tenant.tenant_id}"
    if case.settings.invitations_dir and os.path.isfile(_file(case)):  # noqa: PTH113  (never raises)
        # The invitation is ours.
        where = f"with the link in {_file(case)}"
    return Look(
        kind="waiting",
        object=found.object,
        message=found.message,
        remedy=f"{case.home.operator}: accept the invitation {where}.",
    )


def _file(case: RemedyCase) -> str:
    return os.path.join(case.settings.invitations_dir, f"{case.tenant.tenant_id}.txt")  # noqa: PTH118
