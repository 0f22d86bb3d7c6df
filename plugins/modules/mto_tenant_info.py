#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_tenant_info
short_description: Show what the multitenant portal offers one operator, and what their view holds
version_added: 0.1.0
description:
  - Reads the tenant picker, the effective tenant group and the tenant groups of the multitenant portal with the
    operator's own session, or from a snapshot.
  - The playbook C(m365.defender.snapshot) makes a snapshot out of it, which holds no session.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._attributes.read_only
  - m365.defender._connection
  - m365.defender._portal
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_tenant
"""

EXAMPLES = r"""
---
- name: Look at the view
  m365.defender.mto_tenant_info:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    operator: anna.berg@northwindmsp.example
    portal_cookies_file: /run/secrets/portal-cookies.json
  register: view

- name: Show the tenants to which access is lost
  ansible.builtin.debug:
    msg: "{{ view.tenants | selectattr('lost_access') | map(attribute='name') }}"
"""

RETURN = r"""
tenants:
  description: What the portal offers and what the view holds, in the portal's order.
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
      description: Whether it stands in the view. V(null) if the portal's answers do not tell.
      returned: success
      type: bool
      sample: true
    offered:
      description: Whether the tenant picker shows it.
      returned: success
      type: bool
      sample: true
    lost_access:
      description: Whether the portal says that access to it is lost. V(null) if the picker does not show it.
      returned: success
      type: bool
      sample: false
    added_on:
      description: When it was added, as the portal wrote it. V(null) if it was not.
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
  description: What the portal's sources (access methods) answered.
  returned: success
  type: dict
  sample:
    B2B: Success
    GDAP: Success
    TGov: Success
complete:
  description: Whether each source answered, so that absence from the list means something.
  returned: success
  type: bool
  sample: true
operator:
  description: Whose view it is, as the portal says. V(null) if the picture does not say it.
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
tenant_groups:
  description: The tenant groups. V(null) if they were not read.
  returned: success
  type: list
  elements: dict
  sample:
    - name: All hospitals
      group_id: 00000000-0000-4000-8000-00000000000a
      tenant_ids: [aaaaaaaa-0000-4000-8000-000000000001]
problems:
  description: Why something could not be read or may not be used, one sentence each with the way out.
  returned: success
  type: list
  elements: str
  sample: []
snapshot:
  description: What a file for O(portal_snapshot) holds. V(null) where the picture is not whole, or was a snapshot.
  returned: success
  type: dict
  sample:
    mto_snapshot: 1
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._module import run_module
from ansible_collections.m365.defender.plugins.module_utils._options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import portal_spec
from ansible_collections.m365.defender.plugins.module_utils._view.run import view_info

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection


def read_view(module: AnsibleModule, connection: Connection) -> dict[str, t.Any]:
    """The module's result: RETURN."""
    return view_info(module.params, connection)


def main() -> None:
    """The module's entry point."""
    spec = {**connection_spec(), **portal_spec()}
    run_module(spec, read_view, supports_check_mode=True, identity_needed=False, app_needed=False)


if __name__ == "__main__":
    main()
