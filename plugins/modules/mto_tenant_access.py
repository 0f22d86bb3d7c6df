#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_tenant_access
short_description: Verify that the operator reaches each tenant
version_added: 0.1.0
description:
  - Does, for every tenant of a list, what Microsoft's guide asks people to do by hand. It compares the list with the
    one that Microsoft shows, signs in to the tenant, and sees whether Microsoft Defender XDR answers.
  - Each check gets a verdict with a reason, one sentence, the remedy (who must do what, in which tenant), a link to
    Microsoft's page, and the evidence.
  - What cannot be read is V(unknown), never verified. A tenant that cannot be read does not hide the others.
  - Bad verdicts do not fail the module. It fails when options are wrong or when the home tenant cannot be signed in to.
    Its rows are complete in the second case too, and RV(home_problem) says why.
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
      - The checks that count. The others are not made, and their verdict says so.
      - V(listed) compares with the list that Microsoft shows for the access method. These are the GDAP customers of the
        home tenant, the tenants of the operator at Azure Resource Manager, or the tenants that the home tenant governs.
      - V(sign_in) asks for a token in the tenant as the operator, and for a second one for Azure Resource Manager.
      - V(defender) reads one incident as the operator.
      - V(sign_in) and V(defender) need the operator identity (O(refresh_token_file) or O(refresh_token)). With the app
        identity alone they are V(unknown), so that nothing is verified unless they are left out here.
      - With O(from_evidence), these can only be checks that were made when the evidence was read.
      - If not set, all three count. Choose among V(listed), V(sign_in) and V(defender).
    type: list
    elements: str
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_requirement_facts
  - name: Verify your tenant access
    description: Microsoft's guide, whose second step this module does.
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

- name: Say what has to be done where access is not verified
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.first_broken }} ({{ item.reason }})"
  loop: "{{ access.tenants }}"
  loop_control:
    label: "{{ item.name }}"
  when: item.status != 'verified'

- name: Compare the lists only, with the app identity alone
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
  returned: success, and when the home tenant cannot be signed in to
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
      description: V(verified) when every check that counts is met, V(unverified) when one is not, else V(unknown).
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
          A Conditional Access administrator of Contoso reads the sign-in log (Microsoft Entra, Sign-in logs,
          Conditional Access) and lets the sign-in pass.
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
  returned: success, and when the home tenant cannot be signed in to
  type: bool
  sample: false
checks:
  description: The checks that count.
  returned: success, and when the home tenant cannot be signed in to
  type: list
  elements: str
  sample: [listed, sign_in, defender]
home_tenant_id:
  description: The home tenant.
  returned: success, and when the home tenant cannot be signed in to
  type: str
  sample: 11111111-2222-3333-4444-555555555555
operator:
  description: Whose access was verified. This is the user principal name where it could be read.
  returned: success, and when the home tenant cannot be signed in to
  type: str
  sample: anna.berg@northwindmsp.example
cloud:
  description: The Microsoft cloud.
  returned: success, and when the home tenant cannot be signed in to
  type: str
  sample: public
read_at:
  description: When the reading began, in UTC.
  returned: success, and when the home tenant cannot be signed in to
  type: str
  sample: "2026-11-24T12:00:00Z"
evidence:
  description:
    - What was judged, to be saved as a file for O(from_evidence). The C(format) is V(1).
    - C(access) has one run, with a row for each tenant in C(tenants). The other list is empty.
  returned: when O(return_evidence) is true
  type: dict
  sample:
    format: 1
    requirements: []
    access: []
home_problem:
  description: Why the home tenant cannot be signed in to. All rows are V(unknown) then.
  returned: when the home tenant cannot be signed in to
  type: dict
  sample:
    reason: sign_in.refresh_token_expired
    message: The refresh token of anna.berg@northwindmsp.example has expired.
    remedy: "anna.berg@northwindmsp.example signs in again: ansible-playbook m365.defender.login."
    doc_url: https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import (
    access_from_evidence,
    parse_checks,
    verify_access,
)
from ansible_collections.m365.defender.plugins.module_utils._module import run_module
from ansible_collections.m365.defender.plugins.module_utils._options.connection import (
    connection_spec,
    evidence_spec,
    parse_tenants,
    require_operator,
    tenants_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._options.evidence_file import evidence_options

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection


def check_access(module: AnsibleModule, connection: Connection) -> dict[str, t.Any]:
    """The module's result: RETURN."""
    require_operator(connection)
    checks = parse_checks(module.params["checks"])
    tenants = parse_tenants(module.params["tenants"], connection.home_tenant_id)
    return verify_access(connection, tenants, checks).as_dict(with_evidence=module.params["return_evidence"])


def judge_again(module: AnsibleModule) -> dict[str, t.Any]:
    """The module's result out of saved evidence."""
    given = evidence_options(module.params)
    facts = access_from_evidence(given.body, given.tenants, module.params["checks"], given.now)
    return facts.as_dict(with_evidence=module.params["return_evidence"])


def main() -> None:
    """The module's entry point."""
    own = {"checks": {"type": "list", "elements": "str"}}
    spec = {**connection_spec(), **tenants_spec(), **evidence_spec(), **own}
    run_module(spec, check_access, supports_check_mode=True, offline=judge_again)


if __name__ == "__main__":
    main()
