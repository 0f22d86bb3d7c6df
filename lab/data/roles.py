# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entra's built-in roles that a world can name: template id, name and description."""

from __future__ import annotations

import typing as t

# Microsoft Entra, permissions-reference: template ids are the same in every tenant.
_CATALOGUE: t.Final = (
    ("62e90394-69f5-4237-9190-012177145e10", "Global Administrator", "Can manage all aspects of the tenant."),
    ("f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader", "Can read what a Global Administrator can."),
    ("194ae4cb-b126-40b2-bd5b-6091b380977d", "Security Administrator", "Can manage security settings and reports."),
    ("5f2222b1-57c3-48ba-8ad5-d4759f1fde6f", "Security Operator", "Can create and manage security events."),
    ("5d6b6bb7-de71-4623-b4af-96380a352509", "Security Reader", "Can read security information and reports."),
    ("17315797-102d-40b4-93e0-432062caca18", "Compliance Administrator", "Can manage compliance features."),
    ("e6d1a23a-da11-4be4-9570-befc86d067a7", "Compliance Data Administrator", "Can manage compliance content."),
    ("e8611ab8-c189-46e8-94e1-60213ab1f814", "Privileged Role Administrator", "Can manage role assignments."),
    ("fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator", "Can manage users and groups."),
    ("892c5842-a9a6-463a-8041-72aa08ca3cf6", "Cloud App Security Administrator", "Can manage Defender for Cloud Apps."),
    ("b1be1c3e-b65d-4f19-8427-f6fa0d97feb9", "Conditional Access Administrator", "Can manage Conditional Access."),
    ("95e79109-95c0-4d8e-aee3-d01accf2d47b", "Guest Inviter", "Can invite guests."),
    ("88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Directory Readers", "Can read basic directory information."),
    ("b0f54661-2d74-4c50-afa3-1ec803f12efe", "Billing Administrator", "Can perform billing tasks."),
    ("4d6ac14f-3453-41d0-bef9-a3e0c569773a", "License Administrator", "Can manage product licences."),
    ("8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2", "Hybrid Identity Administrator", "Can manage hybrid identity."),
    ("729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator", "Can reset passwords for non-administrators."),
    ("f023fd81-a637-4b56-95fd-791ac0226033", "Service Support Administrator", "Can manage support tickets."),
    ("29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator", "Can manage Exchange."),
    ("3a2c62db-5318-420d-8d74-23affee5d9d5", "Intune Administrator", "Can manage Intune."),
    # The permissions-reference at hand lists none of these four [community, two files agree].
    ("1981f584-96e9-4a6f-95b0-f522373f8fae", "Tenant Governance Administrator", "Can manage tenant governance."),
    ("e0a4caa6-fe82-443f-b92f-d87341d17b2e", "Tenant Governance Reader", "Can read tenant governance."),
    (
        "b8e31d83-1534-480f-9b10-0338ded51b7e",
        "Tenant Governance Relationship Administrator",
        "Can manage governance relationships.",
    ),
    (
        "124577f8-48ed-456a-839f-13b419002e33",
        "Tenant Governance Relationship Reader",
        "Can read governance relationships.",
    ),
)

NAME_OF: t.Final = {role_id: name for role_id, name, _description in _CATALOGUE}
ID_OF: t.Final = {name: role_id for role_id, name, _description in _CATALOGUE}
DESCRIPTION_OF: t.Final = {role_id: description for role_id, _name, description in _CATALOGUE}

# What the directory calls its roles where its language is German.
_GERMAN: t.Final = {
    "Global Administrator": "Globaler Administrator",
    "Global Reader": "Globaler Leser",
    "Security Administrator": "Sicherheitsadministrator",
    "Security Operator": "Sicherheitsoperator",
    "Security Reader": "Sicherheitsleseberechtigter",
    "Compliance Administrator": "Complianceadministrator",
    "Compliance Data Administrator": "Compliancedatenadministrator",
    "Privileged Role Administrator": "Administrator für privilegierte Rollen",
    "User Administrator": "Benutzeradministrator",
    "Cloud App Security Administrator": "Cloud App Security-Administrator",
    "Conditional Access Administrator": "Administrator für den bedingten Zugriff",
    "Guest Inviter": "Gasteinladender",
    "Directory Readers": "Verzeichnisleseberechtigte",
    "Billing Administrator": "Abrechnungsadministrator",
    "License Administrator": "Lizenzadministrator",
    "Hybrid Identity Administrator": "Hybrididentitätsadministrator",
    "Helpdesk Administrator": "Helpdeskadministrator",
    "Service Support Administrator": "Dienstsupportadministrator",
    "Exchange Administrator": "Exchange-Administrator",
    "Intune Administrator": "Intune-Administrator",
}
DISPLAY_NAMES: t.Final = {"en": NAME_OF, "de": {role_id: _GERMAN.get(name, name) for role_id, name in NAME_OF.items()}}

GLOBAL_ADMINISTRATOR: t.Final = ID_OF["Global Administrator"]

# Entra puts this one into `wids` of everybody who holds no other role.
DEFAULT_USER: t.Final = "b79fbf4d-3ef9-4689-8143-76b194e85509"


def ids(*names: str) -> frozenset[str]:
    """Template ids of the named roles."""
    return frozenset(ID_OF[name] for name in names)


def role_id(name: str) -> str:
    """The template id of a role given by its name or by the id itself. Raises KeyError."""
    return name.lower() if name.lower() in NAME_OF else ID_OF[name]
