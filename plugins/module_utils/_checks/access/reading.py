# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What access by B2B asks of a target tenant: the operator's account, and the settings that can veto it."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import reads as b2b_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import judge_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Reading, TargetContext


def needs_accounts(case: Case) -> bool:
    """Tell whether the account decides: under `auto`, a relationship that carries a wanted role makes it needless."""
    method = case.tenant.access
    return method == "b2b" or (method == "auto" and not judge_access(case).carries(case.tenant.roles))


def first_reads(context: TargetContext) -> list[BoundRead]:
    """Return what access by B2B needs; nothing where another way carries already."""
    if not needs_accounts(context.case):
        return []
    return [
        *b2b_reads.settings_reads(context),
        BoundRead(b2b_reads.SYNCHRONIZATION, {"home_tenant_id": context.home_tenant_id}),
        *account_look_ups(context.mails, as_operator=context.as_operator),
    ]


def account_look_ups(mails: Sequence[str], *, as_operator: bool) -> list[BoundRead]:
    """Return what finds the operator's account in a target: by every address as the app, or the own object."""
    if as_operator:
        return [BoundRead(b2b_reads.OWN_ACCOUNT)]
    return b2b_reads.bind_look_ups(b2b_reads.APP_LOOK_UPS, mails)


def follow_up(context: TargetContext) -> Reading[Case]:
    """Ask whether there was an account where none is found, and which of several is the person's.

    The organization proves whose answer it is.
    """
    found = judge_accounts(context.case)
    if context.has_app and found.problem is None and found.reason == "access.guest_missing":
        look_ups = b2b_reads.bind_look_ups(b2b_reads.DELETED_LOOK_UPS, context.mails)
        deleted = yield Ask([BoundRead(ORGANIZATION), *look_ups], "app")
        return context.case.with_evidence(deleted)
    if context.has_operator and found.reason == "access.guest_ambiguous":
        own = yield Ask([BoundRead(ORGANIZATION), BoundRead(b2b_reads.OWN_ACCOUNT)], "operator")
        return context.case.with_evidence({key: item for key, item in own.items() if key != ORGANIZATION.key})
    return context.case
