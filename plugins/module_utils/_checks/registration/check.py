# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check registration."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check
from ansible_collections.m365.defender.plugins.module_utils._checks.registration.reasons import REASONS
from ansible_collections.m365.defender.plugins.module_utils._core.chain import Explanation

CHECK: t.Final = Check(
    name="registration",
    title="In the view",
    link="registration",
    stage="registration",
    judge=None,
    reasons=REASONS,
    explanations=(
        Explanation("access", reason="registration.lost_access"),
        Explanation("access", reason="registration.not_offered"),
    ),
    explained_by_any="registration.not_eligible",
)
