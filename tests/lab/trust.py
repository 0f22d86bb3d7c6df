# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access as Microsoft Graph shows it: the default, and the entry for one partner."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from lab.directory import Entity
    from lab.world_states import DefaultAccess, PartnerAccess

_DIRECTIONS: t.Final = ("Inbound", "Outbound")


def _side(access: str) -> Entity:
    return {
        "usersAndGroups": {"accessType": access, "targets": [{"target": "AllUsers", "targetType": "user"}]},
        "applications": {
            "accessType": access,
            "targets": [{"target": "AllApplications", "targetType": "application"}],
        },
    }


def _inbound_trust(mfa: bool | None) -> Entity:
    return {"isMfaAccepted": mfa, "isCompliantDeviceAccepted": False, "isHybridAzureADJoinedDeviceAccepted": False}


def build_default(access: DefaultAccess) -> Entity:
    """The default; untouched it is Microsoft's own, which trusts nobody's MFA."""
    return {
        "isServiceDefault": not access.mfa,
        "inboundTrust": _inbound_trust(access.mfa),
        **{f"b2bCollaboration{direction}": _side("allowed") for direction in _DIRECTIONS},
        **{f"b2bDirectConnect{direction}": _side("blocked") for direction in _DIRECTIONS},
        "automaticUserConsentSettings": {"inboundAllowed": False, "outboundAllowed": False},
        "tenantRestrictions": {"devices": None, **_side("blocked")},
    }


def build_partner(tenant_id: str, access: PartnerAccess) -> Entity:
    """An entry for one tenant. A property that is null takes the default's value."""
    return {
        "tenantId": tenant_id,
        "isServiceProvider": None,
        "isInMultiTenantOrganization": None,
        "inboundTrust": None if access.trust is None else _inbound_trust(access.mfa),
        **{f"b2bCollaboration{direction}": None for direction in _DIRECTIONS},
        **{f"b2bDirectConnect{direction}": None for direction in _DIRECTIONS},
        "automaticUserConsentSettings": {"inboundAllowed": None, "outboundAllowed": None},
        "tenantRestrictions": None,
    }
