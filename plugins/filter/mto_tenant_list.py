# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_tenant_list)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_tenant_list
short_description: Write a tenant list for Git from GDAP customers
version_added: 0.1.0
description:
  - Writes the customers of M(m365.defender.mto_gdap_customer_info) as a YAML file with the variable C(mto_tenants).
  - A customer's name is foreign data. A name that looks like a template to Ansible is marked C(!unsafe), so that it is
    never evaluated.
positional: left_out
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: The value of RV(m365.defender.mto_gdap_customer_info#module:customers).
    type: list
    elements: dict
    required: true
  left_out:
    description:
      - The value of RV(m365.defender.mto_gdap_customer_info#module:left_out).
      - These customers are written as comments, so that whoever reads the list sees that they are not in it.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
---
- name: Write the tenant list
  ansible.builtin.copy:
    content: "{{ gdap.customers | m365.defender.mto_tenant_list(gdap.left_out) }}"
    dest: tenants.yml
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The text of the file.
  type: str
"""

from ansible_collections.m365.defender.plugins.plugin_utils._ansible.filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._role.tenant_file import tenant_file


def mto_tenant_list(customers: object, left_out: object = ()) -> str:
    """See DOCUMENTATION."""
    return tenant_file(customers, left_out)


FilterModule = filter_module(mto_tenant_list)
