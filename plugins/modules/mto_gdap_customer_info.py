#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_gdap_customer_info
short_description: List the GDAP customers of the home tenant and where the app still needs consent
version_added: 0.1.0
description:
  - Reads the delegated admin customers of the home tenant (a Microsoft partner), and whether a GDAP relationship with
    each of them is in force.
  - Signs in to each customer's tenant to see whether an administrator there has consented to the app, with the
    permissions that every tenant needs. Nothing else is read there.
  - A customer with whom no relationship is in force any more, or not yet, need not be in Microsoft's list of customers.
    RV(left_out) names each of them with the reason.
  - The playbook C(m365.defender.adopt) writes a tenant list for Git from the result.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._attributes.read_only
  - m365.defender._connection
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_requirement_facts
"""

EXAMPLES = r"""
---
- name: List the customers of the home tenant
  m365.defender.mto_gdap_customer_info:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    client_secret: "{{ lookup('ansible.builtin.env', 'MTO_CLIENT_SECRET') }}"
    operator: anna.berg@northwindmsp.example
  register: gdap

- name: Show where consent is missing
  ansible.builtin.debug:
    msg: "{{ gdap.customers | rejectattr('consented') | map(attribute='consent_url') }}"
"""

RETURN = r"""
customers:
  description: The customers whom Microsoft lists or with whom a relationship is in force, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    tenant_id:
      description: The customer's directory (tenant) ID.
      returned: success
      type: str
      sample: aaaaaaaa-0000-4000-8000-000000000001
    name:
      description: The customer's name as Microsoft shows it.
      returned: success
      type: str
      sample: Contoso
    gdap_in_force:
      description: Whether a GDAP relationship with the customer is in force now.
      returned: success
      type: bool
      sample: true
    gdap_ends:
      description: The date on which the last relationship ends, V(null) if none is in force.
      returned: success
      type: str
      sample: "2027-08-01"
    consented:
      description: Whether the app has the permissions it needs there. V(null) means that this is unknown.
      returned: success
      type: bool
      sample: false
    message:
      description: Why RV(customers[].consented) is not V(true). Empty if it is.
      returned: success
      type: str
      sample: "The app is not known in Contoso: nobody has consented to it there."
    consent_url:
      description: The link that an administrator of the customer opens to consent.
      returned: success
      type: str
      sample: https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-000000000001/adminconsent?client_id=66666666-7777-8888-9999-000000000000
left_out:
  description: The other customers with whom there is or was a GDAP relationship, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    tenant_id:
      description: The customer's directory (tenant) ID.
      returned: success
      type: str
      sample: aaaaaaaa-0000-4000-8000-000000000002
    name:
      description: The customer's name as Microsoft shows it.
      returned: success
      type: str
      sample: Fabrikam
    reason:
      description: The stable ID of the reason.
      returned: success
      type: str
      sample: access.gdap_expired
    message:
      description: The reason in a sentence.
      returned: success
      type: str
      sample: >-
        GDAP relationship 'Fabrikam SOC' with Fabrikam has passed its expiration date (status expired, end 2026-11-15).
    remedy:
      description: Who has to act, and what to do, so that the customer is listed again.
      returned: success
      type: str
      sample: "Partner administrator of Northwind: request a new GDAP relationship in Partner Center."
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.adoption import gdap_customers
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


def read_customers(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as RETURN describes it."""
    adoption = gdap_customers(connection)
    return {name: [row.as_dict() for row in rows] for name, rows in adoption._asdict().items()}


TASK: t.Final = ModuleTask(connection_spec(), read_customers)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
