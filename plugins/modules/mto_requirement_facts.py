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
    management. These are access (GDAP, B2B, or governance relationships, a preview), a licence that includes Microsoft
    Defender XDR, and permissions of the operator. Trust of multifactor authentication is recommended.
  - Each requirement gets a verdict with a reason, one sentence, the remedy (who must do what, in which tenant), a link
    to Microsoft's page, and the evidence.
  - What cannot be read is V(unknown), never met. A tenant that cannot be read does not hide the others.
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
  expiry_warning_days:
    description:
      - What ends within so many days, and does not extend itself, is told as a caveat that somebody has to act on.
      - This goes for GDAP relationships and for role assignments with an end.
      - With O(from_evidence), it is the number that was given when the evidence was read.
    type: int
    default: 30
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - name: Set up multitenant management in Microsoft Defender XDR
    description: Microsoft's guide, whose first step this module does.
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

- name: Judge saved evidence again, without any network or credential
  m365.defender.mto_requirement_facts:
    from_evidence: evidence/evidence.json

- name: Say what has to be done first in each tenant that is not ready
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
  returned: success, and when the home tenant cannot be signed in to
  type: str
  sample: 11111111-2222-3333-4444-555555555555
operator:
  description: Whose access was judged. This is the user principal name where it could be read.
  returned: success, and when the home tenant cannot be signed in to
  type: str
  sample: anna.berg@northwindmsp.example
cloud:
  description: The Microsoft cloud.
  returned: success, and when the home tenant cannot be signed in to
  type: str
  sample: public
read_at:
  description: When the reading began, in UTC. Everything is judged at this time.
  returned: success, and when the home tenant cannot be signed in to
  type: str
  sample: "2026-11-23T12:00:00Z"
missing_permissions:
  description:
    - What the sign-ins lack for the reads that were due. There is one row for each permission, tenant and identity.
    - Where both identities are given, the operator may have read what the app could not.
    - No verdict depends on a permission whose C(optional) is V(true).
  returned: success, and when the home tenant cannot be signed in to
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
    - What was judged, to be saved as a file for O(from_evidence). The C(format) is V(1).
    - C(requirements) has one run, with a row for each tenant in C(tenants). The other list is empty.
  returned: when O(return_evidence) is true
  type: dict
  sample:
    format: 1
    requirements: []
    access: []
ansible_facts:
  description: Facts.
  returned: success, and when the home tenant cannot be signed in to
  type: dict
  contains:
    mto_requirements:
      description:
        - One entry per declared tenant, in the declared order. The key is the tenant ID in lower case.
        - C(first_broken) is the link of the chain to mend first, and C(reason) says why. V(null) if nothing is broken.
        - C(expiries) says what ends by itself, the soonest first. C(what) is one of V(gdap_relationship),
          V(group_membership), V(group_eligibility), V(role_assignment), V(role_eligibility) and V(subscription).
      returned: success, and when the home tenant cannot be signed in to
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
              message: Contoso has no licence that includes Microsoft Defender XDR.
              remedy: Whoever buys licences for Contoso adds one from Microsoft's list.
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
                  mark: doc
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
              extends_itself: true
home_problem:
  description: Why the home tenant cannot be signed in to. All verdicts are V(unknown) then.
  returned: when the home tenant cannot be signed in to
  type: dict
  sample:
    reason: sign_in.secret_expired
    message: "The client secret of app 66666666-7777-8888-9999-000000000000 has expired: AADSTS7000222."
    remedy: >-
      Whoever owns the app registration makes a new one in Certificates & secrets; then put it where client_secret comes
      from.
    doc_url: https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import (
    facts_from_evidence,
    requirement_facts,
)
from ansible_collections.m365.defender.plugins.module_utils._module import run_module
from ansible_collections.m365.defender.plugins.module_utils._options.connection import (
    connection_spec,
    evidence_spec,
    parse_days,
    parse_tenants,
    require_operator,
    tenants_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._options.evidence_file import evidence_options

if t.TYPE_CHECKING:
    from ansible.module_utils.basic import AnsibleModule

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection


def read_facts(module: AnsibleModule, connection: Connection) -> dict[str, t.Any]:
    """The module's result: RETURN."""
    require_operator(connection)
    tenants = parse_tenants(module.params["tenants"], connection.home_tenant_id)
    days = parse_days("expiry_warning_days", module.params["expiry_warning_days"])
    return requirement_facts(connection, tenants, days).as_dict(with_evidence=module.params["return_evidence"])


def judge_again(module: AnsibleModule) -> dict[str, t.Any]:
    """The module's result out of saved evidence."""
    given = evidence_options(module.params)
    facts = facts_from_evidence(given.body, given.tenants, given.now)
    return facts.as_dict(with_evidence=module.params["return_evidence"])


def main() -> None:
    """The module's entry point."""
    own = {"expiry_warning_days": {"type": "int", "default": 30}}
    spec = {**connection_spec(), **tenants_spec(), **evidence_spec(), **own}
    run_module(spec, read_facts, supports_check_mode=True, offline=judge_again)


if __name__ == "__main__":
    main()
