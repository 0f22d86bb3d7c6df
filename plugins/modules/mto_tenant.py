#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_tenant
short_description: See to it that tenants stand in the operator's multitenant view
version_added: 0.1.0
description:
  - Compares the declared tenants with the multitenant view of one operator (mto.security.microsoft.com), which is per
    person, and says exactly what to add and what to remove.
  - Microsoft publishes no API that adds a tenant to the view. With O(registration=assist), a person does it in the
    portal, and the module says what, and can wait until it is done. With O(registration=apply), the module sends the
    portal's own request as the user recorded it in O(portal_contract), and reads back.
  - Nothing is removed on a doubt. A tenant is removed only where both answers of the portal show it, each source of the
    portal has answered, and no guard says no. The home tenant is never touched.
  - Run it once, on localhost, with the full list.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._connection
  - m365.defender._portal
attributes:
  check_mode:
    support: full
    details:
      - With O(registration=apply), C(changed) says whether there is something to do. With O(registration=assist) it is
        V(false), and what is to do stands in RV(pending_add) and RV(pending_remove).
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
options:
  tenants:
    description:
      - The full list of declared tenants. With O(state=absent), the tenants to take out of the view.
      - Required unless O(restore) is given.
    type: list
    elements: dict
    suboptions:
      tenant_id:
        description: The directory (tenant) ID, a GUID. Every row needs one.
        type: str
      name:
        description: A name for people. The ID is used if it is not set.
        type: str
      access:
        description: Taken so that one list serves all modules. It has no meaning here.
        type: str
        default: auto
      roles:
        description: Taken so that one list serves all modules. It has no meaning here.
        type: list
        elements: str
      licenses:
        description: Taken so that one list serves all modules. It has no meaning here.
        type: list
        elements: str
      cloud:
        description: Taken so that one list serves all modules. It has no meaning here.
        type: str
  eligible:
    description:
      - The IDs of the tenants that may be added. If not set, every declared tenant may be.
      - A tenant that stands in the view stays there, whether it is eligible or not.
    type: list
    elements: str
  state:
    description: Whether the tenants are to stand in the view. One of V(present) and V(absent).
    type: str
    default: present
  purge:
    description:
      - Whether to take out of the view what is not declared.
      - It is refused while the portal's list is partial, beyond O(max_removals), with an empty list, and where
        O(whole_list) is V(false).
    type: bool
    default: false
  whole_list:
    description:
      - Whether O(tenants) is known to be the full list.
      - Set it to V(false) where C(--limit) or a job slice cuts it.
    type: bool
    default: true
  registration:
    description: Who changes the view. One of V(assist) (a person) and V(apply) (this module, by O(portal_contract)).
    type: str
    default: assist
  portal_contract:
    description: A YAML file with the portal's own write request, as recorded in a browser. See C(docs/contract.md).
    type: path
  max_tenants:
    description: How many target tenants the view may hold.
    type: int
    default: 100
  max_removals:
    description: How many tenants one run may remove. If more are to go, none is removed.
    type: int
    default: 3
  wait_timeout:
    description:
      - How long to wait until the portal shows the change, in seconds.
      - If not set, V(60) with O(registration=apply) and V(0) with O(registration=assist).
    type: float
  backup:
    description:
      - Whether to keep the state of the view before the first write in a file in O(backup_dir).
      - The file holds no session. O(restore) and O(portal_snapshot) accept it.
    type: bool
    default: false
  backup_dir:
    description: An existing directory for O(backup).
    type: path
    default: .
  restore:
    description: A file of O(backup). The tenants that stood in the view then are the declared ones.
    type: path
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_tenant_info
  - module: m365.defender.mto_tenant_access
  - name: Microsoft's guide
    description: How tenants are added and removed by hand.
    link: https://learn.microsoft.com/en-us/defender-xdr/mto-tenants
"""

EXAMPLES = r"""
---
- name: Say what to add by hand, judged from a snapshot
  m365.defender.mto_tenant:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    operator: anna.berg@northwindmsp.example
    portal_snapshot: view.json
    tenants: "{{ mto_tenants }}"
    eligible: "{{ mto_eligible }}"
  register: view

- name: Add them with the recorded request
  m365.defender.mto_tenant:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    operator: anna.berg@northwindmsp.example
    portal_cookies_file: /run/secrets/portal-cookies.json
    portal_contract: portal-contract.yml
    registration: apply
    backup: true
    tenants: "{{ mto_tenants }}"
    eligible: "{{ mto_eligible }}"
"""

RETURN = r"""
before:
  description: The IDs in the view at the beginning, sorted. V(null) if it could not be read.
  returned: success
  type: list
  elements: str
  sample: [aaaaaaaa-0000-4000-8000-000000000001]
