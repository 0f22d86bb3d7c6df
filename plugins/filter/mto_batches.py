# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_batches)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_batches
short_description: Check a tenant list and cut it into batches
version_added: 0.1.0
description:
  - Checks the whole list, as the modules check theirs, and names the first bad row. A duplicate in another batch would
    be missed otherwise.
  - Cuts it into batches, so that a long list shows progress while it is worked on.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: The list of tenants, as for O(m365.defender.mto_requirement_facts#module:tenants).
    type: list
    elements: dict
    required: true
  size:
    description: How many tenants a batch holds at most.
    type: int
    default: 50
  home_tenant_id:
    description: The home tenant, which may not be in the list. Taken from the environment if it is not set.
    type: str
"""

EXAMPLES = r"""
---
- name: Check the requirements of many tenants, fifty at a time
  m365.defender.mto_requirement_facts:
    tenants: "{{ item.tenants }}"
  loop: "{{ mto_tenants | m365.defender.mto_batches }}"
  loop_control:
    label: "{{ item.label }}"
  register: facts
"""

RETURN = r"""
_value:
  description: The batches. Each has a C(label) for people and its C(tenants).
  type: list
  elements: dict
"""

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._tenant_list import make_batches


def mto_batches(tenants: object, size: object = 50, home_tenant_id: str | None = None) -> list[dict[str, object]]:
    """See DOCUMENTATION."""
    return [batch._asdict() for batch in make_batches(tenants, size, home_tenant_id)]


FilterModule = filter_module(mto_batches)
