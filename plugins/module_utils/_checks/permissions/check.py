# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check permissions."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check, ReadUse
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.account_roles import role_expiries
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    DEFENDER_ASSIGNMENTS,
    DEFENDER_DEFINITIONS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import judge_permissions
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reading import follow_up, possible_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reads import (
    DIRECTORY_ROLES,
    OWN_DIRECTORY_ROLES,
    ROLE_ASSIGNMENTS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reasons import CAVEATS, REASONS
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    ELIGIBLE_ROLES,
    OWN_ELIGIBLE_GROUPS,
    OWN_ELIGIBLE_ROLES,
    OWN_TIMED_ROLES,
    TIMED_ROLES,
)

CHECK: t.Final = Check(
    name="permissions",
    title="Permissions",
    link="permissions",
    stage="requirements",
    judge=lambda case: judge_permissions(case, judge_access(case)),
    possible_reads=possible_reads,
    follow_up=follow_up,
    reads=(
        ReadUse("permissions by B2B", "target", DIRECTORY_ROLES),
        ReadUse("permissions by B2B", "target", OWN_DIRECTORY_ROLES),
        ReadUse("permissions by B2B", "target", ROLE_ASSIGNMENTS),
        ReadUse("permissions by B2B (advice)", "target", OPERATOR_GROUPS),
        ReadUse("permissions by B2B (advice)", "target", ELIGIBLE_ROLES),
        ReadUse("permissions by B2B (advice)", "target", OWN_ELIGIBLE_ROLES),
        ReadUse("permissions by B2B (advice)", "target", TIMED_ROLES),
        ReadUse("permissions by B2B (advice)", "target", OWN_TIMED_ROLES),
        ReadUse("permissions by B2B (advice)", "target", ELIGIBLE_GROUPS),
        ReadUse("permissions by B2B (advice)", "target", OWN_ELIGIBLE_GROUPS),
        ReadUse("permissions by B2B (Defender's roles)", "target", DEFENDER_ASSIGNMENTS),
        ReadUse("permissions by B2B (Defender's roles)", "target", DEFENDER_DEFINITIONS),
    ),
    reasons=REASONS,
    caveats=CAVEATS,
    expiries=role_expiries,
)
