# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read about the account that gives access: its roles, what it may activate, and Defender's own roles."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.access.reading import needs_accounts
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import reads as role_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.account_roles import groups_to_read
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    DEFENDER_READS,
    trim_defender_roles,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Read

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Reading, TargetContext

_BY_APP: t.Final = (
    ORGANIZATION,
    role_reads.DIRECTORY_ROLES,
    role_reads.ROLE_ASSIGNMENTS,
    pim.ELIGIBLE_ROLES,
    pim.TIMED_ROLES,
    role_reads.ACCOUNT_GROUPS,
    role_reads.ACCOUNT_ELIGIBLE_GROUPS,
)
_BY_OPERATOR: t.Final = (
    ORGANIZATION,
    role_reads.OWN_DIRECTORY_ROLES,
    role_reads.ROLE_ASSIGNMENTS,
    pim.OWN_ELIGIBLE_ROLES,
    pim.OWN_TIMED_ROLES,
    role_reads.OWN_ACCOUNT_GROUPS,
    role_reads.OWN_ACCOUNT_ELIGIBLE_GROUPS,
)


def possible_reads(context: TargetContext) -> list[Read]:
    """Return what may be read once an account is found; nothing where no account is looked for."""
    return [*_account_reads(context), *DEFENDER_READS] if needs_accounts(context.case) else []


def follow_up(context: TargetContext) -> Reading[Case]:
    """Ask for the roles of the account that gives access, where there is one.

    What may be activated through a group, and Defender's own roles, are read only where an Entra role is missing. The
    organization is read again each time: it proves whose answer this is where a token cannot be read.
    """
    case, access = context.case, judge_access(context.case)
    if access.account_id is None:
        return case
    fields = dict.fromkeys(("account", "principal", "operator"), access.account_id)
    account = yield Ask([BoundRead(read, fields) for read in _account_reads(context)])
    case = case.with_evidence(account)
    if judge_permissions(case, access).status == "met":
        return case
    member, eligible = groups_to_read(case)
    reads = [
        BoundRead(ORGANIZATION),
        *(BoundRead(role_reads.GROUP_ELIGIBLE, {"principal": group}, group) for group in member),
        *(BoundRead(role_reads.GROUP_ROLES, {"account": group}, group) for group in eligible),
        *(BoundRead(read) for read in DEFENDER_READS),
    ]
    answers = yield Ask(reads)
    return case.with_evidence(trim_defender_roles(case, access.account_id, answers))


def _account_reads(context: TargetContext) -> tuple[Read, ...]:
    return _BY_OPERATOR if context.as_operator else _BY_APP
