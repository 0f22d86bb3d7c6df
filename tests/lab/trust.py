# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access as Microsoft Graph shows it: the default, and the entry for one partner."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from lab.directory import Entity
    from lab.world_states import DefaultAccess, PartnerAccess, Sides


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


def _sides(sides: Sides, collaboration: str | None, direct_connect: str | None) -> Entity:
    """The four sides: as the world says, else as the two words say; null where nobody says anything."""
    said = {
        "b2bCollaborationInbound": sides.collaboration_inbound or collaboration,
        "b2bCollaborationOutbound": sides.collaboration_outbound or collaboration,
        "b2bDirectConnectInbound": sides.direct_connect_inbound or direct_connect,
        "b2bDirectConnectOutbound": sides.direct_connect_outbound or direct_connect,
    }
    return {name: _side(access) if access else None for name, access in said.items()}


def build_default(access: DefaultAccess) -> Entity:
    """The default; untouched it is Microsoft's own, which trusts nobody's MFA."""
    return {
        "isServiceDefault": not access.mfa and not any(access.sides.model_dump().values()),
        "inboundTrust": _inbound_trust(access.mfa),
        **_sides(access.sides, "allowed", "blocked"),
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
        **_sides(access.sides, None, None),
        "automaticUserConsentSettings": {"inboundAllowed": None, "outboundAllowed": None},
        "tenantRestrictions": None,
    }
