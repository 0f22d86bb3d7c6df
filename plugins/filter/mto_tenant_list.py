# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_tenant_list)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_tenant_list
short_description: A tenant list for Git out of GDAP customers
version_added: 0.1.0
description:
  - Writes the customers of M(m365.defender.mto_gdap_customer_info) as a YAML file with the variable C(mto_tenants).
  - A customer's name is foreign data. A name that Ansible would take for a template is marked C(!unsafe), so that it is
    never evaluated.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: The value of RV(m365.defender.mto_gdap_customer_info#module:customers).
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
---
- name: Write the tenant list
  ansible.builtin.copy:
    content: "{{ gdap.customers | m365.defender.mto_tenant_list }}"
    dest: tenants.yml
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The text of the file.
  type: str
"""

import typing as t

import yaml


class _ForeignName(str):
    """A string that has to keep its braces."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes lists the way people write them, and foreign names with C(!unsafe)."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _unsafe(dumper: yaml.SafeDumper, name: _ForeignName) -> yaml.ScalarNode:
    return dumper.represent_scalar("!unsafe", str(name), style="'")


_Dumper.add_representer(_ForeignName, _unsafe)


def mto_tenant_list(customers: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """See DOCUMENTATION."""
    head = "---\n# GDAP customers of the home tenant. Read it, take out what you do not manage, and keep it in Git.\n"
    if not customers:
        return head + "mto_tenants: []\n"
    return head + "mto_tenants:\n" + "".join(_row(customer) for customer in customers)


def _row(customer: t.Mapping[str, t.Any]) -> str:
    name = str(customer["name"])
    row = {
        "tenant_id": str(customer["tenant_id"]),
        "name": _ForeignName(name) if "{" in name else name,
        "access": "gdap",
    }
    text = yaml.dump([row], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    note = "" if customer["gdap_in_force"] else "  # No GDAP relationship is in force with this customer now.\n"
    return note + "".join(f"  {line}\n" for line in text.splitlines())


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"mto_tenant_list": mto_tenant_list}
