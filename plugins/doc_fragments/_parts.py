# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions about the parts of a run share."""

from __future__ import annotations


class ModuleDocFragment:
    """The doc fragment C(m365.defender._parts)."""

    DOCUMENTATION = r"""
options:
  tenants:
    description: The tenants, as they are declared.
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
      gdap:
        description: Accepted so that all modules can share one list.
        type: dict
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
"""
