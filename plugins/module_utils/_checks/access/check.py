# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check access."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import (
    ACCOUNTS_BY_MAIL,
    ACCOUNTS_BY_OTHER_MAILS,
    ACCOUNTS_BY_UPN,
    DELETED_BY_MAIL,
    DELETED_BY_UPN,
    OWN_ACCOUNT,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import (
    HOME_DEFAULT,
    HOME_PARTNERS,
    SYNCHRONIZATION,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.caveats import CAVEATS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import (
    CLOUD_DEFAULT,
    CLOUD_ENDPOINTS,
    CLOUD_PARTNER,
    with_recipe,
)
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
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    OWN_ELIGIBLE_GROUPS,
    OWN_TIMED_GROUPS,
    TIMED_GROUPS,
)

CHECK: t.Final = Check(
    name="access",
    title="Access",
    link="access",
    stage="requirements",
    judge=lambda case: with_recipe(case, judge_access(case).verdict),
    first_reads=first_reads,
    follow_up=follow_up,
    reads=(
        ReadUse("access by GDAP", "home", RELATIONSHIPS),
        ReadUse("access by GDAP", "home", ASSIGNMENTS),
        ReadUse("access by GDAP, by B2B, by governance", "home", OPERATOR_GROUPS),
        ReadUse("access by GDAP, by B2B, by governance", "home", OWN_GROUPS),
        ReadUse("access by GDAP (advice)", "home", ELIGIBLE_GROUPS),
        ReadUse("access by GDAP (advice)", "home", OWN_ELIGIBLE_GROUPS),
        ReadUse("access by GDAP (advice)", "home", TIMED_GROUPS),
        ReadUse("access by GDAP (advice)", "home", OWN_TIMED_GROUPS),
        *(ReadUse("access and listed by governance (preview)", "home", read) for read in GOVERNANCE_READS),
        ReadUse("access, another cloud (advice)", "home", CLOUD_ENDPOINTS),
        ReadUse("access, another cloud (advice)", "home", CLOUD_DEFAULT),
        ReadUse("access, another cloud (advice)", "home", CLOUD_PARTNER),
        ReadUse("access by B2B", "target", ACCOUNTS_BY_MAIL),
        ReadUse("access by B2B", "target", ACCOUNTS_BY_OTHER_MAILS),
        ReadUse("access by B2B", "target", ACCOUNTS_BY_UPN),
        ReadUse("access by B2B", "target", OWN_ACCOUNT),
        ReadUse("access by B2B", "target", DELETED_BY_MAIL),
        ReadUse("access by B2B", "target", DELETED_BY_UPN),
        ReadUse("access by B2B", "home", HOME_DEFAULT),
        ReadUse("access by B2B", "home", HOME_PARTNERS),
        ReadUse("access by B2B", "target", SYNCHRONIZATION),
    ),
    reasons={**REASONS, **GOVERNANCE_REASONS},
    caveats=CAVEATS,
    expiries=gdap_expiries,
)
