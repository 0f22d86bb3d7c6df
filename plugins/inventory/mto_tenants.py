# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin C(mto_tenants)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_tenants
short_description: Tenants as hosts, from one of Microsoft's lists, the multitenant view, or a report
version_added: 0.1.0
description:
  - Makes a host of each tenant that the home tenant can reach, that the operator's multitenant view holds, or that the
    last report is about.
  - The name of a host is made of the letters and digits of the tenant's name, in ASCII. Tenants whose names would be
    the same have a part of their ID behind it.
  - Each host has the variables C(mto_tenant_id), C(mto_name), C(mto_cloud) and, where it is known, C(mto_access). From
    a report, C(mto_status) is a dictionary with C(ready), C(verified), C(eligible), C(registered), C(first_broken),
    C(reason) and C(actors).
  - Each host is in the group C(mto_cloud_<cloud>) and, where the access method is known, in C(mto_access_<method>).
    From a report, it is also in C(mto_ready) or C(mto_not_ready), and in a group C(mto_actor_<actor>) for everybody who
    has to act first on one of its findings.
  - What Microsoft answers is never evaluated as a template.
  - A list that cannot be read, or may not be whole, makes no inventory at all. Set
    E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) so that Ansible ends there instead of going on without these hosts.
  - The cache holds the names and IDs of the tenants, and no secret.
author:
  - The m365.defender authors (@m365-defender)
extends_documentation_fragment:
  - m365.defender._connection
  - m365.defender._portal
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin. The file's name has to end in C(mto_tenants.yml) or C(mto_tenants.yaml).
    type: str
    required: true
    choices: [m365.defender.mto_tenants]
  source:
    description:
      - Where the tenants come from.
      - V(gdap) are the delegated admin customers of the home tenant, and others with a GDAP relationship in force.
      - V(arm) are the tenants that Azure Resource Manager lists to the operator, whose sign-in is needed. Their names
        are not read.
      - V(governance) are the tenants that the home tenant governs (preview). Microsoft's list has no names.
      - V(view) are the tenants in the operator's multitenant view. See O(portal_snapshot).
      - V(report) are the tenants of O(report_file). Nothing is read from Microsoft then.
    type: str
    choices: [gdap, arm, governance, view, report]
    required: true
  report_file:
    description: A C(report.json) that the playbooks C(m365.defender.onboard) or C(m365.defender.drift) have written.
    type: path
  group:
    description:
      - A group for all hosts.
      - If it is V(mto_tenants), the role takes the hosts for the tenant list. Note that a tenant which Microsoft does
        not list any more is then missed by nobody, while a list in Git would show that it is lost.
    type: str
    default: mto_inventory
"""

EXAMPLES = r"""
---
# tenants.mto_tenants.yml: the GDAP customers. The app's secret is in the environment (MTO_CLIENT_SECRET).
plugin: m365.defender.mto_tenants
source: gdap
home_tenant_id: 11111111-2222-3333-4444-555555555555
client_id: 66666666-7777-8888-9999-000000000000
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_timeout: 3600
cache_connection: .cache

---
# report.mto_tenants.yml: the tenants of the last report, with a group for each check that is broken.
plugin: m365.defender.mto_tenants
source: report
report_file: reports/report.json
keyed_groups:
  - key: mto_status.first_broken
    prefix: broken
    default_value: none
groups:
  mto_waiting: mto_status.eligible and not mto_status.registered
"""

import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.m365.defender.plugins.module_utils._module import caught
from ansible_collections.m365.defender.plugins.plugin_utils._role.inventory.hosts import (
    groups_of,
    host_names,
    variables_of,
)
from ansible_collections.m365.defender.plugins.plugin_utils._role.inventory.sources import (
    rows_of_source,
    source_options,
)

if t.TYPE_CHECKING:
    from ansible.inventory.data import InventoryData
    from ansible.parsing.dataloader import DataLoader

    from ansible_collections.m365.defender.plugins.plugin_utils._role.inventory.hosts import HostRow


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc]
    """See DOCUMENTATION."""

    NAME = "m365.defender.mto_tenants"

    def verify_file(self, path: str) -> bool:
        """Tell whether a file is meant for this plugin."""
        return super().verify_file(path) and path.endswith(("mto_tenants.yml", "mto_tenants.yaml"))

    def parse(self, inventory: InventoryData, loader: DataLoader, path: str, cache: bool = True) -> None:
        """Add a host for each tenant."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        source = self.get_option("source")
        key = f"{self.get_cache_key(path)}_{source}"
        wanted = self.get_option("cache")
        rows = self._cache.get(key) if wanted and cache else None
        if rows is None:
            rows = self._read(source)
            if wanted:
                self._cache[key] = rows
        self._add(rows)

    def _read(self, source: str) -> list[HostRow]:
        options = {name: self.templar.template(self.get_option(name)) for name in source_options()}
        result = caught(lambda: {"rows": rows_of_source(source, options)}, "inventory plugin")
        if result.get("failed"):
            raise AnsibleParserError(str(result["msg"]))
        return t.cast("list[HostRow]", result["rows"])

    def _add(self, rows: list[HostRow]) -> None:
        group, strict = self.inventory.add_group(self.get_option("group")), self.get_option("strict")
        for name, row in zip(host_names(rows), rows, strict=True):
            host = self.inventory.add_host(name, group)
            variables = variables_of(row)
            for variable, value in variables.items():
                self.inventory.set_variable(host, variable, value)
            for own in groups_of(row):
                self.inventory.add_host(host, self.inventory.add_group(own))
            self._set_composite_vars(self.get_option("compose"), variables, host, strict)
            self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict)
            self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict)
