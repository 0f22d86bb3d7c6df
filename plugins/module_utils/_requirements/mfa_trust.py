# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recommendation `mfa_trust`: does the target accept multifactor authentication that was done in the home tenant?

A partner entry whose inboundTrust is null as a whole inherits the default [doc
crosstenantaccesspolicyconfigurationpartner]. What a null within an inboundTrust means is not told there, so we do not
guess. No partner entry (HTTP 404) means that the default applies [guess on the exact code].
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._model import Read
from ansible_collections.m365.defender.plugins.module_utils._requirements.case import readable
from ansible_collections.m365.defender.plugins.module_utils._roles import role_template_id

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._model import Evidence, Verdict
    from ansible_collections.m365.defender.plugins.module_utils._requirements.case import Case

_PERMISSIONS: t.Final = ("Policy.Read.All", "Policy.ReadWrite.CrossTenantAccess")
# Delegated, a person needs one of these roles as well [doc crosstenantaccesspolicy pages], least first.
_READERS: t.Final = tuple(
    str(role_template_id(name))
    for name in ("Security Reader", "Global Reader", "Conditional Access Administrator", "Security Administrator")
)


def shape_trust(body: t.Any) -> dict[str, t.Any]:
    """Evidence: `{found: true, inbound_trust: null | {mfa, compliant_device, hybrid_joined_device}}`."""
    trust = body["inboundTrust"]
    if trust is None:
        return {"found": True, "inbound_trust": None}
    return {
        "found": True,
        "inbound_trust": {
            "mfa": trust.get("isMfaAccepted"),
            "compliant_device": trust.get("isCompliantDeviceAccepted"),
            "hybrid_joined_device": trust.get("isHybridAzureADJoinedDeviceAccepted"),
        },
    }


TRUST_DEFAULT: t.Final = Read(
    what="cross_tenant_access_default",
    title="the default cross-tenant access settings",
    path="/policies/crossTenantAccessPolicy/default",
    app=_PERMISSIONS,
    delegated=_PERMISSIONS,
    shape=shape_trust,
    readers=_READERS,
)

TRUST_PARTNER: t.Final = Read(
    what="cross_tenant_access_partner",
    title="the cross-tenant access settings for the home tenant",
    path="/policies/crossTenantAccessPolicy/partners/{home_tenant_id}",
    app=_PERMISSIONS,
    delegated=_PERMISSIONS,
    shape=shape_trust,
    readers=_READERS,
    missing_is_answer=True,
)


def judge_mfa_trust(case: Case) -> Verdict:
    """Met when the setting that applies (partner entry, else default) accepts multifactor authentication."""
    partner, default = case.get("cross_tenant_access_partner"), case.get("cross_tenant_access_default")
    if partner is None or not readable(partner):
        return case.unread("mfa_trust", partner, default)
    if partner.data.get("inbound_trust") is not None:
        return _verdict(case, _mfa(partner), "partner", [partner])
    if default is None or not readable(default):
        return case.unread("mfa_trust", default, partner)
    return _verdict(case, _mfa(default), "default", [partner, default])


def _mfa(piece: Evidence) -> bool | None:
    trust = piece.data.get("inbound_trust")
    accepted = trust.get("mfa") if trust else None
    return accepted if isinstance(accepted, bool) else None


def _verdict(case: Case, accepted: bool | None, source: str, evidence: list[Evidence]) -> Verdict:
    if accepted is None:
        return case.verdict("mfa_trust", "mfa_trust.not_told", evidence=evidence)
    reason = f"mfa_trust.by_{source}" if accepted else "mfa_trust.not_accepted"
    return case.verdict("mfa_trust", reason, {"source": source}, evidence=evidence)
