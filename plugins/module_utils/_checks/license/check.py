# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check license."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check, ReadUse
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import (
    judge_license,
    subscription_expiries,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import (
    SUBSCRIBED_SKUS,
    SUBSCRIPTIONS,
    license_reads,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reasons import CAVEATS, REASONS

CHECK: t.Final = Check(
    name="license",
    title="License",
    link="license",
    stage="requirements",
    judge=judge_license,
    first_reads=license_reads,
    reads=(
        ReadUse("license", "target", SUBSCRIBED_SKUS),
        ReadUse("license (advice)", "target", SUBSCRIPTIONS),
    ),
    reasons=REASONS,
    caveats=CAVEATS,
    caveat_reads={"license.in_warning": (SUBSCRIBED_SKUS,), "license.trial_only": (SUBSCRIBED_SKUS, SUBSCRIPTIONS)},
    expiries=subscription_expiries,
)
