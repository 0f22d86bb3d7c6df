# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recommendation `mfa_trust`: does the target accept multifactor authentication that was done in the home tenant?

A partner entry whose inboundTrust is null as a whole inherits the default [doc
crosstenantaccesspolicyconfigurationpartner]. What a null within an inboundTrust means is not told there, so we do not
guess. Trust of devices is told beside it: a Conditional Access policy that asks for a device looks at that [doc
authentication-conditional-access]. No document of Microsoft's says that trust does not matter for people who come by
GDAP (that page speaks of B2B and names service providers only as a kind of user), so it is recommended for them, too.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
    trim_to,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Verdict

_WORDS: t.Final = {True: "accepted", False: "not accepted"}


def judge_mfa_trust(case: Case) -> Verdict:
    """Met when the setting that applies (partner entry, else default) accepts multifactor authentication."""
    partner, default = case.get(SETTINGS_PARTNER), case.get(SETTINGS_DEFAULT)
    if not readable(partner):
        return case.unread("mfa_trust", partner, default)
    if partner.data.get("inbound_trust") is not None:
        return _verdict(case, partner, "partner", [partner])
    if not readable(default):
        return case.unread("mfa_trust", default, partner)
    return _verdict(case, default, "default", [partner, default])


def _accepted(piece: Evidence, claim: str) -> bool | None:
    accepted = (piece.data.get("inbound_trust") or {}).get(claim)
    return accepted if isinstance(accepted, bool) else None


def _verdict(case: Case, piece: Evidence, source: str, evidence: list[Evidence]) -> Verdict:
    """One claim at a time: a null of one says nothing about the others."""
    details = {"source": source}
    for claim in ("compliant_device", "hybrid_joined_device"):
        accepted = _accepted(piece, claim)
        details[claim] = "not told" if accepted is None else _WORDS[accepted]
    evidence = [trim_to(piece, "inbound_trust") for piece in evidence]
    mfa = _accepted(piece, "mfa")
    if mfa is None:
        return case.verdict("mfa_trust", "mfa_trust.not_told", details, evidence=evidence)
    reason = f"mfa_trust.by_{source}" if mfa else "mfa_trust.not_accepted"
    return case.verdict("mfa_trust", reason, details, evidence=evidence)
