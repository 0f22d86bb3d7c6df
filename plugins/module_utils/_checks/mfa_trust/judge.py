# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recommendation `mfa_trust`: the target accepts multifactor authentication that was done in the home tenant. Pure.

A partner entry whose inboundTrust is null as a whole inherits the default [doc
crosstenantaccesspolicyconfigurationpartner]. That page does not say what a null within an inboundTrust means, so we do
not guess. Trust of devices is named beside it: a Conditional Access policy that asks for a device looks at that [doc
authentication-conditional-access]. No document of Microsoft's says that trust does not matter for people who come by
GDAP (that page speaks of B2B and names service providers only as a kind of user), so it is recommended for them, too.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import trim_to
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import Trust
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Verdict

_WORDS: t.Final = {True: "accepted", False: "not accepted", None: "not stated"}


def judge_mfa_trust(case: Case) -> Verdict:
    """Return met where the setting that applies (partner entry, else default) accepts multifactor authentication."""
    partner, default = case.get(SETTINGS_PARTNER), case.get(SETTINGS_DEFAULT)
    if not readable(partner):
        return case.unread("mfa_trust", partner, default)
    trust: Trust | None = partner.data.get("inbound_trust")
    if trust is not None:
        return _verdict(case, trust, "partner", partner)
    if not readable(default):
        return case.unread("mfa_trust", default, partner)
    return _verdict(case, default.data.get("inbound_trust"), "default", partner, default)


def _verdict(case: Case, trust: Trust | None, source: str, *evidence: Evidence) -> Verdict:
    """Judge one claim at a time: a null of one says nothing about the others."""
    values = [trust.get(claim) if trust else None for claim in ("mfa", "compliant_device", "hybrid_joined_device")]
    mfa, compliant, hybrid = (value if isinstance(value, bool) else None for value in values)
    details = {"source": source, "compliant_device": _WORDS[compliant], "hybrid_joined_device": _WORDS[hybrid]}
    reason = "mfa_trust.not_told" if mfa is None else f"mfa_trust.by_{source}" if mfa else "mfa_trust.not_accepted"
    shown = [trim_to(item, "inbound_trust") for item in evidence]
    return case.verdict("mfa_trust", reason, details, evidence=shown)
