# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check sign_in."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.judge import judge_sign_in
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.list_refusal import with_list_refusal
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reads import ARM_SIGN_IN
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reasons import CAVEATS, REASONS

CHECK: t.Final = Check(
    name="sign_in",
    title="Sign-in",
    link="sign_in",
    stage="access",
    as_operator=True,
    judge=lambda case: with_list_refusal(case, judge_sign_in(case)),
    reasons=REASONS,
    caveats=CAVEATS,
    caveat_reads={"sign_in.arm_refused": (ARM_SIGN_IN,)},
)
