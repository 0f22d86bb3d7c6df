# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra B2B: does the operator have an account in the target tenant, accepted and enabled?

A guest from another Microsoft Entra tenant cannot be found by `identities` (issuerAssignedId is null there
[community]), so the app looks by mail, by otherMails and by the #EXT# user principal name; the operator looks at their
own object. A user that was deleted stands among the deleted items for 30 days [doc directory-deleteditems-list].
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR, USER_PERMISSIONS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem, Read
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case

_SELECT: t.Final = "$select=id,userPrincipalName,mail,userType,accountEnabled,externalUserState,identities"
# So long a deleted user can be restored [doc users-restore].
_RESTORABLE: t.Final = dt.timedelta(days=30)
# More accounts than this with one mail address are left out of the evidence.
MAX_ACCOUNTS: t.Final = 5


def shape_accounts(body: t.Any) -> dict[str, t.Any]:
    """`{accounts: [{id, upn, mail, type, enabled, state, issuers}]}` of a list."""
    rows = body["value"]
    return {"accounts": [_shape_account(row) for row in rows[:MAX_ACCOUNTS]], "left_out": len(rows[MAX_ACCOUNTS:])}


def shape_own_account(body: t.Any) -> dict[str, t.Any]:
    """The same form for the operator's own object."""
    return {"accounts": [_shape_account(body)], "left_out": 0}


def _shape_account(row: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "id": str(row["id"]).lower(),
        "upn": str(row.get("userPrincipalName") or ""),
        "mail": row.get("mail"),
        "type": str(row.get("userType") or ""),
        "enabled": row.get("accountEnabled"),
        "state": row.get("externalUserState"),
        "issuers": sorted({str(identity.get("issuer") or "") for identity in row.get("identities") or ()}),
    }


def _look_up(what: str, title: str, condition: str) -> Read:
    return Read(
        what=what,
        title=title,
        path=f"/users?$filter={condition}&{_SELECT}",
        app=USER_PERMISSIONS,
        delegated=USER_PERMISSIONS,
        shape=shape_accounts,
    )


ACCOUNTS_BY_MAIL: t.Final = _look_up("accounts_by_mail", "accounts with the operator's mail", "mail eq '{mail}'")
ACCOUNTS_BY_OTHER_MAILS: t.Final = _look_up(
    "accounts_by_other_mails", "accounts with the operator's mail as another mail", "otherMails/any(m:m eq '{mail}')"
)
ACCOUNTS_BY_UPN: t.Final = _look_up(
    "accounts_by_upn",
    "accounts made from the operator's user principal name",
    "startsWith(userPrincipalName,'{external_name}')",
)
OWN_ACCOUNT: t.Final = Read(
    what="own_account",
    title="the operator's own account",
    path=f"/me?{_SELECT}",
    app=(),
    delegated=("User.Read", "User.ReadWrite", *USER_PERMISSIONS),
    shape=shape_own_account,
)


def shape_deleted(body: t.Any) -> dict[str, t.Any]:
    """`{deleted: [{id, upn, mail, deleted}]}`: few rows, since one is enough."""
    rows = [
        {
            "id": str(row["id"]).lower(),
            "upn": str(row.get("userPrincipalName") or ""),
            "mail": row.get("mail"),
            "deleted": row.get("deletedDateTime"),
        }
        for row in body["value"][:MAX_ACCOUNTS]
    ]
    return {"deleted": rows}


def _deleted(what: str, condition: str) -> Read:
    return Read(
        what=what,
        title="deleted accounts of the operator",
        path=f"/directory/deletedItems/microsoft.graph.user?$filter={condition}"
        "&$select=id,userPrincipalName,mail,deletedDateTime",
        app=("User.Read.All", "Directory.Read.All"),
        delegated=(),
        shape=shape_deleted,
    )


DELETED_BY_MAIL: t.Final = _deleted("deleted_by_mail", "mail eq '{mail}'")
# The user principal name of a deleted user can begin with its object id [community], so this look may find nothing.
DELETED_BY_UPN: t.Final = _deleted("deleted_by_upn", "startsWith(userPrincipalName,'{external_name}')")

