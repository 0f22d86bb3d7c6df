#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_remedy
short_description: Carry out the remedies that Microsoft documents, only those that are named
version_added: 0.1.0
description:
  - Judges every tenant, as M(m365.defender.mto_requirement_facts) does. Where a finding asks for a remedy of
    O(remedies), it looks at the object again, writes down what it is about to do, sends the change once, and reads it
    back.
  - It acts only on a requirement that is not met, or on advice that something ends soon, and only if everything that
    decides about it was read. What could not be read is never a reason to write.
  - It writes as an app registration of its own, so that the app that reads stays read-only. What that app lacks is
    known before the first change.
  - Nothing is sent twice. If no clear answer comes, only the next look tells what is there, in this run or in the next
    one, also after a run that was killed.
  - What a remedy does not do is told in C(message) of its row in RV(remedies), and C(todo) says who has to act. Only a
    change that failed, or that nobody can be sure of, fails the module. The rows are complete nevertheless.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.connected
  - m365.defender._connection
  - m365.defender._tenants
  - m365.defender._writer
attributes:
  check_mode:
    support: full
    details:
      - Reads everything, tells what would be changed, and writes nothing.
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - A request that waits for somebody else is not sent again.
  platform:
    support: full
    platforms: posix
options:
  tenants:
    description:
      - The tenants. For the remedies V(gdap_assignment) and V(gdap_request), their key C(gdap) says what is wanted.
    required: true
  remedies:
    description:
      - The remedies to carry out. At least one has to be named, also with O(state=absent).
      - V(gdap_auto_extend) turns on the automatic extension of a GDAP relationship that ends soon.
      - V(gdap_assignment) assigns the groups of the list to a GDAP relationship in force that does not carry the
        operator.
      - V(gdap_request) makes the GDAP relationship of the list, and locks it for the customer's approval.
        Its row in RV(remedies) has the link for the customer (C(approval_url)) and a text to send (C(mail)).
      - V(mfa_trust) lets the target trust multifactor authentication of the home tenant, in its partner entry for the
        home tenant alone.
      - V(guest_invitation) invites the operator as a guest, without an email, or restores their deleted account.
    type: list
    elements: str
    choices: [gdap_auto_extend, gdap_assignment, gdap_request, mfa_trust, guest_invitation]
    default: []
  remedy_confirm:
    description:
      - The IDs of the tenants in which V(mfa_trust) and V(guest_invitation) may change something, because the customer
        agrees. Without its ID here, no customer's tenant is written to.
    type: list
    elements: str
    default: []
  remedy_create_partner:
    description: Whether V(mfa_trust) may add the partner entry for the home tenant where there is none.
    type: bool
    default: false
  max_writes:
    description: How many changes one run may send. What is more is left for the next one.
    type: int
    default: 10
  journal:
    description:
      - A file in which each change is written down before it is sent, and what came of it afterwards. Only its owner
        can read it. It is made if it does not exist, and never shortened. Only one run at a time can use it.
      - Keep it between runs. The next run learns from it what a run that was killed may have sent, and O(state=absent)
        what to take back. It is required.
    type: path
  invitations_dir:
    description:
      - An existing directory for the redeem links of V(guest_invitation), one file per tenant that only its owner can
        read. Whoever has a link can become the guest, so it is shown nowhere else. Without it, nobody is invited.
    type: path
  remedy_wait:
    description: How long to wait for each change to show and to take effect, such as V(30s) or V(2m).
    type: str
    default: 30s
  expiry_warning_days:
    description: What ends within this many days is extended or requested anew.
    type: int
    default: 30
  state:
    description:
      - V(present) carries out the remedies.
      - V(absent) takes back what O(journal) says was written for these tenants by these remedies, where that is
        possible and nobody has changed it since. That is V(gdap_auto_extend), V(gdap_assignment) and V(mfa_trust).
    type: str
    choices: [present, absent]
    default: present
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_requirement_facts
  - name: Update delegatedAdminRelationship
    description: What Microsoft documents about GDAP relationships.
    link: https://learn.microsoft.com/en-us/graph/api/delegatedadminrelationship-update
"""

EXAMPLES = r"""
---
- name: Assign the groups of the list to relationships that do not carry the operator
  m365.defender.mto_remedy:
    home_tenant_id: 11111111-2222-3333-4444-555555555555
    client_id: 66666666-7777-8888-9999-000000000000
    client_secret: "{{ lookup('ansible.builtin.env', 'MTO_CLIENT_SECRET') }}"
    operator: anna.berg@northwindmsp.example
    writer_client_id: 77777777-8888-9999-0000-111111111111
    writer_client_secret: "{{ lookup('ansible.builtin.env', 'MTO_WRITER_CLIENT_SECRET') }}"
    remedies: [gdap_assignment]
    journal: mto-journal.jsonl
    tenants:
      - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
        name: Contoso
        gdap:
          assignments:
            - group: bbbbbbbb-0000-4000-8000-000000000001
              roles: [Security Operator]
  register: remedy

