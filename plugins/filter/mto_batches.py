# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_batches)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_batches
short_description: Check a tenant list and split it into batches
version_added: 0.1.0
description:
  - Checks the whole list by the rules of the modules and names the first bad row. The modules see one batch at a time
    and would miss a duplicate in another one.
  - Splits the list into batches, so that a play over many tenants shows progress.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: The list of tenants, as for O(m365.defender.mto_requirement_facts#module:tenants).
    type: list
    elements: dict
    required: true
  size:
    description: The largest number of tenants in a batch.
    type: int
    default: 50
  home_tenant_id:
    description: The home tenant, which must not be in the list. By default it is taken from the environment.
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