# What finds the operator's account in a target.
LOOK_UPS: t.Final = (ACCOUNTS_BY_MAIL, ACCOUNTS_BY_OTHER_MAILS, ACCOUNTS_BY_UPN, OWN_ACCOUNT)


def known_mails(user: Mapping[str, t.Any]) -> tuple[str, ...]:
    """Every address that the operator can have been invited by, in lower case, each once."""
    mails = [user["mail"], user["upn"], *user["other_mails"]]
    return tuple(dict.fromkeys(mail.lower() for mail in mails if mail))


def external_name(upn: str) -> str:
    """The beginning of the user principal name that a guest gets: `anna_contoso.com#EXT#@` [guess, well known]."""
    return upn.replace("@", "_") + "#EXT#@"


@dataclasses.dataclass(frozen=True, slots=True)
class AccountFinding:
    """What the accounts say. `account_id` is the account that gives access, where one does."""

    rank: int
    reason: str = ""
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)
    problem: Problem | None = None
    evidence: tuple[Evidence, ...] = ()
    account_id: str | None = None


# Rank of what an account says: 0 gives access, 10 leaves it open, the others do not.
_GOOD, _OPEN, _PENDING, _DISABLED, _BLOCKED, _DELETED, _MISSING = 0, 10, 21, 22, 23, 28, 29

# With the operator identity alone, Microsoft Entra's refusal of the sign-in says what the account would have said.
_SAID_BY_ENTRA: t.Final = {
    "sign_in.guest_pending": (_PENDING, "access.guest_pending"),
    "sign_in.account_disabled": (_DISABLED, "access.guest_disabled"),
    "sign_in.user_not_in_tenant": (_MISSING, "access.guest_missing"),
    "sign_in.outbound_blocked": (_BLOCKED, "access.outbound_blocked"),
    "sign_in.inbound_blocked": (_BLOCKED, "access.inbound_blocked"),
}
_SEEN_AT_SIGN_IN: t.Final = {"account": "seen at sign-in", "setting": "Microsoft Entra said so at sign-in"}
# The issuer of an identity that signs in from another Microsoft Entra tenant [community, seen in public dumps].
_OTHER_ENTRA_TENANT: t.Final = "externalazuread"


def judge_accounts(case: Case) -> AccountFinding:
    """The best account wins, and one look that shows it is evidence enough. Without an accepted one, anything unread
    leaves the matter unknown. Pure.
    """
    evidence = pieces = case.every(*LOOK_UPS)
    accounts = {a["id"]: a for p in pieces if readable(p) for a in p.data["accounts"]}
    names = _names_of(case)
    ranked = sorted((*_judge_account(account, names), account_id) for account_id, account in accounts.items())
    if ranked and ranked[0][0] == _GOOD:
        shown = next(p for p in pieces if readable(p) and ranked[0][2] in (a["id"] for a in p.data["accounts"]))
        return _finding(ranked[0][0], ranked[0][1], accounts[ranked[0][2]], (shown,))
    problem = _unread(case, pieces)
    if problem is not None:
        rank, reason = _SAID_BY_ENTRA.get(problem.reason, (_OPEN, ""))
        said = AccountFinding(rank, reason, {**problem.details, **_SEEN_AT_SIGN_IN}, evidence=evidence)
        return said if reason else AccountFinding(_OPEN, problem=problem, evidence=evidence)
    if not ranked:
        return _judge_deleted(case, names, evidence)
    rank, reason, account_id = ranked[0]
    return _finding(rank, reason, accounts[account_id], evidence)


