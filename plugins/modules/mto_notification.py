#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_notification
short_description: Make messages of what has changed in a report
version_added: 0.1.0
description:
  - Reads a C(report.json), and makes a message for each entry of O(notify) that a change concerns. A change is a
    finding that is new or resolved since the run before, and something that ends within seven days, or within one, and
    did not yet in the run before. Where nothing has changed, there is no message.
  - An accepted finding is in no message.
  - A message holds names of tenants, sentences and dates, no secret and no link. Names can be no markup in it.
  - The entry point C(notify) of the role sends the messages. This action runs in the controller and sends nothing.
extends_documentation_fragment:
  - m365.defender._attributes
  - m365.defender._attributes.controller
options:
  report_file:
    description: The C(report.json). If not set, the one in O(report_dir).
    type: path
  report_dir:
    description: The directory with the report.
    type: path
  notify:
    description: Who is to learn what.
    type: list
    elements: dict
    required: true
    suboptions:
      to:
        description: The kind of the channel.
        type: str
        choices: [teams, slack, mail]
        required: true
      url:
        description:
          - For V(teams), the URL of a workflow that posts what a webhook receives. For V(slack), that of an incoming
            webhook.
          - Whoever has it can post there. Keep it in a vault or in a secret of the CI system.
        type: str
      mail:
        description: For V(mail), the addresses.
        type: list
        elements: str
      only:
        description:
          - What this entry is for. If not set, everything. Of two keys, both have to fit.
        type: dict
        suboptions:
          actor:
            description:
              - Who has to act first, as patterns of a shell, such as V(Security Administrator of *). The letter case
                does not count.
            type: list
            elements: str
          reason:
            description: Reasons, as patterns of a shell, such as V(access.*).
            type: list
            elements: str
          group:
            description: Groups of the inventory, whose hosts have C(mto_tenant_id).
            type: list
            elements: str
          tenants:
            description: IDs of tenants, beside those of O(notify[].only.group).
            type: list
            elements: str
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_report
"""

EXAMPLES = r"""
---
- name: Make messages of what has changed
  m365.defender.mto_notification:
    report_dir: reports
    notify:
      - to: teams
        url: "{{ vault_teams_url }}"
      - to: slack
        url: "{{ vault_slack_url }}"
        only:
          actor: ["Partner administrator of *"]
  register: notification
"""

RETURN = r"""
messages:
  description: The messages.
  returned: success
  type: list
  elements: dict
  contains:
    index:
      description: The number of the entry of O(notify), from 0.
      returned: success
      type: int
      sample: 0
    to:
      description: The kind of the channel.
      returned: success
      type: str
      sample: teams
    mail:
      description: The addresses.
      returned: success
      type: list
      elements: str
      sample: []
    subject:
      description: The subject.
      returned: success
      type: str
      sample: "Defender multitenant management: 1 new"
    text:
      description: The message as plain text.
      returned: success
      type: str
      sample: "New:\n- Contoso: no subscription includes Microsoft Defender."
    body:
      description: What the webhook is sent, V(null) for a mail.
      returned: success
      type: dict
      sample:
        type: message
"""
