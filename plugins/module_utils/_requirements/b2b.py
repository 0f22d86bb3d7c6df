# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra B2B: does the operator have an account in the target tenant, accepted and enabled?

A guest from another Microsoft Entra tenant cannot be found by `identities` (issuerAssignedId is null there
[community]), so the app looks by mail, by otherMails and by the #EXT# user principal name; the operator looks at their
own object.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._model import Evidence, Problem, Read
from ansible_collections.m365.defender.plugins.module_utils._requirements.case import readable

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._requirements.case import Case

_SELECT: t.Final = "$select=id,userPrincipalName,mail,userType,accountEnabled,creationType,externalUserState"
_PERMISSIONS: t.Final = ("User.Read.All", "Directory.Read.All")
# More accounts than this with one mail address are left out of the evidence.
MAX_ACCOUNTS: t.Final = 5


def shape_accounts(body: t.Any) -> dict[str, t.Any]:
    """`{accounts: [{id, upn, mail, type, enabled, state}]}` of a list."""
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
    }


def _look_up(what: str, title: str, condition: str) -> Read:
    return Read(
        what=what,
        title=title,
        path=f"/users?$filter={condition}&{_SELECT}",
        app=_PERMISSIONS,
        delegated=_PERMISSIONS,
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
    delegated=("User.Read", "User.Read.All", "Directory.Read.All"),
    shape=shape_own_account,
)

LOOK_UP_KEYS: t.Final = ("accounts_by_mail", "accounts_by_other_mails", "accounts_by_upn", "own_account")


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


_REASONS: t.Final = {
    0: "access.guest_accepted",
    10: "access.guest_state_unknown",
    21: "access.guest_pending",
    22: "access.guest_disabled",
    29: "access.guest_missing",
}


def judge_accounts(case: Case) -> AccountFinding:
    """The best account wins. Without an accepted one, a look-up that failed leaves the matter unknown. Pure."""
    pieces = [piece for key, piece in case.evidence.items() if key.split("/")[0] in LOOK_UP_KEYS]
    evidence = tuple(pieces)
    accounts = {a["id"]: a for p in pieces if readable(p) for a in p.data["accounts"]}
    ranked = sorted((_rank(account), account_id) for account_id, account in accounts.items())
    if ranked and ranked[0][0] == 0:
        return _finding(0, accounts[ranked[0][1]], evidence)
    failed = next((piece for piece in pieces if not readable(piece) or piece.data["left_out"]), None)
    if failed is not None or not pieces:
        return AccountFinding(10, problem=_problem(case, failed), evidence=evidence)
    if not ranked:
        return AccountFinding(29, "access.guest_missing", evidence=evidence)
    rank, account_id = ranked[0]
    return _finding(rank, accounts[account_id], evidence)


def _problem(case: Case, failed: Evidence | None) -> Problem:
    if failed is not None and failed.problem is not None:
        return failed.problem
    said = "there are more accounts with that name than we look at" if failed is not None else "they were not read"
    return Problem("read.partial", {"what": "the operator's accounts", "where": case.tenant.name, "said": said})


def _rank(account: Mapping[str, t.Any]) -> int:
    """0 for an account that gives access. States are plain strings in Graph: compared without case."""
    state = str(account["state"] or "").lower()
    if state not in ("accepted", "pendingacceptance") and not _synchronized(account):
        return 10
    if state == "pendingacceptance":
        return 21
    if account["enabled"] is not True:
        return 22 if account["enabled"] is False else 10
    return 0


def _synchronized(account: Mapping[str, t.Any]) -> bool:
    """A member made by cross-tenant synchronization can be without a state; its name shows where it comes from."""
    return account["state"] is None and account["type"].lower() == "member" and "#ext#" in account["upn"].lower()


def _finding(rank: int, account: Mapping[str, t.Any], evidence: tuple[Evidence, ...]) -> AccountFinding:
    details = {
        "object": account["id"],
        "account": account["upn"] or account["id"],
        "user_type": (account["type"] or "guest").lower(),
        "state": str(account["state"]),
    }
    return AccountFinding(
        rank, _REASONS[rank], details, evidence=evidence, account_id=account["id"] if rank == 0 else None
    )
