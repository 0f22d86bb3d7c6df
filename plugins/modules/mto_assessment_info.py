#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_assessment_info
short_description: Check the requirements of each tenant and verify access in one go
version_added: 0.1.0
description:
  - Does the work of M(m365.defender.mto_requirement_facts) and M(m365.defender.mto_tenant_access) for every tenant of
    a list, with the same verdicts. Sign-ins and what both read in the home tenant are not repeated, so that it takes
    less time and fewer requests than both. The role uses it.
  - What cannot be read is V(unknown). A tenant that cannot be read does not hide the others.
  - Verdicts do not fail the module. It fails if options are wrong, if the sign-in to the home tenant fails, or if
    the home tenant does not know the operator. Whatever happens in the home tenant, the rows are complete nevertheless,
    and RV(home_problem) gives the reason.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._attributes.read_only
  - m365.defender._connection
  - m365.defender._tenants
  - m365.defender._evidence
  - m365.defender._operators
options:
  checks:
    description:
      - The access checks that count, as in M(m365.defender.mto_tenant_access). If not set, all three count.
    type: list
    elements: str
    choices: [listed, sign_in, defender]
  expiry_warning_days:
    description:
      - Whatever ends within this many days, and is not extended automatically, is reported as an actionable caveat.
      - With O(from_evidence), the number from the time when the evidence was read is used.
    type: int
    default: 30
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_requirement_facts
  - module: m365.defender.mto_tenant_access
  - name: Set up multitenant management in Microsoft Defender XDR
    description: Microsoft's guide. This module does its first two steps.
    link: https://learn.microsoft.com/en-us/defender-xdr/mto-requirements
"""

EXAMPLES = r"""
---
- name: Check the requirements of two tenants and verify access to them
  m365.defender.mto_assessment_info:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    client_secret: "{{ lookup('ansible.builtin.env', 'MTO_CLIENT_SECRET') }}"
    refresh_token_file: ~/.config/mto/refresh-token
    operator: anna.berg@northwindmsp.example
    tenants:
      - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
        name: Contoso
      - tenant_id: aaaaaaaa-0000-4000-8000-000000000002
        name: Fabrikam
        access: b2b
  register: assessment

- name: Show the tenants that meet every requirement and have verified access
  ansible.builtin.debug:
    msg: >-
      {{ assessment.tenants | selectattr('status', 'equalto', 'verified') | map(attribute='tenant_id')
      | select('in', assessment.requirements.values() | selectattr('ready') | map(attribute='tenant_id')) | list }}
"""

RETURN = r"""
requirements:
  description:
    - One entry per declared tenant, in the declared order, as C(mto_requirements) of
      M(m365.defender.mto_requirement_facts). The key is the tenant ID in lower case.
  returned: success, and if the sign-in to the home tenant fails
  type: dict
  sample:
    aaaaaaaa-0000-4000-8000-000000000001:
      tenant_id: aaaaaaaa-0000-4000-8000-000000000001
      name: Contoso
      ready: false
      first_broken: license
      reason: license.none
      requirements: {}
      expiries: []
tenants:
  description: One row per declared tenant, in the declared order, as M(m365.defender.mto_tenant_access) returns it.
  returned: success, and if the sign-in to the home tenant fails
  type: list
  elements: dict
  sample:
    - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
      name: Contoso
      status: verified
      method: gdap
      checks: [listed, sign_in, defender]
      first_broken: null
      reason: null
verified:
  description: Whether every tenant is verified.
  returned: success, and if the sign-in to the home tenant fails
  type: bool
  sample: false
checks:
  description: The access checks that count.
  returned: success, and if the sign-in to the home tenant fails
  type: list
  elements: str
  sample: [listed, sign_in, defender]
home_tenant_id:
  description: The home tenant.
  returned: success, and if the sign-in to the home tenant fails
  type: str
  sample: 11111111-2222-3333-4444-555555555555
home_tenant_name:
  description: The name of the home tenant.
  returned: if it could be read
  type: str
  sample: Northwind
