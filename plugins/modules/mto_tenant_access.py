#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_tenant_access
short_description: Verify that the operator can reach each tenant
version_added: 0.1.0
description:
  - Does, for every tenant of a list, what Microsoft's guide describes as manual steps. It compares the list with the
    one that Microsoft shows, signs in to the tenant, and checks whether Microsoft Defender XDR answers.
  - Each check gets a verdict with a reason, one sentence, the remedy (who must do what, in which tenant), a link to
    Microsoft's page, and the evidence.
  - What cannot be read is V(unknown), never verified. A tenant that cannot be read does not hide the others.
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
options:
  checks:
    description:
      - The checks that count. The others are skipped, and their verdict says so. If not set, all three count.
      - V(listed) compares with the list that Microsoft shows for the access method. These are the GDAP customers of the
        home tenant, the operator's tenants in Azure Resource Manager, or the tenants that the home tenant governs.
      - V(sign_in) requests a token in the tenant as the operator, and a second one for Azure Resource Manager.
      - V(defender) reads one incident as the operator.
      - V(sign_in) and V(defender) need the operator identity (O(refresh_token_file) or O(refresh_token)). With the app
        identity alone they are V(unknown), so that nothing is verified unless they are left out here.
      - With O(from_evidence), only checks that were made when the evidence was read can be chosen.
    type: list
    elements: str
    choices: [listed, sign_in, defender]
notes:
  - The module only reads, as a module does whose name ends in C(_info). By intent, it has the name of the step of
    Microsoft's guide that it does.
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_requirement_facts
  - name: Verify your tenant access
    description: Microsoft's guide. This module does its second step.
    link: https://learn.microsoft.com/en-us/defender-xdr/mto-requirements
"""

EXAMPLES = r"""
---
- name: Verify access to two tenants as the operator
  m365.defender.mto_tenant_access:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    client_secret: "{{ lookup('ansible.builtin.env', 'MTO_CLIENT_SECRET') }}"
    refresh_token_file: ~/.config/mto/refresh-token
    operator: anna.berg@northwindmsp.example
    tenants:
      - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
        name: Contoso
        access: gdap
      - tenant_id: aaaaaaaa-0000-4000-8000-000000000002
        name: Fabrikam
        access: b2b
  register: access

- name: Show the first broken link where access is not verified
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.first_broken }} ({{ item.reason }})"
  loop: "{{ access.tenants }}"
  loop_control:
    label: "{{ item.name }}"
  when: item.status != 'verified'

- name: Compare only the lists, with the app identity alone
  m365.defender.mto_tenant_access:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    client_certificate_path: /etc/mto/app.pem
    operator: anna.berg@northwindmsp.example
    checks:
      - listed
    tenants: "{{ mto_tenants }}"
"""

RETURN = r"""
tenants:
  description: One row per declared tenant, in the declared order.
  returned: success, and if the sign-in to the home tenant fails
  type: list
  elements: dict
  contains:
    tenant_id:
      description: The tenant ID in lower case.
      type: str
      returned: always
      sample: aaaaaaaa-0000-4000-8000-000000000001
    name:
      description: The name in the list.
      type: str
      returned: always
      sample: Contoso
    status:
      description: V(verified) if every check that counts is met, V(unverified) if one is unmet, else V(unknown).
      type: str
      returned: always
      sample: unverified
    method:
      description: The access method whose list holds the tenant, or null.
      type: str
      returned: always
      sample: gdap
    checks:
      description: The checks that count.
      type: list
      elements: str
      returned: always
      sample: [listed, sign_in, defender]
    listed:
      description: The verdict about Microsoft's list.
      type: dict
      returned: always
      sample:
        status: met
        reason: access.listed_gdap
    sign_in:
      description: The verdict about the sign-in of the operator.
      type: dict
      returned: always
      sample:
        status: unmet
        severity: required
        reason: sign_in.conditional_access
        message: >-
          A Conditional Access policy of Contoso refuses the sign-in of the operator: AADSTS53003: Access has been
          blocked by Conditional Access policies.
        remedy: >-
          Conditional Access Administrator of Contoso: open the sign-in log (Microsoft Entra, Sign-in logs, Conditional
          Access) and change the policy that blocks the sign-in.
        doc_url: https://learn.microsoft.com/en-us/entra/identity/conditional-access/overview
        caused_by: null
        object: ""
        caveats: []
        evidence: []
    defender:
      description: The verdict about the answer of Microsoft Defender XDR.
      type: dict
      returned: always
      sample:
        status: unknown
        reason: sign_in.conditional_access
        caused_by: sign_in
    first_broken:
      description: The first broken link, or null.
      type: str
      returned: always
      sample: sign_in
    reason:
      description: The reason of RV(tenants[].first_broken), or null.
      type: str
      returned: always
      sample: sign_in.conditional_access
verified:
  description: Whether every tenant is verified.
  returned: success, and if the sign-in to the home tenant fails
  type: bool
  sample: false
checks:
  description: The checks that count.
  returned: success, and if the sign-in to the home tenant fails
  type: list
  elements: str
  sample: [listed, sign_in, defender]
home_tenant_id:
  description: The home tenant.
  returned: success, and if the sign-in to the home tenant fails
  type: str
  sample: 11111111-2222-3333-4444-555555555555
operator:
  description: Whose access was verified, as a user principal name if it could be read.
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
  sample: "2026-11-24T12:00:00Z"
evidence:
  description:
    - What was judged. Save it as a file for O(from_evidence). The C(format) is V(1).
    - C(access) has one run, with a row for each tenant in C(tenants). The other list is empty.
  returned: when O(return_evidence) is true
  type: dict
  sample:
    format: 1
    requirements: []
    access: []
home_problem:
  description: Why nothing is known about any tenant. All rows are V(unknown) in this case.
  returned: if the home tenant does not let the app or the operator sign in, or does not know the operator
  type: dict
  sample:
    reason: sign_in.refresh_token_expired
    message: The refresh token of anna.berg@northwindmsp.example has expired.
    remedy: "anna.berg@northwindmsp.example: sign in again with ansible-playbook m365.defender.login."
    doc_url: https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import (
    CHECKS,
    access_from_evidence,
    parse_checks,
    verify_access,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import (
    connection_spec,
    require_operator,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence_file import (
    evidence_constraints,
    evidence_options,
    evidence_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import declared_tenants, tenants_spec
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


def check_access(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as RETURN describes it."""
    require_operator(connection)
    checks = parse_checks(call.params["checks"])
    tenants = declared_tenants(call.params["tenants"], connection.home_tenant_id)
    return verify_access(Session(connection), tenants, checks).as_dict(with_evidence=call.params["return_evidence"])


def judge_again(call: Call) -> dict[str, object]:
    """Return the module's result from saved evidence."""
    params = call.params
    saved = evidence_options(params["from_evidence"], params["tenants"], params["judged_at"])
    facts = access_from_evidence(saved.body, saved.tenants, call.params["checks"], saved.now)
    return facts.as_dict(with_evidence=call.params["return_evidence"])


TASK: t.Final = ModuleTask(
    {
        **connection_spec(),
        **tenants_spec(),
        **evidence_spec(),
        "checks": {"type": "list", "elements": "str", "choices": list(CHECKS)},
    },
    check_access,
    constraints=evidence_constraints(),
    offline=judge_again,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
