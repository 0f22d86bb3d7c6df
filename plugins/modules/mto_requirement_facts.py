#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_requirement_facts
short_description: Check what Microsoft requires of a tenant for Defender multitenant management
version_added: 0.1.0
description:
  - Reads, for every tenant of a list, what Microsoft's guide asks you to review before you set up multitenant
    management. These are access (GDAP, B2B, or governance relationships, a preview), a license that includes Microsoft
    Defender XDR, and the operator's permissions. Trusting multifactor authentication is recommended.
  - Each requirement gets a verdict with a reason, one sentence, the remedy (who must do what, in which tenant), a link
    to Microsoft's page, and the evidence.
  - What cannot be read is V(unknown), never V(met). A tenant that cannot be read does not hide the others.
  - Verdicts do not fail the module. It fails if options are wrong, if the sign-in to the home tenant fails, or if
    the home tenant does not know the operator. Whatever happens in the home tenant, the rows are complete nevertheless,
    and RV(home_problem) gives the reason.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._attributes.facts
  - m365.defender._attributes.read_only
  - m365.defender._connection
  - m365.defender._tenants
  - m365.defender._evidence
options:
  as_facts:
    description:
      - Whether the rows become facts of the host, as C(mto_requirements). If V(false), they are returned as
        RV(requirements) only, which takes less memory for many tenants.
    type: bool
    default: true
  expiry_warning_days:
    description:
      - Whatever ends within this many days, and is not extended automatically, is reported as an actionable caveat.
      - This applies to GDAP relationships and to role assignments with an end date.
      - With O(from_evidence), the number from the time when the evidence was read is used.
    type: int
    default: 30
notes:
  - The name ends in C(_facts) because the rows are facts. By intent, the module also returns verdicts, which facts of a
    host are not.
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - name: Set up multitenant management in Microsoft Defender XDR
    description: Microsoft's guide. This module does its first step.
    link: https://learn.microsoft.com/en-us/defender-xdr/mto-requirements
"""

EXAMPLES = r"""
---
- name: Check the requirements of two tenants
  m365.defender.mto_requirement_facts:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    client_secret: "{{ lookup('ansible.builtin.env', 'MTO_CLIENT_SECRET') }}"
    operator: anna.berg@northwindmsp.example
    tenants:
      - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
        name: Contoso
      - tenant_id: aaaaaaaa-0000-4000-8000-000000000002
        name: Fabrikam
        access: b2b
        roles:
          - Security Operator
          - Security Administrator

- name: Judge saved evidence again without network or credential
  m365.defender.mto_requirement_facts:
    from_evidence: evidence/evidence.json

- name: Show the first broken link of each tenant that is not ready
  ansible.builtin.debug:
    msg: "{{ item.value.name }}: {{ item.value.first_broken }} ({{ item.value.reason }})"
  loop: "{{ ansible_facts.mto_requirements | ansible.builtin.dict2items }}"
  loop_control:
    label: "{{ item.key }}"
  when: not item.value.ready
"""

RETURN = r"""
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
  description: When reading began, in UTC. Everything is judged as of this time.
  returned: success, and if the sign-in to the home tenant fails
  type: str
  sample: "2026-11-23T12:00:00Z"
missing_permissions:
  description:
    - The permissions that the reads needed and the sign-ins lack. One row for each permission, tenant and identity.
    - If both identities are given, the operator may have read what the app could not.
    - No verdict depends on a permission whose C(optional) is V(true).
  returned: success, and if the sign-in to the home tenant fails
  type: list
  elements: dict
  sample:
    - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
      name: Contoso
      consent_url: https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-000000000001/adminconsent
      identity: app
      permission: Policy.Read.All
      alternatives: [Policy.ReadWrite.CrossTenantAccess]
      reads: [the default cross-tenant access settings]
      optional: false
evidence:
  description:
    - What was judged. Save it as a file for O(from_evidence). The C(format) is V(1).
    - C(requirements) has one run, with a row for each tenant in C(tenants). The other list is empty.
  returned: when O(return_evidence) is true
  type: dict
  sample:
    format: 1
    requirements: []
    access: []
