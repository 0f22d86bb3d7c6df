# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operator's account in the target tenant judged: it has to be theirs, accepted and enabled. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import reads
from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import (
    Candidate,
    Rank,
    proves_no_absence,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case

# So long a deleted user can be restored [doc users-restore].
_RESTORABLE: t.Final = dt.timedelta(days=30)
# With the operator identity alone, Microsoft Entra's refusal of the sign-in says what the account would have said.
_SAID_BY_ENTRA: t.Final = {
    "sign_in.guest_pending": "access.guest_pending",
    "sign_in.account_disabled": "access.guest_disabled",
    "sign_in.user_not_in_tenant": "access.guest_missing",
    "sign_in.outbound_blocked": "access.outbound_blocked",
    "sign_in.inbound_blocked": "access.inbound_blocked",
}
_SEEN_AT_SIGN_IN: t.Final = {"account": "seen at sign-in", "setting": "Microsoft Entra said so at sign-in"}
# The issuer of an identity that signs in from another Microsoft Entra tenant [community, seen in public dumps].
_OTHER_ENTRA_TENANT: t.Final = "externalazuread"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AccountCandidate(Candidate):
    """What an account says about access, or what its absence does."""

    MET = ("access.guest_accepted", "access.member_enabled")
    UNMET: t.ClassVar = {
        "access.guest_pending": 1,
        "access.guest_disabled": 2,
        "access.outbound_blocked": 3,
        "access.inbound_blocked": 3,
        "access.guest_deleted": 4,
        "access.guest_missing": 5,
    }

    @property
    def account_id(self) -> str | None:
        """The account that gives access, where one does."""
        return self.details["object"] if self.rank is Rank.MET else None


def judge_accounts(case: Case) -> AccountCandidate:
    """Return the best account; one look-up that shows it is evidence enough.

    Of several that could be the person's, only their own sign-in says which one it is. A look-up that was not read, or
    not to its end, could hold another one, and leaves the matter unknown. Pure.
    """
    own, names = case.get(reads.OWN_ACCOUNT), _names_of(case)
    evidence = (own,) if readable(own) and _accounts_in(own) else case.every(*reads.LOOK_UPS)
    accounts: dict[str, reads.Account] = {
        account["id"]: account for look_up in evidence if readable(look_up) for account in _accounts_in(look_up)
    }
    candidates = [_judge_account(account, names) for account in accounts.values()]
    alive = sorted(item.details["account"] for item in candidates if item.rank is not Rank.UNMET)
    best = min(candidates, key=lambda item: (*item.order, item.reason, item.details["object"]), default=None)
    if best is not None and best.account_id is not None and len(alive) > 1:
        return best.because("access.guest_ambiguous", accounts=", ".join(alive)).with_evidence(*evidence)
    problem = _unread(case, evidence)
    if best is not None and best.account_id is not None and problem is None:
        shown = accounts[best.account_id]
        return best.with_evidence(next(item for item in evidence if readable(item) and shown in _accounts_in(item)))
    if problem is not None:
        reason = _SAID_BY_ENTRA.get(problem.reason)
        if reason is None:
            return AccountCandidate(problem=problem, evidence=evidence)
        return AccountCandidate(reason=reason, details={**problem.details, **_SEEN_AT_SIGN_IN}, evidence=evidence)
    return best.with_evidence(*evidence) if best is not None else _judge_deleted(case, names, evidence)


def _accounts_in(look_up: Evidence) -> list[reads.Account]:
    """Return the accounts that a look-up found; `/me` of a person without an account in the tenant has none."""
    accounts: list[reads.Account] = look_up.data.get("accounts", [])
    return accounts


def _judge_deleted(case: Case, names: Sequence[str], evidence: Sequence[Evidence]) -> AccountCandidate:
    """Judge what was deleted, where no account is there. Where that could not be read, the account is missing."""
    look_ups = case.every(*reads.DELETED_LOOK_UPS)
    rows: list[reads.DeletedAccount] = [row for item in look_ups if readable(item) for row in item.data["deleted"]]
    candidate = AccountCandidate(reason="access.guest_missing", evidence=(*evidence, *look_ups))
    dated = [(time, row) for row in rows if _is_theirs(row, names) and (time := parse_time(row["deleted"]))]
    time, row = max(dated, key=lambda pair: (pair[0], pair[1]["id"]), default=(None, None))
    if time is None or row is None or case.now - time >= _RESTORABLE:
        return candidate
    return candidate.because(
        "access.guest_deleted",
        object=row["id"],
        account=_plain_upn(row) or row["id"],
        deleted=time.date().isoformat(),
        days=str((_RESTORABLE - (case.now - time)).days),
    )


def _names_of(case: Case) -> tuple[str, ...]:
    """Return the operator's addresses, as far as they are known."""
    operator = case.get(OPERATOR)
    if readable(operator) and "upn" in operator.data:
        return reads.known_mails(operator.data)
    return (case.operator.lower(),)


def _unread(case: Case, look_ups: Sequence[Evidence]) -> Problem | None:
    """Return what prevents a firm "no": the operator's addresses, or a look-up, could not be read."""
    operator = case.get(OPERATOR)
    if operator is not None and operator.problem is not None:
        return operator.problem
    failed = next((look_up for look_up in look_ups if not readable(look_up) or look_up.data.get("left_out")), None)
    if failed is None and look_ups:
        return _maybe_hidden(case, look_ups)
    if failed is not None and failed.problem is not None:
        return failed.problem
    why = "there are more accounts with that name than we look at" if failed is not None else "they were not read"
    return Problem("read.partial", {"what": "the operator's accounts", "where": case.tenant.name, "said": why})


def _maybe_hidden(case: Case, look_ups: Sequence[Evidence]) -> Problem | None:
    """Return the problem of look-ups by a person that found nobody: guests may be kept from looking [doc]."""
    hidden = (look_up for look_up in look_ups if not _accounts_in(look_up) and look_up.what != reads.OWN_ACCOUNT.what)
    if any(map(_accounts_in, look_ups)) or not any(map(proves_no_absence, hidden)):
        return None
    return Problem("read.maybe_hidden", {"what": "the list of users", "where": case.tenant.name})


def _judge_account(account: reads.Account, names: Sequence[str]) -> AccountCandidate:
    details = {
        "object": account["id"],
        "account": account["upn"] or account["id"],
        "user_type": (account["type"] or "guest").lower(),
        "state": str(account["state"]),
        "issuers": ", ".join(account["issuers"]) or "an unknown issuer",
    }
    return AccountCandidate(reason=_reason_of(account, names), details=details)


def _reason_of(account: reads.Account, names: Sequence[str]) -> str:
    """Return the reason of one account. States are plain strings in Graph: compared without case."""
    state = str(account["state"] or "").lower()
    if state == "pendingacceptance":
        return "access.guest_pending"
    if state != "accepted" and not (account["state"] is None and account["type"].lower() == "member"):
        return "access.guest_state_unknown"
    # An account of somebody else can carry the address among its other mails, and a guest with the right address can
    # sign in by a Microsoft account or a one-time passcode: neither is the person of the home tenant.
    if not _is_theirs(account, names) or _OTHER_ENTRA_TENANT not in map(str.lower, account["issuers"]):
        return "access.guest_identity_unknown"
    if account["enabled"] is False:
        return "access.guest_disabled"
    if account["enabled"] is not True:
        return "access.guest_state_unknown"
    return "access.guest_accepted" if state == "accepted" else "access.member_enabled"


def _is_theirs(account: reads.Account | reads.DeletedAccount, names: Sequence[str]) -> bool:
    """Tell whether an account is by its mail or its name one of the operator's."""
    upn, mail = _plain_upn(account).lower(), str(account["mail"] or "").lower()
    return mail in names or any(upn.startswith(reads.external_name(name).lower()) for name in names)


def _plain_upn(account: reads.Account | reads.DeletedAccount) -> str:
    """Return the user principal name without the id that a deleted user can have before it."""
    prefix, upn = account["id"].replace("-", ""), account["upn"]
    return upn[len(prefix) :] if upn.lower().startswith(prefix) else upn
