#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_tenant_info
short_description: Show which tenants the multitenant portal offers an operator and which are in their view
version_added: 0.1.0
description:
  - Reads the tenant picker, the effective tenant group and the tenant groups of the multitenant portal with the
    operator's own session, or from a snapshot.
  - The playbook C(m365.defender.snapshot) saves the result as a snapshot, which holds no session.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._attributes.read_only
  - m365.defender._connection
  - m365.defender._portal
  - m365.defender._tenants
options:
  tenants:
    description:
      - The tenant list. If given, RV(tenants) has a row for each of its tenants, and says which tenants are declared.
    type: list
    elements: dict
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_tenant
"""

EXAMPLES = r"""
---
- name: Read the view
  m365.defender.mto_tenant_info:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    operator: anna.berg@northwindmsp.example
    portal_cookies_file: /run/secrets/portal-cookies.json
  register: view

- name: Show the tenants to which the operator has lost access
  ansible.builtin.debug:
    msg: "{{ view.tenants | selectattr('lost_access') | map(attribute='name') }}"
"""

RETURN = r"""
tenants:
  description:
    - The tenants of O(tenants), in their order, then the others that the portal offers or the view holds, in the
      portal's order.
  returned: success
  type: list
  elements: dict
  contains:
    tenant_id:
      description: The directory (tenant) ID.
      returned: success
      type: str
      sample: aaaaaaaa-0000-4000-8000-000000000001
    name:
      description: The name in the portal.
      returned: success
      type: str
      sample: Contoso
    registered:
      description: Whether it is in the multitenant view. V(null) if the portal's answers do not say.
      returned: success
      type: bool
      sample: true
    offered:
      description: Whether the tenant picker shows it. V(null) if the picker could not be read.
      returned: success
      type: bool
      sample: true
    lost_access:
      description: Whether the portal reports that access to it is lost. V(null) if the picker does not show it.
      returned: success
      type: bool
      sample: false
    declared:
      description: Whether it is in O(tenants). V(null) if that is not given.
      returned: success
      type: bool
      sample: true
    groups:
      description: The names of the tenant groups that hold it. V(null) if the groups were not read.
      returned: success
      type: list
      elements: str
      sample: [All hospitals]
    added_on:
      description: When it was added, as the portal wrote it. V(null) if it was not added.
      returned: success
      type: str
      sample: "2026-11-24T10:11:12.1234567Z"
    environment:
      description: The portal's number of the tenant's cloud. V(1) is the public cloud.
      returned: success
      type: int
      sample: 1
    home:
      description: Whether it is the home tenant.
      returned: success
      type: bool
      sample: false
sources:
  description: What each of the portal's sources (access methods) answered.
  returned: success
  type: dict
  sample:
    B2B: Success
    GDAP: Success
    TGov: Success
complete:
  description:
    - Whether every source answered and no tenant of the group is hidden. Only then does the absence of a tenant from
      the list prove anything.
  returned: success
  type: bool
  sample: true
operator:
  description: Whose view it is, as the portal says. V(null) if it does not say.
  returned: success
  type: str
  sample: anna.berg@northwindmsp.example
home_tenant_id:
  description: The tenant of the session, as the portal says.
  returned: success
  type: str
  sample: 11111111-2222-3333-4444-555555555555
taken_at:
  description: When the view was read, or the snapshot taken, in UTC.
  returned: success
  type: str
  sample: "2026-11-24T12:00:00Z"
tenant_group:
  description:
    - The tenant group that the view shows. Only the private group is judged and written.
    - V(null) if the answer does not say.
  returned: success
  type: str
  sample: My private group
hidden_tenants:
  description: How many tenants are in the tenant group that this person cannot see.
  returned: success
  type: int
  sample: 0
tenant_groups:
  description:
    - The tenant groups, with the tenants that this person can see. C(hidden) counts the others. Nothing is written to
      them.
    - V(null) if they were not read.
  returned: success
  type: list
  elements: dict
  sample:
    - name: All hospitals
      group_id: 00000000-0000-4000-8000-00000000000a
      tenant_ids: [aaaaaaaa-0000-4000-8000-000000000001]
      hidden: 0
problems:
  description: Why something could not be read or may not be used, and what to do about it.
  returned: success
  type: list
  elements: str
  sample: []
snapshot:
  description: The content of a file for O(portal_snapshot). V(null) if the view could not be read in full.
  returned: success
  type: dict
  sample:
    mto_snapshot: 1
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants, tenants_spec
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module
from ansible_collections.m365.defender.plugins.module_utils._view.info import view_info
from ansible_collections.m365.defender.plugins.module_utils._view.options import parse_portal_options, view_spec

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


def read_view(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as documented in RETURN."""
    rows = call.params["tenants"]
    declared = None if rows is None else parse_tenants(rows, connection.home_tenant_id)
    return view_info(parse_portal_options(call.params), connection, declared)


TASK: t.Final = ModuleTask({**view_spec(), **tenants_spec()}, read_view, identity_needed=False, app_needed=False)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
