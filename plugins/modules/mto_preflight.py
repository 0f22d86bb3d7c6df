#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_preflight
short_description: Check the variables of the role or a playbook before anything is read or written
version_added: 0.1.0
description:
  - Checks every variable of the role m365.defender.mto or of a playbook of this collection, the files that they name,
    and the environment. The first mistake fails the task in one sentence that names the variable and the way out.
  - Warns about variables that begin with C(mto_) and are not known, which are most likely misspelt.
  - The role and the playbooks use it as their first task. It runs in the controller and sends no request.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.controller
options:
  entry_point:
    description: The entry point of the role, or the playbook without the role, whose variables are checked.
    type: str
    choices: [onboard, drift, offboard, report, slice, merge, accept, adopt, login, record, snapshot]
    required: true
author:
  - The m365.defender authors (@m365-defender)
"""

EXAMPLES = r"""
---
- name: Check the variables before a long play
  m365.defender.mto_preflight:
    entry_point: onboard
"""

RETURN = r"""
tenants:
  description:
    - The tenants to check, from C(mto_tenants) or from the inventory group of that name, each with its ID and a name.
    - With O(entry_point=offboard), the tenants to remove.
  returned: success
  type: list
  elements: dict
  sample:
    - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
      name: Contoso
      access: gdap
options:
  description: What the variables say that the tasks of the role go by, each as its type, without C(mto_).
  returned: success
  type: dict
  sample:
    fail_on: [required]
    register: true
run:
  description:
    - Whose run it is, for M(m365.defender.mto_save_part) and M(m365.defender.mto_merge_parts). Empty with
      every other entry point than onboard, drift, slice and merge.
  returned: success
  type: dict
  sample:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    operator: anna.berg@northwindmsp.example
    cloud: public
    run_id: "4711"
    slice_number: 0
    slice_count: 0
whole_list:
  description:
    - Whether nothing cuts the list, such as C(--limit), a job slice, or a play for each tenant. AWX does not tell a job
      that it is a slice, so that a relaunched job, and one in a workflow with the name of its template, may be one.
  returned: success
  type: bool
  sample: true
"""
