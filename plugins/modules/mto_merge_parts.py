#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_merge_parts
short_description: Merge the parts of all slices into one assessment
version_added: 0.1.0
description:
  - Reads the files of M(m365.defender.mto_save_part) in a directory, and returns what
    M(m365.defender.mto_assessment_info) would have returned for the whole list. Every declared tenant has one row.
  - A part of another operator, home tenant, cloud or run is not used, nor is one in which other checks count, one that
    is too old, or a damaged one. If two parts have a tenant, the newer one counts. What has no part that can be used is
    V(unknown), with the reason V(read.no_part).
  - Deletes a part of the same operator if every tenant in it has a newer result that counts, in check mode too.
  - The role uses it. This action runs in the controller and sends no request.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.controller
  - m365.defender._parts
options:
  checks:
    description: The access checks that count. A part that counts others is not used.
    type: list
    elements: str
    choices: [listed, sign_in, defender]
    default: [listed, sign_in, defender]
  max_age:
    description: How old a part may be, such as V(90m) or V(12h).
    type: str
    default: 12h
  return_evidence:
    description: Whether to return the evidence that the parts hold.
    type: bool
    default: false
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_save_part
  - module: m365.defender.mto_report
"""

EXAMPLES = r"""
---
- name: Check the variables
  m365.defender.mto_preflight:
    entry_point: merge
  register: preflight

- name: Merge the parts of all slices
  m365.defender.mto_merge_parts:
    tenants: "{{ preflight.tenants }}"
    parts_dir: /srv/mto/parts
    run: "{{ preflight.run }}"
  register: assessment

- name: Make the report
  m365.defender.mto_report:
    requirements: assessment
    access: assessment
    report_dir: /srv/mto
"""

RETURN = r"""
requirements:
  description: As in M(m365.defender.mto_assessment_info), for every declared tenant in the declared order.
  returned: success
  type: dict
tenants:
  description: As in M(m365.defender.mto_assessment_info), for every declared tenant in the declared order.
  returned: success
  type: list
  elements: dict
checks:
  description: The access checks that count.
  returned: success
  type: list
  elements: str
  sample: [listed, sign_in, defender]
home_tenant_id:
  description: The home tenant.
  returned: success
  type: str
operator:
  description: Whose access was judged, as a user principal name if it could be read.
  returned: success
  type: str
  sample: anna.berg@northwindmsp.example
cloud:
  description: The Microsoft cloud.
  returned: success
  type: str
  sample: public
read_at:
  description: When the reading of the oldest part that was used began, in UTC.
  returned: success
  type: str
  sample: "2026-11-23T12:00:00Z"
evidence:
  description: The evidence of all rows, as far as the parts hold it.
  returned: when O(return_evidence) is true
  type: dict
complete:
  description:
    - Whether every declared tenant has a result, no part is damaged, and no part that could be used has a tenant that
      is not declared. If not, nothing may be removed from the multitenant view.
  returned: success
  type: bool
  sample: true
messages:
  description: Sentences about parts that were not used, and about tenants in no part or in several.
  returned: success
  type: list
  elements: str
  sample: []
"""
