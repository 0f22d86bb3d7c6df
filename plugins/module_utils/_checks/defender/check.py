# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check defender."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check, ReadUse
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.judge import judge_defender
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reads import INCIDENTS
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reasons import CAVEATS, REASONS
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._core.chain import Explanation

CHECK: t.Final = Check(
    name="defender",
    title="Defender",
    link="defender",
    stage="access",
    as_operator=True,
    judge=lambda case: judge_defender(case, judge_sign_in(case)),
    reads=(ReadUse("defender", "target", INCIDENTS),),
    reasons=REASONS,
    caveats=CAVEATS,
    explanations=(
        Explanation("permissions", reason="defender.role_missing"),
        Explanation("license", reason="defender.not_provisioned", when="unmet"),
    ),
)