after:
  description: The IDs in the view at the end, as read back, sorted. V(null) if it could not be read.
  returned: success
  type: list
  elements: str
  sample: [aaaaaaaa-0000-4000-8000-000000000001, aaaaaaaa-0000-4000-8000-000000000002]
added:
  description: What was added, as read back.
  returned: success
  type: list
  elements: str
  sample: [aaaaaaaa-0000-4000-8000-000000000002]
removed:
  description: What was removed, as read back.
  returned: success
  type: list
  elements: str
  sample: []
pending_add:
  description: What is still to be added.
  returned: success
  type: list
  elements: str
  sample: []
pending_remove:
  description: What is still to be removed.
  returned: success
  type: list
  elements: str
  sample: []
refused:
  description: What was left alone although it was asked for, and why.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of refusal, such as V(not_offered), V(over_limit) or V(removal_partial).
      returned: success
      type: str
      sample: removal_partial
    tenant_ids:
      description: The tenants.
      returned: success
      type: list
      elements: str
      sample: [aaaaaaaa-0000-4000-8000-000000000003]
    message:
      description: One sentence with the way out.
      returned: success
      type: str
      sample: "The portal's list is partial, and nothing is removed on a doubt: Contoso stays."
instructions:
  description: The steps in the portal that bring the view to what is declared. Empty if nothing is to do.
  returned: success
  type: list
  elements: str
  sample: ["Sign in to https://mto.security.microsoft.com as anna.berg@northwindmsp.example."]
tenants:
  description: One row for each declared tenant, in the declared order.
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
      description: The name in the list.
      returned: success
      type: str
      sample: Contoso
    registered:
      description: Whether it stands in the view. V(null) means that this could not be found out.
      returned: success
      type: bool
      sample: true
    registration:
      description: The verdict, with its reason, message, remedy and evidence.
      returned: success
      type: dict
      sample:
        status: met
        reason: registration.registered
undeclared:
  description: What stands in the view and is not declared, with a verdict. The home tenant is not among them.
  returned: success
  type: list
  elements: dict
  contains:
    tenant_id:
      description: The directory (tenant) ID.
      returned: success
      type: str
      sample: aaaaaaaa-0000-4000-8000-000000000009
    name:
      description: The name in the portal.
      returned: success
      type: str
      sample: Fabrikam
    registration:
      description: The verdict.
      returned: success
      type: dict
      sample:
        status: unmet
        reason: registration.not_declared
sources:
  description: What the portal's sources (access methods) answered.
  returned: success
  type: dict
  sample:
    B2B: Success
    GDAP: Success
    TGov: Success
complete:
  description: Whether each source of the portal answered, so that absence from its list means something.
  returned: success
  type: bool
  sample: true
operator:
  description: Whose view it is.
  returned: success
  type: str
  sample: anna.berg@northwindmsp.example
taken_at:
  description: When the view was read, or the snapshot taken, in UTC. V(null) without a picture.
  returned: success
  type: str
  sample: "2026-11-24T12:00:00Z"
portal_url:
  description: Where a person opens the view.
  returned: success
  type: str
  sample: https://mto.security.microsoft.com
backup_file:
  description: The file that holds the state before the change.
  returned: if O(backup=true) and something was sent
  type: str
  sample: /srv/mto/mto-view-20261124T120000Z-4711.json
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._module import run_module
from ansible_collections.m365.defender.plugins.module_utils._options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._options.tenants import tenants_spec
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import portal_spec
from ansible_collections.m365.defender.plugins.module_utils._view.run import register_tenants

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection


def register(module: AnsibleModule, connection: Connection) -> dict[str, t.Any]:
    """The module's result: RETURN."""
    return register_tenants(module.params, connection, check_mode=module.check_mode)


def main() -> None:
    """The module's entry point."""
    spec: dict[str, dict[str, t.Any]] = {
        **connection_spec(),
        **portal_spec(),
        **tenants_spec(),
        "eligible": {"type": "list", "elements": "str"},
        "state": {"type": "str", "default": "present"},
        "purge": {"type": "bool", "default": False},
        "whole_list": {"type": "bool", "default": True},
        "registration": {"type": "str", "default": "assist"},
        "portal_contract": {"type": "path"},
        "max_tenants": {"type": "int", "default": 100},
        "max_removals": {"type": "int", "default": 3},
        "wait_timeout": {"type": "float"},
        "backup": {"type": "bool", "default": False},
        "backup_dir": {"type": "path", "default": "."},
        "restore": {"type": "path"},
    }
    run_module(spec, register, supports_check_mode=True, identity_needed=False, app_needed=False)


if __name__ == "__main__":
    main()
