# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_summary)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_summary
short_description: Summarize a report in a few lines
version_added: 0.1.0
description:
  - The first line counts. Then there is one line for each tenant that is not in order, which says who must do what.
  - More than three tenants that need the same action share one line.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: A report as made by P(m365.defender.mto_report#filter).
    type: dict
    required: true
  sections:
    description:
      - Whether the lines are grouped below the headings C(Access lost), C(Not met), C(Not in the view as declared),
        C(Could not check) and C(Advice), each with the number of its findings. Headings without findings are omitted.
    type: bool
    default: false
"""

EXAMPLES = r"""
---
- name: Show what has to be done
  ansible.builtin.debug:
    msg: "{{ report | m365.defender.mto_summary }}"

- name: Show what was found, by kind
  ansible.builtin.debug:
    msg: "{{ report | m365.defender.mto_summary(sections=true) }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import summary_lines


def mto_summary(report: object, sections: bool = False) -> list[str]:
    """See DOCUMENTATION."""
    return summary_lines(Report.from_dict(report), sections=sections)


FilterModule = filter_module(mto_summary)
