# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue: every reason with its status, its sentence, its remedy and Microsoft's page. Data only.

A reason is stable: programs and reports may rely on it. Sentences may be worded better at any time. The braces are
filled by the judge: `tenant` (name of the target), `home` (name or id of the home tenant), `operator`, and what the
reason itself says.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reasons import (
    REASONS as GOVERNANCE,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.reasons import REASONS as ACCESS
from ansible_collections.m365.defender.plugins.module_utils._checks.caveats import CAVEATS, CAVEATS_TO_ACT_ON
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reasons import REASONS as DEFENDER
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reasons import REASONS as LICENSE
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust.reasons import REASONS as MFA_TRUST
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.reasons import REASONS as PERMISSIONS
from ansible_collections.m365.defender.plugins.module_utils._checks.registration.reasons import REASONS as REGISTRATION
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in.reasons import REASONS as SIGN_IN
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.consent import REASONS as CONSENT
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.read import REASONS as READ

__all__ = ["CAVEATS", "CAVEATS_TO_ACT_ON", "REASONS"]

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import Reason

REASONS: t.Final[dict[str, Reason]] = {
    **CONSENT,
    **ACCESS,
    **GOVERNANCE,
    **SIGN_IN,
    **LICENSE,
    **PERMISSIONS,
    **MFA_TRUST,
    **DEFENDER,
    **REGISTRATION,
    **READ,
}
