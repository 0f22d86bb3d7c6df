# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask a customer for the GDAP relationship that the list describes [doc delegatedadminrelationship, GDAP FAQ].

Made as a draft, then locked for approval; the customer approves it by a link. Its display name carries a key made of
tenant, roles and duration, by which a later run finds it again. Microsoft wants each name once among all relationships
of the partner, also those that have ended: so the next one gets a number.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import INVITATION_URL
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import in_force
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import GDAP_LIST
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import role_names
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._core.times import day_of, parse_time
from ansible_collections.m365.defender.plugins.module_utils._remedies import gdap
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look, WriteCall
from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import GdapTerms
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import RemedyCase
    from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry

# A request that nobody approves lapses so long after it was sent [doc GDAP FAQ].
LAPSES: t.Final = dt.timedelta(days=90)
# displayName has at most 50 characters [doc]; the key and a number have to fit.
_LONGEST_NAME: t.Final = 32
_UNDER_WAY: t.Final = ("approved", "activating")
# What cannot come to life any more, or will end soon. A status that we do not know may yet.
_OVER: t.Final = (
    "active",
    "approvalpending",
    "expired",
    "expiring",
    "terminated",
    "terminating",
    "terminationrequested",
)


class GdapRequest(Remedy):
    """See the module."""

    NAME = "gdap_request"
    REASONS = frozenset(
        {
            "access.gdap_missing",
            "access.none_found",
            "access.gdap_expired",
            "access.gdap_terminated",
            "access.gdap_not_sent",
            "access.gdap_not_active",
            "access.gdap_activating",
            "access.gdap_expiring",
            "access.gdap_expiring_global_admin",
        }
    )
    PERMISSIONS = gdap.PERMISSIONS
    BY_HAND = f"Partner administrator of {{home}}: delete or terminate the relationship in {GDAP_LIST}."

    def look(self, case: RemedyCase) -> Look:
        """See Remedy."""
        terms = case.tenant.gdap
        if terms is None or not terms.roles:
            return _declined(
                case,
                f"The list does not say which roles to request from {case.tenant.name}.",
                "Ansible administrator of the home tenant: add `gdap` with `roles` to this tenant in {mto_}tenants.",
            )
        if case.finding.reason == "access.gdap_terminated":
            return _declined(
                case,
                f"{case.finding.message} A relationship that somebody ended is not requested again.",
                f"Partner administrator of {case.home.name}: find out from {case.tenant.name} why it was ended.",
            )
        found = gdap.relationships_of(case)
        soon = case.now + dt.timedelta(days=case.settings.expiry_warning_days)
        lasting = next((own for own in found if in_force(own.row, soon)), None)
        if lasting is not None:
            return Look(
                kind="settled",
                object=lasting.row["id"],
                message=f"{gdap.name_of(case, lasting.row)} is in force.",
            )
        return _look_at_requests(case, terms, found)

    def arrived(self, case: RemedyCase, entry: Entry) -> bool | None:
        """See Remedy. A draft is known by its name, one that was sent by its status."""
        name, found = entry.after.get("displayName"), gdap.relationships_of(case)
        if name:
            return any(own.row["relationship"] == name for own in found)
        return any(own.row["id"] == entry.object and _status(own) != "created" for own in found)


def _look_at_requests(case: RemedyCase, terms: GdapTerms, found: Sequence[gdap.OwnRelationship]) -> Look:
    """Return what stands between the customer and a relationship: a request under way, a draft, or nothing at all."""
    key = key_of(case.tenant.tenant_id, terms)
    waiting = next((own for own in found if _status(own) == "approvalpending"), None)
    if waiting is not None and not _lapsed(waiting, case.now):
        return _waiting(case, waiting)
    under_way = next((own for own in found if _status(own) in _UNDER_WAY), None)
    if under_way is not None:
        return Look(
            kind="waiting",
            object=under_way.row["id"],
            message=f"{gdap.name_of(case, under_way.row)} is approved, and Microsoft is activating it.",
            remedy="No action needed. Run again in an hour.",
        )
    drafts = [own for own in found if _status(own) == "created"]
    own_draft = next((own for own in drafts if key in own.row["relationship"]), None)
    if own_draft is not None:
        return _lock(case, terms, own_draft)
    unclear = next((own for own in found if key in own.row["relationship"] and _status(own) not in _OVER), None)
    if unclear is not None:
        return Look(
            kind="waiting",
            object=unclear.row["id"],
            settling=True,
            message=f"{gdap.name_of(case, unclear.row)} was made and has status {unclear.row['status']}.",
            remedy="No action needed. Run again in an hour.",
        )
    if drafts:
        return _declined(
            case,
            f"{gdap.name_of(case, drafts[0].row)} is a draft that this tool did not make for these roles.",
            f"Partner administrator of {case.home.name}: finalize or delete it in {GDAP_LIST}.",
        )
    return _create(case, terms, key, found)


