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

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._role.tenant_file import tenant_file

if t.TYPE_CHECKING:
    from collections.abc import Callable


def mto_tenant_list(customers: object, left_out: object = ()) -> str:
    """See DOCUMENTATION."""
    try:
        return tenant_file(customers, left_out)
    except OptionError as error:
        # Ansible would repeat the sentence of a cause.
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> dict[str, Callable[..., str]]:
        """Return the filter by its name."""
        return {"mto_tenant_list": mto_tenant_list}
