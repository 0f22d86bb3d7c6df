# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check mfa_trust."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
    settings_reads,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check, ReadUse
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.judge import judge_mfa_trust
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.reasons import REASONS

CHECK: t.Final = Check(
    name="mfa_trust",
    title="MFA trust",
    link="mfa_trust",
    severity="recommended",
    stage="requirements",
    judge=judge_mfa_trust,
    first_reads=settings_reads,
    reads=(
        ReadUse("mfa_trust, access by B2B", "target", SETTINGS_DEFAULT),
        ReadUse("mfa_trust, access by B2B", "target", SETTINGS_PARTNER),
    ),
    reasons=REASONS,
)
