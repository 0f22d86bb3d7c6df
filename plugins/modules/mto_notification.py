#!/usr/bin/python
# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mto_notification
short_description: Tell Teams, Slack, or people by mail what has changed in a report
version_added: 0.1.0
description:
  - Reads a C(report.json), and makes a message for each entry of O(notify) that does not know yet what it says. A
    message has findings that are new or resolved, and what ends within seven days, or within one.
  - With O(send), the messages are sent. What a channel has taken is kept in the file C(notified.json) beside the
    report, so that nothing is sent twice, and what was not taken is sent the next time. Keep both files from run to
    run.
  - A channel that is new is told what is new in this run, not all that is open.
  - An accepted finding is in no message.
  - A message holds names of tenants, sentences and dates, no secret and no link. Names can be no markup in it.
  - This action runs in the controller. In check mode it sends nothing.
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
  send:
    description: Whether the messages are sent, and what was told is kept.
    type: bool
    default: false
  smtp:
    description:
      - The server that takes mails, as C(community.general.mail) needs it. What is not set has its default there, such
        as port 25 of localhost.
    type: dict
    suboptions:
      host:
        description: The name of the server.
        type: str
      port:
        description: Its port.
        type: int
      username:
        description: The user, if the server wants one.
        type: str
      password:
        description: The password of this user.
        type: str
      secure:
        description: Whether the connection is encrypted.
        type: str
        choices: [always, never, starttls, try]
      sender:
        description: The address that the mail is from.
        type: str
author:
  - The m365.defender authors (@m365-defender)
seealso:
  - module: m365.defender.mto_report
"""

EXAMPLES = r"""
---
- name: Tell each channel what it does not know yet
  m365.defender.mto_notification:
    report_dir: reports
    send: true
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
failure:
  description: Which channels did not take their message, and why; empty if all did. The task does not fail then.
  returned: success
  type: str
  sample: ""
lines:
  description: What was sent, in a line for each message.
  returned: success
  type: list
  elements: str
  sample:
    - "Sent to teams: Defender multitenant management: 1 new."
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