- name: Show what was done and what waits for somebody
  ansible.builtin.debug:
    var: remedy.lines
"""

RETURN = r"""
remedies:
  description:
    - One row for each remedy that a finding of a tenant asks for, in the order of the list.
    - The C(status) is V(planned) in check mode, V(changed) for what was written and read back, V(unchanged) for what is
      in order already, V(waiting) where somebody else has to act or Microsoft takes its time, V(declined) for what is
      not done and why, V(failed) for what Microsoft refused, and V(unknown) for what could not be read, before the
      change or after it.
    - C(where) is the tenant that is written to. C(changes) has the state before and after.
  returned: success, and if a change failed
  type: list
  elements: dict
  sample:
    - tenant_id: aaaaaaaa-0000-4000-8000-000000000001
      name: Contoso
      remedy: gdap_assignment
      reason: access.gdap_no_assignment
      status: changed
      changed: true
      where: 11111111-2222-3333-4444-555555555555
      object: bbbbbbbb-0000-4000-8000-000000000001
      message: "GDAP relationship 'Contoso - SOC' with Contoso: the groups that the list names are assigned."
      todo: ""
      since: null
      approval_url: null
      mail: null
      changes:
        - object: cccccccc-0000-4000-8000-000000000001-dddddddd-0000-4000-8000-000000000001
          before: {}
          after: {group: bbbbbbbb-0000-4000-8000-000000000001, roles: [5f2222b1-57c3-48ba-8ad5-d4759f1fde6f]}
writes:
  description: How many changes were sent.
  returned: success, and if a change failed
  type: int
  sample: 1
lines:
  description: The figures, then the rows as sentences, what needs attention first.
  returned: success, and if a change failed
  type: list
  elements: str
  sample:
    - "Remedies: 1 changed; changes sent: 1."
    - "Changed (gdap_auto_extend): GDAP relationship 'Contoso - SOC' with Contoso: turn on its automatic extension by
      180 days."
diff:
  description: The state before and after each change.
  returned: success, and if a change failed
  type: list
  elements: dict
  sample: []
"""

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import (
    connection_spec,
    require_operator,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.writer import (
    writer_connection,
    writer_constraints,
    writer_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import declared_tenants, tenants_spec
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask, run_module
from ansible_collections.m365.defender.plugins.module_utils._remedies.carry_out import Writes
from ansible_collections.m365.defender.plugins.module_utils._remedies.case import HomeNames
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Journal
from ansible_collections.m365.defender.plugins.module_utils._remedies.options import parse_remedy_options, remedy_spec
from ansible_collections.m365.defender.plugins.module_utils._remedies.remedies import (
    RemedyRun,
    carry_out_all,
    take_back,
)
from ansible_collections.m365.defender.plugins.module_utils._remedies.result import result_of
from ansible_collections.m365.defender.plugins.module_utils._remedies.writer import Writer

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._module import Call


def remedy(call: Call, connection: Connection) -> dict[str, object]:
    """Return the module's result, as RETURN describes it."""
    params = call.params
    tenants = declared_tenants(params["tenants"], connection.home_tenant_id)
    undo = params["state"] == "absent"
    options = parse_remedy_options(params, tenants, connection.cloud.portal, undo=undo)
    require_operator(connection)
    writing = writer_connection(params, connection)
    session = Session(connection, call.tell)
    writer = Writer(writing, session.deadline, connection.known_secrets)
    home_id = connection.home_tenant_id
    with Journal(options.journal, utc_now, writing.client_id, home_id, read_only=call.check_mode) as journal:
        writes = Writes(writer, journal, session.deadline, options.max_writes, options.wait)
        run = RemedyRun(options.names, options.settings, writes, call.check_mode)
        if undo:
            home = HomeNames(home_id, "the home tenant", connection.operator or "the operator")
            rows = take_back(home, tenants, run)
        else:
            rows = carry_out_all(session, tenants, run)
    warnings = [*journal.warnings, *writer.warnings, *session.warnings]
    result = result_of(rows, sent=writes.sent, check_mode=call.check_mode, undo=undo)
    return {**result, "warnings": warnings}


TASK: t.Final = ModuleTask(
    {
        **connection_spec(),
        "tenants": {**tenants_spec()["tenants"], "required": True},
        **writer_spec(),
        **remedy_spec(),
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    },
    remedy,
    constraints=writer_constraints(),
)


def main() -> None:
    """Run the module."""
    run_module(TASK)


if __name__ == "__main__":
    main()
