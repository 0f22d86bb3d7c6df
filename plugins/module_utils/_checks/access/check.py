# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check access."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.access import cross_cloud
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import cross_tenant
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import reads as b2b_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.caveats import CAVEATS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.expiry import gdap_expiries
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import ASSIGNMENTS, RELATIONSHIPS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    READS as GOVERNANCE_READS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reasons import (
    REASONS as GOVERNANCE_REASONS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.access.reading import first_reads, follow_up
from ansible_collections.m365.defender.plugins.module_utils._checks.access.reasons import REASONS
from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check, ReadUse
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS, OWN_GROUPS

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

# What each read is for, and in which tenant it is made.
_USES: t.Final[tuple[tuple[str, str, tuple[Read, ...]], ...]] = (
    ("access by GDAP", "home", (RELATIONSHIPS, ASSIGNMENTS)),
    ("access by GDAP, by B2B, by governance", "home", (OPERATOR_GROUPS, OWN_GROUPS)),
    ("access by GDAP (advice)", "home", (pim.ELIGIBLE_GROUPS, pim.OWN_ELIGIBLE_GROUPS)),
    ("access by GDAP (advice)", "home", (pim.TIMED_GROUPS, pim.OWN_TIMED_GROUPS)),
    ("access and listed by governance (preview)", "home", GOVERNANCE_READS),
    ("access, another cloud (advice)", "home", cross_cloud.READS),
    ("access by B2B", "target", (*b2b_reads.LOOK_UPS, *b2b_reads.DELETED_LOOK_UPS)),
    ("access by B2B", "home", (b2b_reads.HOME_DEFAULT, b2b_reads.HOME_PARTNERS)),
    ("access by B2B", "target", (b2b_reads.SYNCHRONIZATION,)),
)

CHECK: t.Final = Check(
    name="access",
    title="Access",
    link="access",
    stage="requirements",
    judge=lambda case: cross_cloud.with_recipe(case, judge_access(case).verdict),
    first_reads=first_reads,
    follow_up=follow_up,
    reads=tuple(ReadUse(purpose, side, read) for purpose, side, reads in _USES for read in reads),
    reasons={**REASONS, **GOVERNANCE_REASONS},
    caveats=CAVEATS,
    caveat_reads={
        "access.gdap_expiring": (RELATIONSHIPS,),
        "access.gdap_expiring_global_admin": (RELATIONSHIPS,),
        "access.activation_ends": (RELATIONSHIPS, pim.TIMED_GROUPS),
        "access.settings_block_too": cross_tenant.READS,
        "access.governance_beside_gdap": (RELATIONSHIPS, *GOVERNANCE_READS),
        "access.cross_cloud_home": cross_cloud.READS,
        "access.cross_cloud_target": cross_cloud.READS,
    },
    expiries=gdap_expiries,
)
