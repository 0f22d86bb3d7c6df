# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check listed."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check, ReadUse
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import (
    ARM_TENANTS,
    CUSTOMERS,
    judge_listed,
)
from ansible_collections.m365.defender.plugins.module_utils._core.chain import Explanation

CHECK: t.Final = Check(
    name="listed",
    title="Listed",
    link="access",
    stage="access",
    as_operator=True,
    judge=lambda case: judge_listed(case)[0],
    reads=(
        ReadUse("adopt, listed by GDAP", "home", CUSTOMERS),
        ReadUse("listed by B2B", "home", ARM_TENANTS),
    ),
    # Its reasons are those of `access`: it looks at the same from the other side.
    reasons={},
    # The requirement says why a list does not hold the tenant.
    explanations=(Explanation("access", status="unmet"),),
)
