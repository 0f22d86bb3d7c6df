#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_tenant
short_description: Manage the tenants in an operator's multitenant view
version_added: 0.1.0
description:
  - Compares the declared tenants with the multitenant view of one operator (mto.security.microsoft.com) and returns
    exactly what to add and what to remove. The view is per person.
  - Microsoft publishes no API that adds a tenant to the view. With O(registration=assist), a person makes the change in
    the portal. The module lists the steps and can wait until the change is made. With O(registration=apply), the module
    sends the portal's own request as the user recorded it in O(portal_contract), and reads the view back.
  - The module never removes a tenant when in doubt. A tenant is removed only if both answers of the portal show it,
    every source of the portal has answered, and no limit is exceeded. The home tenant is never touched.
  - Only the operator's private tenant group is judged and written. While the view is switched to another tenant group,
    every row is unknown and nothing is sent.
  - Run it once, on localhost, with the full list of tenants.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._connection
  - m365.defender._portal
attributes:
  check_mode:
    support: full
    details:
      - With O(registration=apply), C(changed) says whether a change is needed. With O(registration=assist), it is
        V(false), and RV(pending_add) and RV(pending_remove) list the changes that are needed.
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
      - The full list of declared tenants. With O(state=absent), the tenants to remove from the view.
      - Exactly one of O(tenants) and O(restore) is required.
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
        description: Accepted so that all modules can share one list. Not used by this module.
        type: str
        default: auto
      roles:
        description: Accepted so that all modules can share one list. Not used by this module.
        type: list
        elements: str
      licenses:
        description: Accepted so that all modules can share one list. Not used by this module.
        type: list
        elements: str
      cloud:
        description: Accepted so that all modules can share one list. Not used by this module.
        type: str
      gdap:
        description: Accepted so that all modules can share one list. Not used by this module.
        type: dict
  eligible:
    description:
      - The IDs of the tenants that may be added. If not set, every declared tenant may be added.
      - A tenant that is already in the view stays there, whether it is eligible or not.
    type: list
    elements: str
  state:
    description: Whether the tenants are to be in the view.
    type: str
    choices: [present, absent]
    default: present
  purge:
    description:
      - Whether to remove tenants from the view that are not declared.
      - A purge is refused if the portal's list is partial, if more than O(max_removals) tenants would be removed, if
        the list is empty, or if O(whole_list) is V(false).
    type: bool
    default: false
  whole_list:
    description:
      - Whether O(tenants) is known to be the full list.
      - Set it to V(false) if C(--limit) or a job slice has cut the list.
    type: bool
    default: true
  registration:
    description:
      - Who changes the view. With V(assist), a person does. With V(apply), this module does, with the request in
        O(portal_contract) and a live session of the portal.
    type: str
    choices: [assist, apply]
    default: assist
  portal_contract:
    description:
      - A YAML file with the portal's own write request, as recorded in a browser. See
        U(https://github.com/m365-defender/m365.defender/blob/main/docs/contract.md).
      - Required if O(registration=apply).
    type: path
  max_tenants:
    description: The largest number of target tenants that the view may hold.
    type: int
    default: 100
  max_removals:
    description: The largest number of tenants that one run may remove. If more would be removed, none is.
    type: int
    default: 3
  wait_timeout:
    description:
      - How long to wait until the portal shows the change, in seconds or with a unit, such as V(5m).
      - If not set, it is V(60s) with O(registration=apply) and V(0) with O(registration=assist).
    type: str
  backup:
    description:
      - Whether to save the state of the view to a file in O(backup_dir) before the first write.
      - The file holds no session. O(restore) and O(portal_snapshot) accept it.
    type: bool
    default: false
  backup_dir:
    description: An existing directory for O(backup).
    type: path
    default: .
  restore:
    description: A file that O(backup) wrote. The tenants that were in the view at that time are the declared ones.
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
- name: List what to add by hand, compared with a snapshot
  m365.defender.mto_tenant:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    operator: anna.berg@northwindmsp.example
    portal_snapshot: view.json
    tenants: "{{ mto_tenants }}"
    eligible: "{{ mto_eligible }}"
  register: view

- name: Add the tenants with the recorded request
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
  description: The IDs that were added, as read back.
  returned: success
  type: list
  elements: str
  sample: [aaaaaaaa-0000-4000-8000-000000000002]
removed:
  description: The IDs that were removed, as read back.
  returned: success
  type: list
  elements: str
  sample: []
done:
  description: What was added and removed, as the view that was read back shows, a sentence each.
  returned: success
  type: list
  elements: str
  sample:
    - "Added to the view, which shows them: Contoso and Fabrikam."
pending_add:
  description: The IDs that are still to be added.
  returned: success
  type: list
  elements: str
  sample: []
pending_remove:
  description: The IDs that are still to be removed.
  returned: success
  type: list
  elements: str
  sample: []
refused:
  description: Changes that were asked for and not made, and why.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: The kind of refusal, such as V(not_offered), V(over_limit), V(removal_partial) or V(hidden_tenants).
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
      description: What was not done, and what to do about it.
      returned: success
      type: str
      sample: >-
        The portal's list is partial, and a tenant is never removed when in doubt: Contoso stays in the view.
instructions:
  description: The steps in the portal that bring the view to the declared state. Empty if there is nothing to do.
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
      description: Whether it is in the multitenant view. V(null) if that is unknown.
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
view:
  description:
    - The view as a table. A row for each declared tenant, then for each other one that the portal offers or the view
      holds, as M(m365.defender.mto_tenant_info) returns it.
    - What the portal did not say is V(null). So is everything of a view that may not be used.
  returned: success
  type: list
  elements: dict
  sample:
    - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
      name: Contoso
      declared: true
      offered: true
      registered: true
      lost_access: false
      groups: [My private group]
tenant_groups:
  description: The tenant groups, as M(m365.defender.mto_tenant_info) returns them. Nothing is written to them.
  returned: success
  type: list
  elements: dict
  sample: []
hidden_tenants:
  description: How many tenants of the view this person cannot see. V(null) if the view could not be read.
  returned: success
  type: int
  sample: 0
undeclared:
  description: Tenants that are in the view and not declared, each with a verdict. The home tenant is never listed.
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
  description: Whose view it is.
  returned: success
  type: str
  sample: anna.berg@northwindmsp.example
taken_at:
  description: When the view was read, or the snapshot taken, in UTC. V(null) if no view was read.
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

from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module
from ansible_collections.m365.defender.plugins.module_utils._view.options import (
    REGISTRATION_CONSTRAINTS,
    parse_registration_options,
    registration_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._view.registration import register_tenants

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


def register(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as documented in RETURN."""
    options = parse_registration_options(call.params, connection)
    return register_tenants(options, connection, check_mode=call.check_mode)


TASK: t.Final = ModuleTask(
    registration_spec(), register, constraints=REGISTRATION_CONSTRAINTS, identity_needed=False, app_needed=False
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
