# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of tenants of the modules that judge them."""

from __future__ import annotations


class ModuleDocFragment:
    """The doc fragment C(m365.defender._tenants)."""

    DOCUMENTATION = r"""
options:
  tenants:
    description:
      - The full list of tenants to be viewed and managed.
      - Duplicates, IDs that are not GUIDs, and the home tenant are refused with a message that names the row. An empty
        list is refused as well.
      - Required unless O(from_evidence) is given.
    type: list
    elements: dict
    suboptions:
      tenant_id:
        description: The directory (tenant) ID, a GUID. Every row needs one.
        type: str
      name:
        description: A display name. If not set, the ID is used.
        type: str
      access:
        description:
          - How the operator reaches the tenant. One of V(auto), V(gdap), V(b2b) and V(governance).
          - With V(auto), GDAP is checked first, then B2B, then governance relationships (preview).
          - If the governance lists are inaccessible, V(auto) ignores them and adds a caveat. The verdict for
            V(governance) is V(unknown) in this case.
        type: str
        default: auto
      roles:
        description:
          - Microsoft Entra roles, by English name or template ID. Any one of them is sufficient.
          - If not set, the five roles that can open the Defender portal count. These are Security Reader, Global
            Reader, Security Operator, Security Administrator and Global Administrator.
        type: list
        elements: str
      licenses:
        description:
          - Service plans (by ID or name) or products (by SKU part number). Only these count, and any one of them is
            sufficient.
          - If not set, every plan on Microsoft's prerequisites page counts.
        type: list
        elements: str
      cloud:
        description:
          - The cloud of the tenant, if it is not the cloud of the home tenant. One of V(public), V(gcc), V(gcc_high)
            and V(dod).
        type: str
      gdap:
        description:
          - The GDAP relationship that is wanted with the tenant. Only M(m365.defender.mto_remedy) uses it. No verdict
            depends on it.
        type: dict
        suboptions:
          roles:
            description: The Microsoft Entra roles of a relationship to be requested, by English name or template ID.
            type: list
            elements: str
          duration:
            description: How long it is to last, from V(P1D) to V(P730D).
            type: str
            default: P730D
          auto_extend:
            description: Whether it is to be extended automatically. That is impossible with Global Administrator.
            type: bool
            default: true
          assignments:
            description: The security groups of the home tenant that get roles of the relationship.
            type: list
            elements: dict
            suboptions:
              group:
                description: The object ID of the group, a GUID.
                type: str
              roles:
                description: The roles that it gets, at most 15. If not set, all roles of the relationship.
                type: list
                elements: str
"""
