# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Entra roles by template id. A template id is the same in every tenant; display names are translated.

Source: Microsoft Entra built-in roles, permissions-reference [doc].
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.options.values import GUID

# From those that may do least to those that may do most: advice names the least first.
ROLE_NAMES: t.Final[dict[str, str]] = {
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
    "95e79109-95c0-4d8e-aee3-d01accf2d47b": "Guest Inviter",
    "5d6b6bb7-de71-4623-b4af-96380a352509": "Security Reader",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
    "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f": "Security Operator",
    "4d6ac14f-3453-41d0-bef9-a3e0c569773a": "License Administrator",
    "b0f54661-2d74-4c50-afa3-1ec803f12efe": "Billing Administrator",
    "e6d1a23a-da11-4be4-9570-befc86d067a7": "Compliance Data Administrator",
    "17315797-102d-40b4-93e0-432062caca18": "Compliance Administrator",
    "892c5842-a9a6-463a-8041-72aa08ca3cf6": "Cloud App Security Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
    "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": "Hybrid Identity Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
}

# The roles that reach the Defender portal [doc defender-xdr/m365d-permissions], strongest first.
DEFENDER_ROLES: t.Final = (
    "62e90394-69f5-4237-9190-012177145e10",
    "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
    "5d6b6bb7-de71-4623-b4af-96380a352509",
)

GLOBAL_ADMINISTRATOR: t.Final = "62e90394-69f5-4237-9190-012177145e10"
_BY_NAME: t.Final = {name.lower(): template_id for template_id, name in ROLE_NAMES.items()}


def role_template_id(name: str) -> str | None:
    """Return the template id of a role given by name or template id, in any letter case; None for an unknown name."""
    text = name.strip().lower()
    return text if GUID.match(text) else _BY_NAME.get(text)


def role_name(template_id: str) -> str:
    """Return the English name of a role, or the id itself where the name is unknown."""
    return ROLE_NAMES.get(template_id.lower(), template_id)


def role_names(template_ids: t.Iterable[str]) -> str:
    """Return the names on one line, the role that may do least first; those without a known name come last."""
    known = list(ROLE_NAMES)
    ranked = sorted(
        template_ids, key=lambda role: known.index(role.lower()) if role.lower() in ROLE_NAMES else len(known)
    )
    return ", ".join(role_name(template_id) for template_id in ranked)