def _judge_deleted(case: Case, names: tuple[str, ...], evidence: tuple[Evidence, ...]) -> AccountFinding:
    """No account is there: was there one? Where the deleted ones could not be read, it is missing all the same."""
    pieces = case.every(DELETED_BY_MAIL, DELETED_BY_UPN)
    rows = [row for piece in pieces if readable(piece) for row in piece.data["deleted"] if _theirs(row, names)]
    found = [(time, row) for row in rows if (time := parse_time(row["deleted"])) is not None]
    time, row = max(found, key=lambda pair: (pair[0], pair[1]["id"]), default=(None, None))
    if time is None or row is None or case.now - time >= _RESTORABLE:
        return AccountFinding(_MISSING, "access.guest_missing", evidence=(*evidence, *pieces))
    details = {
        "object": row["id"],
        "account": _plain_upn(row) or row["id"],
        "deleted": time.date().isoformat(),
        "days": str((_RESTORABLE - (case.now - time)).days),
    }
    return AccountFinding(_DELETED, "access.guest_deleted", details, evidence=(*evidence, *pieces))


def _names_of(case: Case) -> tuple[str, ...]:
    """The operator's addresses, as far as they are known."""
    operator = case.get(OPERATOR)
    if readable(operator) and "upn" in operator.data:
        return known_mails(operator.data)
    return (case.operator.lower(),)


def _unread(case: Case, pieces: Sequence[Evidence]) -> Problem | None:
    """What stands in the way of a firm no: the operator's addresses, or a look-up, could not be read."""
    operator = case.get(OPERATOR)
    if operator is not None and operator.problem is not None:
        return operator.problem
    failed = next((piece for piece in pieces if not readable(piece) or piece.data["left_out"]), None)
    if failed is None and pieces:
        return None
    if failed is not None and failed.problem is not None:
        return failed.problem
    said = "there are more accounts with that name than we look at" if failed is not None else "they were not read"
    return Problem("read.partial", {"what": "the operator's accounts", "where": case.tenant.name, "said": said})


def _judge_account(account: Mapping[str, t.Any], names: tuple[str, ...]) -> tuple[int, str]:
    """Rank and reason of one account. States are plain strings in Graph: compared without case."""
    state = str(account["state"] or "").lower()
    if state == "pendingacceptance":
        return _PENDING, "access.guest_pending"
    if state != "accepted" and not (account["state"] is None and account["type"].lower() == "member"):
        return _OPEN, "access.guest_state_unknown"
    if not _proven(account, names):
        return _OPEN, "access.guest_identity_unknown"
    if account["enabled"] is False:
        return _DISABLED, "access.guest_disabled"
    if account["enabled"] is not True:
        return _OPEN, "access.guest_state_unknown"
    return _GOOD, "access.guest_accepted" if state == "accepted" else "access.member_enabled"


def _proven(account: Mapping[str, t.Any], names: tuple[str, ...]) -> bool:
    """Is it the operator's, and does it sign in from another Entra tenant?

    An account of somebody else can carry the address among its other mails, and a guest with the right address can sign
    in by a Microsoft account or a one-time passcode: neither is the person of the home tenant.
    """
    return _theirs(account, names) and _OTHER_ENTRA_TENANT in (issuer.lower() for issuer in account["issuers"])


def _theirs(account: Mapping[str, t.Any], names: tuple[str, ...]) -> bool:
    """Is it by its mail or its name an account of the operator?"""
    upn, mail = _plain_upn(account).lower(), str(account["mail"] or "").lower()
    return mail in names or any(upn.startswith(external_name(name).lower()) for name in names)


def _plain_upn(account: Mapping[str, t.Any]) -> str:
    """The user principal name; a deleted user can have its id before it."""
    prefix = account["id"].replace("-", "")
    upn: str = account["upn"]
    return upn[len(prefix) :] if upn.lower().startswith(prefix) else upn


def _finding(rank: int, reason: str, account: Mapping[str, t.Any], evidence: tuple[Evidence, ...]) -> AccountFinding:
    details = {
        "object": account["id"],
        "account": account["upn"] or account["id"],
        "user_type": (account["type"] or "guest").lower(),
        "state": str(account["state"]),
        "issuers": ", ".join(account["issuers"]) or "nothing that is told",
    }
    account_id = account["id"] if rank == _GOOD else None
    return AccountFinding(rank, reason, details, evidence=evidence, account_id=account_id)
