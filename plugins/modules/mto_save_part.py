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
  - m365.defender._parts
options:
  assessment:
    description:
      - The name of the variable in which M(m365.defender.mto_assessment_info) is registered. Its value would be copied
        on the way.
    type: str
    required: true
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
