# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What access by B2B asks of a target tenant: the operator's account, and the settings that can veto it."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import (
    ACCOUNTS_BY_MAIL,
    ACCOUNTS_BY_OTHER_MAILS,
    ACCOUNTS_BY_UPN,
    DELETED_BY_MAIL,
    DELETED_BY_UPN,
    OWN_ACCOUNT,
    external_name,
    judge_accounts,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import (
    SYNCHRONIZATION,
    settings_reads,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext, TargetReader


def needs_accounts(case: Case) -> bool:
    """Tell whether the account decides: under `auto`, a relationship that carries a wanted role makes it needless."""
    method = case.tenant.access
    return method == "b2b" or (method == "auto" and not judge_access(case).carries(case.tenant.roles))


def first_reads(context: TargetContext) -> list[BoundRead]:
    """Return what access by B2B needs; nothing where another way carries already."""
    if not needs_accounts(context.case):
        return []
    synchronization = BoundRead(SYNCHRONIZATION, {"home_tenant_id": context.home_tenant_id})
    return [
        *settings_reads(context),
        synchronization,
        *account_look_ups(context.mails, as_operator=context.as_operator),
    ]


def account_look_ups(mails: Sequence[str], *, as_operator: bool) -> list[BoundRead]:
    """Return what finds the operator's account in a target: by every address as the app, or the own object."""
    if as_operator:
        return [BoundRead(OWN_ACCOUNT)]
    reads: list[BoundRead] = []
    for number, mail in enumerate(mails):
        qualifier = str(number or "")
        reads.append(BoundRead(ACCOUNTS_BY_MAIL, {"mail": mail}, qualifier))
        reads.append(BoundRead(ACCOUNTS_BY_OTHER_MAILS, {"mail": mail}, qualifier))
        reads.append(BoundRead(ACCOUNTS_BY_UPN, {"external_name": external_name(mail)}, qualifier))
    return reads


def follow_up(context: TargetContext, reader: TargetReader) -> Case:
    """Read, where no account is found, whether there was one. The organization proves whose answer it is."""
    if not context.has_app or judge_accounts(context.case).reason != "access.guest_missing":
        return context.case
    reads = [BoundRead(ORGANIZATION)]
    for number, mail in enumerate(context.mails):
        qualifier = str(number or "")
        reads.append(BoundRead(DELETED_BY_MAIL, {"mail": mail}, qualifier))
        reads.append(BoundRead(DELETED_BY_UPN, {"external_name": external_name(mail)}, qualifier))
    return context.case.with_evidence(reader.read_as_app(reads))
