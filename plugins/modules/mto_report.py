#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_report
short_description: Make the report of a run and write its files
version_added: 0.1.0
description:
  - Makes the report of a run from the registered results of M(m365.defender.mto_requirement_facts),
    M(m365.defender.mto_tenant_access) and M(m365.defender.mto_tenant), or from a saved C(report.json).
  - Compares the run with the one before, and adds a line for it to C(history.jsonl) in O(report_dir).
  - Writes the files itself, each as a whole or not at all, in check mode too. They hold a time and are not part of the
    declared state, so that they are never a change.
  - Findings do not fail the task, and neither does a file that cannot be written. RV(failure) says both.
  - Results in which Ansible has masked a common word, because a secret is that word, are refused.
  - This action runs in the controller and sends no request.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.controller
options:
  requirements:
    description:
      - The name of the variable in which M(m365.defender.mto_requirement_facts) is registered, with a loop or without.
      - The names of variables are given, not their values, which would be copied on the way.
    type: str
  access:
    description:
      - The name of the variable in which M(m365.defender.mto_tenant_access) is registered.
      - If not set, access was not checked. RV(summary) says V(null) where it counts access.
    type: str
  registration:
    description:
      - The name of the variable in which M(m365.defender.mto_tenant) is registered.
      - If not set, the multitenant view was not read.
    type: str
  report_file:
    description: A C(report.json) of an earlier run, which is shown again.
    type: path
  eligible_only:
    description:
      - Whether only RV(eligible) is returned, which M(m365.defender.mto_tenant) needs before there is a report.
      - No file is written.
    type: bool
    default: false
  report_dir:
    description: An existing directory for the report. If not set, no file is written.
    type: path
  report_formats:
    description:
      - The files to write. V(json) is report.json, V(html) is report.html, V(junit) is report.junit.xml.
      - V(markdown) is report.md, a summary of at most 60 KB for CI, and V(csv) is report.csv, the findings for a
        spreadsheet.
    type: list
    elements: str
    choices: [json, html, junit, markdown, csv]
    default: [json, html, junit, markdown, csv]
  report_mode:
    description: The permissions of the report's files in octal digits.
    type: raw
    default: "0600"
  report_per_tenant:
    description:
      - Whether to write a page and a CSV file for each tenant, too, which name no other tenant.
      - They are in the directory C(customers) of O(report_dir), and named by the tenant's ID.
    type: bool
    default: false
  evidence_dir:
    description: An existing directory for C(evidence.json), which only its owner can read. If not set, none is written.
    type: path
  max_tenants:
    description:
      - How many tenants one person's view can hold. If more are ready, RV(suggested_views) says whose views could hold
        them.
    type: int
    default: 100
  report_previous:
    description:
      - The C(report.json) of an earlier run, which says what is new and what is resolved.
      - If not set, it is the one in O(report_dir), read before it is replaced. If there is none, every finding is new.
    type: path
  baseline:
    description: A YAML file with what is accepted, by whom, why, and until when. Its form is in
      U(https://github.com/m365-defender/m365.defender/blob/main/docs/report.md#what-is-accepted).
    type: path
  fail_on:
    description:
      - The kinds of findings that RV(failing) counts.
      - V(required) is a required check that is not met, V(unknown) one that could not be made, V(recommended) is
        advice, and V(registration) concerns the multitenant view.
      - V(new) limits the others to findings that the run before did not have. Alone, it limits all kinds.
      - Findings that are accepted do not count.
    type: list
    elements: str
    choices: [required, recommended, unknown, registration, new]
    default: [required, unknown, registration]
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_show
"""

EXAMPLES = r"""
---
- name: Check the requirements
  m365.defender.mto_requirement_facts:
    tenants: "{{ mto_tenants }}"
  register: facts

- name: Verify access
  m365.defender.mto_tenant_access:
    tenants: "{{ mto_tenants }}"
  register: access

- name: Make the report
  m365.defender.mto_report:
    requirements: facts
    access: access
    report_dir: /srv/mto
  register: report

- name: Show what has to be done
  m365.defender.mto_show:
    lines: "{{ report.lines }}"
    wrap: false

- name: Fail where the declared state was not reached
  ansible.builtin.fail:
    msg: "{{ report.failure }}"
  when: report.failure != ''
"""

RETURN = r"""
generated_at:
  description: When the facts were read (UTC).
  returned: without O(eligible_only)
  type: str
  sample: "2026-11-27T18:34:12Z"
home_tenant_id:
  description: The home tenant.
  returned: without O(eligible_only)
  type: str
home_tenant_name:
  description: The name of the home tenant. Empty if nobody could read it.
  returned: without O(eligible_only)
  type: str
operator:
  description: Whose access was judged.
  returned: without O(eligible_only)
  type: str
cloud:
  description: The Microsoft cloud of the home tenant.
  returned: without O(eligible_only)
  type: str
checks:
  description: The access checks that counted, V(null) if access was not checked.
  returned: without O(eligible_only)
  type: list
  elements: str
summary:
  description: How many tenants are declared, ready, verified, eligible and registered, and how many findings there are.
  returned: without O(eligible_only)
  type: dict
  sample: {declared: 25, ready: 18, verified: 16, eligible: 16, registered: 16, undeclared: 0, findings: 11}
changes:
  description:
    - How many findings and tenants are different from the run before, whose time is C(previous_at), V(null) if there is
      none. C(unread) counts findings that were not found because something could not be read, C(left_out) those that
      were not looked for. C(not_compared) is why an earlier report was not used.
  returned: without O(eligible_only)
  type: dict
  sample: {previous_at: "2026-11-26T18:34:12Z", new: 2, resolved: 1, unread: 0, left_out: 0, worse: 1, better: 0,
    not_compared: ""}
tenants:
  description: A row for each declared tenant, without its verdicts, which C(report.json) holds.
  returned: without O(eligible_only)
  type: list
  elements: dict
  contains:
    tenant_id:
      description: The directory (tenant) ID.
      returned: success
      type: str
    name:
      description: The declared name.
      returned: success
      type: str
    ready:
      description: Whether every requirement is met.
      returned: success
      type: bool
    verified:
      description: Whether access is verified, V(null) if it was not checked.
      returned: success
      type: bool
    eligible:
      description: Whether the tenant may be added to the multitenant view, V(null) if access was not checked.
      returned: success
      type: bool
    registered:
      description: Whether the tenant is in the multitenant view, V(null) if that is not known.
      returned: success
      type: bool
    first_broken:
      description: Where the chain of requirements and access breaks first, V(null) if it does not.
      returned: success
      type: str
    reason:
      description: Why it breaks there.
      returned: success
      type: str
    trend:
      description: V(worse) or V(better) if the chain breaks earlier or later than in the run before, else V(null).
      returned: success
      type: str
undeclared:
  description: The tenants in the view that are not declared, V(null) if the view was not read.
  returned: without O(eligible_only)
  type: list
  elements: dict
findings:
  description: What somebody has to act on, each V(new), V(open) or V(accepted), and since when.
  returned: without O(eligible_only)
  type: list
  elements: dict
resolved:
  description: The findings of the run before that are gone.
  returned: without O(eligible_only)
  type: list
  elements: dict
unread:
  description: The findings of earlier runs that may still be there, because something could not be read this time.
  returned: without O(eligible_only)
  type: list
  elements: dict
expiries:
  description: What ends by itself, the earliest first.
  returned: without O(eligible_only)
  type: list
  elements: dict
operators:
  description:
    - One row per person of a team, with one cell per tenant, V(null) if one person was judged.
    - C(ready) and C(eligible) of a row are numbers of tenants. A cell has C(ready), C(eligible), C(first_broken),
      C(reason), and the status of each check that counted.
  returned: without O(eligible_only)
  type: list
  elements: dict
suggested_views:
  description:
    - Which person's view could hold which tenants, if more tenants are ready than O(max_tenants), else V(null).
    - C(views) has C(operator) and C(tenant_ids), and C(left_over) the tenants that no view has room for. A view only
      gets tenants that are ready for its person. It is a suggestion, and nothing is written.
  returned: without O(eligible_only)
  type: dict
view:
  description:
    - The multitenant view beside the tenant list, V(null) if the view was not read. C(rows) say of each tenant whether
      it is declared, offered, registered, or lost, and in which tenant groups it is.
    - C(groups) are the tenant groups, V(null) if they were not read. C(hidden) counts their tenants that the operator
      cannot see.
  returned: without O(eligible_only)
  type: dict
lines:
  description: The summary for a screen, wrapped at the width of the terminal, and the full paths of the files.
  returned: without O(eligible_only)
  type: list
  elements: str
files:
  description: The full paths of the files that were written.
  returned: without O(eligible_only)
  type: list
  elements: str
  sample: [/srv/mto/report.json, /srv/mto/report.html, /srv/mto/history.jsonl]
failing:
  description: How many findings there are of each kind in O(fail_on). A kind without findings is left out.
  returned: without O(eligible_only)
  type: dict
  sample: {required: 8, unknown: 1}
failure:
  description: Why the run has not reached the declared state, or was not recorded. Empty if all is well.
  returned: without O(eligible_only)
  type: str
  sample: ""
eligible:
  description: The IDs of the tenants that may be added to the multitenant view.
  returned: with O(eligible_only)
  type: list
  elements: str
"""