requirements:
  description: The same as RV(ansible_facts.mto_requirements).
  returned: instead of RV(ansible_facts), if O(as_facts) is V(false)
  type: dict
  sample: {}
ansible_facts:
  description: Facts.
  returned: success, and if the sign-in to the home tenant fails, if O(as_facts) is V(true)
  type: dict
  contains:
    mto_requirements:
      description:
        - One entry per declared tenant, in the declared order. The key is the tenant ID in lower case.
        - C(first_broken) is the link of the chain to repair first, and C(reason) says why. V(null) if none is.
        - C(expiries) lists what expires, the soonest first. C(what) is one of V(gdap_relationship),
          V(group_membership), V(group_eligibility), V(role_assignment), V(role_eligibility) and V(subscription).
      returned: success, and if the sign-in to the home tenant fails
      type: dict
      sample:
        aaaaaaaa-0000-4000-8000-000000000001:
          tenant_id: aaaaaaaa-0000-4000-8000-000000000001
          name: Contoso
          ready: false
          first_broken: license
          reason: license.none
          requirements:
            license:
              status: unmet
              severity: required
              reason: license.none
              message: Contoso has no license that includes Microsoft Defender XDR.
              remedy: "Billing Administrator of Contoso: buy a license from Microsoft's list."
              doc_url: https://learn.microsoft.com/en-us/defender-xdr/prerequisites#licensing-requirements
              caused_by: null
              object: ""
              caveats: []
              evidence:
                - what: subscribed_skus
                  url: https://graph.microsoft.com/v1.0/subscribedSkus
                  identity: app
                  at: "2026-11-23T12:00:00Z"
                  request_id: 2a2f1a43-8a2e-4b7c-9b53-0d5f3f7c1d7e
                  provenance: doc
                  data:
                    skus: []
                    left_out: 0
                    not_enough: {}
                    other_skus: [EXCHANGESTANDARD]
          expiries:
            - what: gdap_relationship
              object: cccccccc-0000-4000-8000-000000000001-dddddddd-0000-4000-8000-000000000001
              name: Contoso SOC
              ends: "2027-03-01T00:00:00Z"
              days_left: 97
              auto_extend: true
home_problem:
  description: Why nothing is known about any tenant. All verdicts are V(unknown) in this case.
  returned: if the home tenant does not let the app or the operator sign in, or does not know the operator
  type: dict
  sample:
    reason: sign_in.secret_expired
    message: "The client secret of app 66666666-7777-8888-9999-000000000000 has expired: AADSTS7000222."
    remedy: >-
      Owner of the app registration: create a new secret in Certificates & secrets, and pass it as client_secret.
    doc_url: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import (
    facts_from_evidence,
    requirement_facts,
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
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_days
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import RequirementFacts
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


def read_facts(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as RETURN describes it."""
    require_operator(connection)
    tenants = declared_tenants(call.params["tenants"], connection.home_tenant_id)
    days = parse_days(call.params["expiry_warning_days"])
    return _result(call, requirement_facts(Session(connection), tenants, days))


def judge_again(call: Call) -> dict[str, object]:
    """Return the module's result from saved evidence."""
    params = call.params
    saved = evidence_options(params["from_evidence"], params["tenants"], params["judged_at"])
    return _result(call, facts_from_evidence(saved.body, saved.tenants, saved.now))


def _result(call: Call, facts: RequirementFacts) -> dict[str, object]:
    return facts.as_dict(with_evidence=call.params["return_evidence"], as_facts=call.params["as_facts"])


TASK: t.Final = ModuleTask(
    {
        **connection_spec(),
        **tenants_spec(),
        **evidence_spec(),
        "as_facts": {"type": "bool", "default": True},
        "expiry_warning_days": {"type": "int", "default": 30},
    },
    read_facts,
    constraints=evidence_constraints(),
    offline=judge_again,
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
