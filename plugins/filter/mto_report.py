# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_report)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_report
short_description: Make the report of a run
version_added: 0.1.0
description:
  - Makes the report of a run from the facts of M(m365.defender.mto_requirement_facts) and the rows of
    M(m365.defender.mto_tenant_access). Every format of the report is made from it.
  - What was not checked is V(null), never a number that looks good.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: The value of RV(m365.defender.mto_requirement_facts#module:ansible_facts.mto_requirements).
    type: dict
    required: true
  access:
    description:
      - The value of RV(m365.defender.mto_tenant_access#module:tenants), with all batches in one list.
      - Omit it if access was not checked. C(verified) and C(eligible) are V(null) then.
    type: list
    elements: dict
  registration:
    description:
      - The result of M(m365.defender.mto_tenant). Its C(tenants) and C(undeclared) are used.
      - Omit it if the multitenant view was not read. C(registered) is V(null) then.
    type: dict
  checks:
    description: The access checks that counted. By default, those that the rows of O(access) name.
    type: list
    elements: str
    choices: [listed, sign_in, defender]
  generated_at:
    description: When the facts were read. ISO 8601.
    type: str
    required: true
  home_tenant_id:
    description: The home tenant.
    type: str
    required: true
  operator:
    description: Whose access was judged.
    type: str
    required: true
  cloud:
    description: The Microsoft cloud.
    type: str
    default: public
"""

EXAMPLES = r"""
---
- name: Write the report
  ansible.builtin.copy:
    content: >-
      {{ ansible_facts.mto_requirements | m365.defender.mto_report(access=mto_access.tenants,
      generated_at=mto_access.read_at, home_tenant_id=mto_access.home_tenant_id, operator=mto_access.operator)
      | ansible.builtin.to_nice_json }}
    dest: report.json
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The report with its summary, tenants, findings and expiry dates.
  type: dict
"""

import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.masked import require_unmasked
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import ModuleRows


def mto_report(  # noqa: PLR0913  (the interface of the filter)
    requirements: object,
    access: object = None,
    *,
    registration: object = None,
    checks: t.Sequence[str] | None = None,
    generated_at: str,
    home_tenant_id: str,
    operator: str,
    cloud: str = "public",
) -> dict[str, object]:
    """See DOCUMENTATION."""
    rows = ModuleRows.from_results(requirements, access, registration)
    run = RunInfo(generated_at, home_tenant_id, operator, cloud)
    require_unmasked("mto_report", run.as_dict())
    return make_report(run, rows, checks).as_dict()


FilterModule = filter_module(mto_report)
