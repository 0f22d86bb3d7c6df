#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_save_part
short_description: Save what a slice of the tenants was found to be
version_added: 0.1.0
description:
  - Writes the registered result of M(m365.defender.mto_assessment_info) to a file, the part of a run that
    M(m365.defender.mto_merge_parts) merges with the parts of the other slices. The file is replaced as a whole, in
    check mode too, and only its owner can read it.
  - The name of the file follows from RV(m365.defender.mto_preflight#module:run) and the tenants, so that a slice that
    is run again replaces its part.
  - The role uses it. This action runs in the controller and sends no request.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.controller
options:
  assessment:
    description:
      - The name of the variable in which M(m365.defender.mto_assessment_info) is registered. Its value would be copied
        on the way.
    type: str
    required: true
  tenants:
    description: The tenants of the slice, as they were checked.
    type: list
    elements: dict
    required: true
    suboptions:
      tenant_id:
        description: The directory (tenant) ID.
        type: str
      name:
        description: What the tenant is called in messages.
        type: str
      access:
        description: The access method.
        type: str
        default: auto
      roles:
        description: Entra roles, any of which will do.
        type: list
        elements: str
      licenses:
        description: Service plans or products.
        type: list
        elements: str
      cloud:
        description: The cloud of the tenant.
        type: str
  parts_dir:
    description: An existing directory that all slices and the merge share.
    type: path
    required: true
  run:
    description: Whose run it is. RV(m365.defender.mto_preflight#module:run) says it.
    type: dict
    required: true
    suboptions:
      home_tenant_id:
        description: The home tenant.
        type: str
        required: true
      cloud:
        description: The Microsoft cloud of the home tenant.
        type: str
        required: true
      operator:
        description: The operator, as given. If not set, whoever has signed in.
        type: str
      run_id:
        description: What the slices and the merge of one run share. Empty if there is no such text.
        type: str
        default: ""
      slice_number:
        description: The number of the slice, from 1. It is 0 if it is not known.
        type: int
        default: 0
      slice_count:
        description: How many slices there are. It is 0 if it is not known.
        type: int
        default: 0
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_merge_parts
"""

EXAMPLES = r"""
---
- name: Check the variables
  m365.defender.mto_preflight:
    entry_point: slice
  register: preflight

- name: Check the tenants of this slice
  m365.defender.mto_assessment_info:
    tenants: "{{ preflight.tenants }}"
  register: assessment
  failed_when: assessment.tenants is not defined

- name: Save the part
  m365.defender.mto_save_part:
    assessment: assessment
    tenants: "{{ preflight.tenants }}"
    parts_dir: /srv/mto/parts
    run: "{{ preflight.run }}"
"""

RETURN = r"""
path:
  description: The full path of the file.
  returned: success
  type: str
  sample: /srv/mto/parts/part-5d41402abc4b2a76.json
"""