def key_of(tenant_id: str, terms: GdapTerms) -> str:
    """Return the part of a display name by which our own relationship for these terms is found again."""
    what = f"{tenant_id} {' '.join(sorted(terms.roles))} {terms.duration}"
    return f"mto-{hashlib.sha256(what.encode()).hexdigest()[:8]}"


def _create(case: RemedyCase, terms: GdapTerms, key: str, found: Sequence[gdap.OwnRelationship]) -> Look:
    # The number of the one that was made last: those that have ended keep their names.
    numbered = re.compile(rf"{re.escape(key)}(?:-([0-9]{{1,4}}))?\Z")
    earlier = filter(None, (numbered.search(own.row["relationship"]) for own in found))
    number = max((int(match[1] or 1) for match in earlier), default=0) + 1
    # .NET counts UTF-16.
    customer = one_line(case.tenant.name).encode("utf-16-le")[: 2 * _LONGEST_NAME].decode("utf-16-le", "ignore").strip()
    name = f"{customer} {key}{f'-{number}' if number > 1 else ''}"
    extend = "P180D" if terms.auto_extend else "PT0S"
    body = {
        "displayName": name,
        "duration": terms.duration,
        "customer": {"tenantId": case.tenant.tenant_id},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in terms.roles]},
        "autoExtendDuration": extend,
    }
    return Look(
        kind="change",
        # Not the name: it changes with the list, and a second one would be made while the first does not show.
        object=case.tenant.tenant_id,
        message=f"Make GDAP relationship '{name}' with {case.tenant.name}: {role_names(terms.roles)}"
        f" ({terms.duration}).",
        after={
            "displayName": name,
            "roles": list(terms.roles),
            "duration": terms.duration,
            "autoExtendDuration": extend,
        },
        call=WriteCall("POST", gdap.PATH, body),
    )


def _lock(case: RemedyCase, terms: GdapTerms, draft: gdap.OwnRelationship) -> Look:
    relationship_id = draft.row["id"]
    if set(draft.row["roles"]) != set(terms.roles):
        return _declined(
            case,
            f"{gdap.name_of(case, draft.row)} is a draft whose roles are not those of the list:"
            f" {role_names(draft.row['roles'])}.",
            f"Partner administrator of {case.home.name}: finalize or delete it in {GDAP_LIST}.",
        )
    return Look(
        kind="change",
        object=relationship_id,
        message=f"{gdap.name_of(case, draft.row)}: send it to the customer for approval.",
        before={"status": draft.row["status"]},
        after={"status": "approvalPending"},
        call=WriteCall("POST", f"{gdap.PATH}/{relationship_id}/requests", {"action": "lockForApproval"}),
    )


def _waiting(case: RemedyCase, own: gdap.OwnRelationship) -> Look:
    # What waits for approval was changed last when it was sent.
    url = INVITATION_URL.format(id=own.row["id"])
    sent = parse_time(own.changed)
    left = max(0, round((sent + LAPSES - case.now) / dt.timedelta(days=1))) if sent else None
    ends = f" It lapses {LAPSES.days} days after it was sent, in about {left} days." if left is not None else ""
    return Look(
        kind="waiting",
        object=own.row["id"],
        since=own.changed,
        message=f"{gdap.name_of(case, own.row)} waits for the customer's approval since {day_of(own.changed)}.{ends}",
        remedy="Customer Delegated Admin Relationship Administrator or Global Administrator of"
        f" {case.tenant.name}: approve the relationship: {url}",
        approval_url=url,
        mail=_mail(case, own, url),
    )


def _mail(case: RemedyCase, own: gdap.OwnRelationship, url: str) -> str:
    return (
        f"Subject: {case.home.name} asks for your approval of delegated administration\n\n"
        f"Hello,\n\n{case.home.name} needs your approval to look after the security of {case.tenant.name} with"
        f" Microsoft Defender. We ask for these roles: {role_names(own.row['roles'])}.\n\nPlease open this link as"
        f" Global Administrator, and approve the relationship '{own.row['relationship']}':\n{url}\n\nThe link is valid"
        f" for {LAPSES.days} days. You can end the relationship at any time.\n"
    )


def _lapsed(own: gdap.OwnRelationship, now: dt.datetime) -> bool:
    sent = parse_time(own.changed)
    return sent is not None and now - sent > LAPSES


def _status(own: gdap.OwnRelationship) -> str:
    return own.row["status"].lower()


def _declined(case: RemedyCase, message: str, remedy: str) -> Look:
    return Look(kind="declined", object=case.finding.object, message=message, remedy=remedy)
