# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access as Microsoft Graph shows it: the default, and the entry for one partner."""

from __future__ import annotations

import dataclasses
import typing as t

from lab.data import schema
from lab.state.directory import object_id
from lab.worlds.access import DefaultAccess

if t.TYPE_CHECKING:
    from lab.state.directory import Entity
    from lab.worlds.access import Collaboration, PartnerAccess, Targeting
    from lab.worlds.world import Home

# Microsoft 365 Security and Compliance Center, the portal's own app [doc mto-troubleshoot].
PORTAL_APP: t.Final = "80ccca67-54bd-44ab-8625-4b79c4dc7775"
_CONSENT: t.Final = ("inboundAllowed", "outboundAllowed")


@dataclasses.dataclass(frozen=True, slots=True)
class Targets:
    """The targets of a world as Microsoft writes them. People and groups are those of the home tenant."""

    home: Home

    def user(self, word: str) -> Entity:
        """Return the target for the operator, a group, everybody, or an object id."""
        kind, _colon, name = word.rpartition(":")
        if kind == "group":
            return {"target": object_id(self.home.tenant_id, "group", name), "targetType": "group"}
        operator = object_id(self.home.tenant_id, "user", self.home.operator.upn.lower())
        return {"target": operator if word == "operator" else word, "targetType": "user"}

    def application(self, word: str) -> Entity:
        """Return the target for the Defender portal, one of Microsoft's words, or an application id."""
        return {"target": PORTAL_APP if word == "portal" else word, "targetType": "application"}


def _setting(setting: Collaboration | None, targets: Targets) -> Entity | None:
    if setting is None:
        return None
    return {
        "usersAndGroups": _part(setting.users, targets.user, "AllUsers"),
        "applications": _part(setting.applications, targets.application, "AllApplications"),
    }


def _part(part: Targeting | None, entity: t.Callable[[str], Entity], everything: str) -> Entity | None:
    if part is None:
        return None
    words = (everything,) if part.targets is None else part.targets
    return {"accessType": part.access, "targets": [entity(word) for word in words]}


def _settings(access: DefaultAccess | PartnerAccess, targets: Targets) -> Entity:
    return {
        "b2bCollaborationInbound": _setting(access.b2b_inbound, targets),
        "b2bCollaborationOutbound": _setting(access.b2b_outbound, targets),
        "b2bDirectConnectInbound": _setting(access.direct_inbound, targets),
        "b2bDirectConnectOutbound": _setting(access.direct_outbound, targets),
        "automaticUserConsentSettings": {
            "inboundAllowed": access.consent_inbound,
            "outboundAllowed": access.consent_outbound,
        },
        # Types of the CSDL without an example on any page [guess: null while nobody has set them].
        "appServiceConnectInbound": None,
        "m365CollaborationInbound": None,
        "m365CollaborationOutbound": None,
    }


def _inbound_trust(access: DefaultAccess | PartnerAccess) -> Entity:
    return {
        "isMfaAccepted": access.mfa,
        "isCompliantDeviceAccepted": access.compliant_device,
        "isHybridAzureADJoinedDeviceAccepted": access.hybrid_joined_device,
    }


def build_default(access: DefaultAccess, targets: Targets) -> Entity:
    """Return the default. Untouched it is Microsoft's own, which trusts nobody's MFA."""
    nobody = {"accessType": "blocked", "targets": [{"target": "AllUsers", "targetType": "user"}]}
    nothing = {"accessType": "blocked", "targets": [{"target": "AllApplications", "targetType": "application"}]}
    return {
        "isServiceDefault": access == DefaultAccess(),
        "inboundTrust": _inbound_trust(access),
        **_settings(access, targets),
        "tenantRestrictions": {"devices": None, "usersAndGroups": nobody, "applications": nothing},
    }


def build_partner(tenant_id: str, access: PartnerAccess, targets: Targets) -> Entity:
    """Return an entry for a tenant. A null property inherits the default."""
    return {
        "tenantId": tenant_id,
        "isServiceProvider": None,
        "isInMultiTenantOrganization": None,
        "inboundTrust": None if access.trust is None else _inbound_trust(access),
        **_settings(access, targets),
        "tenantRestrictions": None,
    }


def new_partner(tenant_id: str) -> Entity:
    """Return an entry in which everything inherits the default."""
    row = dict.fromkeys(schema.properties("crossTenantAccessPolicyConfigurationPartner"))
    return {**row, "tenantId": tenant_id, "automaticUserConsentSettings": dict.fromkeys(_CONSENT)}


def build_synchronization(tenant_id: str, name: str, *, allowed: bool) -> Entity:
    """Return the policy for people who are synchronized from that tenant."""
    return {"tenantId": tenant_id, "displayName": name, "userSyncInbound": {"isSyncAllowed": allowed}}