operator:
  description: Whose access was judged, as a user principal name if it could be read.
  returned: success, and if the sign-in to the home tenant fails
  type: str
  sample: anna.berg@northwindmsp.example
cloud:
  description: The Microsoft cloud.
  returned: success, and if the sign-in to the home tenant fails
  type: str
  sample: public
read_at:
  description: When reading began, in UTC.
  returned: success, and if the sign-in to the home tenant fails
  type: str
  sample: "2026-11-23T12:00:00Z"
missing_permissions:
  description: What the sign-ins lack for the requirements, as in M(m365.defender.mto_requirement_facts).
  returned: success, and if the sign-in to the home tenant fails
  type: list
  elements: dict
  sample: []
operators:
  description:
    - One row per person of O(operators), in their order, with one cell per declared tenant. RV(requirements) and
      RV(tenants) are those of the first person.
    - C(verified) and C(eligible) mean what they mean for one operator. C(unready) and C(unready_reason) are the first
      broken link of the requirements alone, V(null) if the tenant is ready. C(checks) has the status of every check
      that counts, and C(verdicts) has those that somebody has to act on.
    - For everybody but the first person, C(sign_in) and C(defender) are V(unknown) if they count, because only the
      person's own sign-in proves them.
  returned: if O(operators) is given
  type: list
  elements: dict
  sample:
    - operator: ben.frey@northwindmsp.example
      name: Ben Frey
      tenants:
        - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
          name: Contoso
          ready: false
          verified: false
          eligible: false
          first_broken: access
          reason: access.gdap_operator_not_assigned
          unready: access
          unready_reason: access.gdap_operator_not_assigned
          checks: {access: unmet, listed: met, license: met, permissions: unknown, mfa_trust: met}
          verdicts: {}
evidence:
  description:
    - What was judged. Save it as a file for O(from_evidence). The C(format) is V(1).
    - If O(operators) is given, it is the evidence about the first person.
  returned: when O(return_evidence) is true
  type: dict
  sample:
    format: 1
    requirements: []
    access: []
home_problem:
  description: Why nothing is known about any tenant, or, of two identities, why nothing could be verified.
  returned: if the home tenant does not let the app or the operator sign in, or does not know the operator
  type: dict
  sample:
    reason: sign_in.refresh_token_expired
    message: The refresh token of anna.berg@northwindmsp.example has expired.
    remedy: "anna.berg@northwindmsp.example: sign in again with ansible-playbook m365.defender.login."
    doc_url: https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import CHECKS, parse_checks
from ansible_collections.m365.defender.plugins.module_utils._assess.assessment import (
    assess_tenants,
    assessment_from_evidence,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._auth.options.operators import (
    operators_spec,
    resolve_operators,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence_file import (
    evidence_constraints,
    evidence_options,
    evidence_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import declared_tenants, tenants_spec
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_days
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


def assess(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as RETURN describes it."""
    params = call.params
    connection, team = resolve_operators(params, connection)
    checks = parse_checks(params["checks"])
    tenants = declared_tenants(params["tenants"], connection.home_tenant_id)
    days = parse_days(params["expiry_warning_days"])
    session = Session(connection, call.tell)
    return assess_tenants(session, tenants, checks, days, team).as_dict(with_evidence=params["return_evidence"])


def judge_again(call: Call) -> dict[str, object]:
    """Return the module's result from saved evidence."""
    params = call.params
    saved = evidence_options(params["from_evidence"], params["tenants"], params["judged_at"])
    assessment = assessment_from_evidence(saved.body, saved.tenants, params["checks"], saved.now)
    return assessment.as_dict(with_evidence=params["return_evidence"])


TASK: t.Final = ModuleTask(
    {
        **connection_spec(),
        **tenants_spec(),
        **evidence_spec(),
        **operators_spec(),
        "checks": {"type": "list", "elements": "str", "choices": list(CHECKS)},
        "expiry_warning_days": {"type": "int", "default": 30},
    },
    assess,
    constraints=evidence_constraints(),
    offline=judge_again,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
