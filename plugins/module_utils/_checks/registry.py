# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All checks, in the order of the chain. A new check is its folder and one line here."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access import check as access_check
from ansible_collections.m365.defender.plugins.module_utils._checks.check import Check, ReadUse, Stage
from ansible_collections.m365.defender.plugins.module_utils._checks.defender import check as defender_check
from ansible_collections.m365.defender.plugins.module_utils._checks.license import check as license_check
from ansible_collections.m365.defender.plugins.module_utils._checks.listed import check as listed_check
from ansible_collections.m365.defender.plugins.module_utils._checks.mfa_trust import check as mfa_trust_check
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR, ORGANIZATION, OWN_USER
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import check as permissions_check
from ansible_collections.m365.defender.plugins.module_utils._checks.registration import check as registration_check
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in import check as sign_in_check
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.acceptance import CAVEATS as ACCEPTANCE
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.catalogue import Catalogue
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.consent import REASONS as CONSENT
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.read import REASONS as READ
from ansible_collections.m365.defender.plugins.module_utils._core.chain import Chain

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry, Verdict

CHECKS: t.Final[tuple[Check, ...]] = (
    access_check.CHECK,
    # Belongs to the link `access`, as seen in the lists that Microsoft shows: it comes after the requirement.
    listed_check.CHECK,
    sign_in_check.CHECK,
    license_check.CHECK,
    permissions_check.CHECK,
    defender_check.CHECK,
    registration_check.CHECK,
    # Recommended only: it breaks nothing, and comes last.
    mfa_trust_check.CHECK,
)
CHAIN: t.Final = Chain(CHECKS)
CATALOGUE: t.Final = Catalogue(
    reasons={**CONSENT, **READ, **{reason: row for check in CHECKS for reason, row in check.reasons.items()}},
    caveats={**ACCEPTANCE, **{reason: row for check in CHECKS for reason, row in check.caveats.items()}},
    checks={check.name: check for check in CHECKS},
)
# Reads that all checks share.
SHARED_READS: t.Final = (
    ReadUse("every check", "home and target", ORGANIZATION),
    ReadUse("every check", "home", OPERATOR),
    ReadUse("every check", "home", OWN_USER),
)
ALL_READS: t.Final[tuple[ReadUse, ...]] = (*SHARED_READS, *(use for check in CHECKS for use in check.reads))


def checks_of(stage: Stage) -> tuple[Check, ...]:
    """Return the checks of one step of the guide, in the order of the chain."""
    return tuple(check for check in CHECKS if check.stage == stage)


def judged(case: Case, stage: Stage) -> dict[str, Verdict]:
    """Return every verdict of one step of the guide about a tenant. Pure."""
    verdicts = {check.name: check.judged(case) for check in checks_of(stage)}
    return {name: verdict for name, verdict in verdicts.items() if verdict is not None}


def expiries_of(case: Case) -> tuple[Expiry, ...]:
    """Return everything that ends by itself, the soonest first, each once."""
    ends = {expiry for check in CHECKS for expiry in check.expiries(case)}
    return tuple(sorted(ends, key=lambda expiry: (expiry.ends, expiry.what, expiry.object)))
