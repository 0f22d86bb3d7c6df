# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_host_tenants)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_host_tenants
short_description: Make a tenant list from inventory hosts
version_added: 0.1.0
description:
  - Makes the option C(tenants) of the modules from the variables of inventory hosts, one host for each tenant.
  - Ansible does not connect to these hosts. They only hold the variables.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description:
      - The variables of the hosts, in order. C(mto_tenant_id) is required. C(mto_name) defaults to the host's name.
        C(mto_access), C(mto_roles), C(mto_licenses) and C(mto_cloud) are optional.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
---
- name: Show the tenants of a group
  ansible.builtin.debug:
    msg: "{{ groups['mto_tenants'] | map('extract', hostvars) | m365.defender.mto_host_tenants }}"
"""

RETURN = r"""
_value:
  description: The list of tenants.
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._tenant_list import tenants_of_hosts


def mto_host_tenants(hosts: t.Iterable[t.Mapping[str, object]]) -> list[dict[str, object]]:
    """See DOCUMENTATION."""
    return tenants_of_hosts(hosts)


FilterModule = filter_module(mto_host_tenants)
