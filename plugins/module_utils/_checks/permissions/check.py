# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check permissions."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check, ReadUse
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import reads as role_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.account_roles import role_expiries
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    DEFENDER_ASSIGNMENTS,
    DEFENDER_DEFINITIONS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reading import follow_up, possible_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reasons import CAVEATS, REASONS

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Read


def _uses(purpose: str, *reads: Read) -> tuple[ReadUse, ...]:
    return tuple(ReadUse(purpose, "target", read) for read in reads)


CHECK: t.Final = Check(
    name="permissions",
    title="Permissions",
    link="permissions",
    stage="requirements",
    judge=lambda case: judge_permissions(case, judge_access(case)),
    possible_reads=possible_reads,
    follow_up=follow_up,
    reads=(
        *_uses(
            "permissions by B2B",
            role_reads.DIRECTORY_ROLES,
            role_reads.OWN_DIRECTORY_ROLES,
            role_reads.ROLE_ASSIGNMENTS,
        ),
        *_uses("permissions by B2B (advice)", OPERATOR_GROUPS, pim.ELIGIBLE_ROLES, pim.OWN_ELIGIBLE_ROLES),
        *_uses("permissions by B2B (advice)", pim.TIMED_ROLES, pim.OWN_TIMED_ROLES),
        *_uses("permissions by B2B (advice)", pim.ELIGIBLE_GROUPS, pim.OWN_ELIGIBLE_GROUPS),
        *_uses("permissions by B2B (Defender's roles)", DEFENDER_ASSIGNMENTS, DEFENDER_DEFINITIONS),
    ),
    reasons=REASONS,
    caveats=CAVEATS,
    caveat_reads=dict.fromkeys(
        ("permissions.activation_ends", "permissions.assignment_ends"),
        (role_reads.DIRECTORY_ROLES, role_reads.ROLE_ASSIGNMENTS, pim.TIMED_ROLES),
    ),
    expiries=role_expiries,
)
