# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_report_html)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_report_html
short_description: Make an HTML page of a report
version_added: 0.1.0
description:
  - Makes one self-contained HTML page of a report. It needs no script and loads nothing from anywhere.
  - It shows a matrix of tenants and checks, the findings by kind, and every verdict with its evidence. Tenant names and
    all other values of the report are shown as text, never as markup.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: A report as made by P(m365.defender.mto_report#filter).
    type: dict
    required: true
"""

EXAMPLES = r"""
---
- name: Write the report as a page
  ansible.builtin.copy:
    content: "{{ report | m365.defender.mto_report_html }}"
    dest: report.html
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The text of the page.
  type: str
"""

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report


def mto_report_html(report: object) -> str:
    """See DOCUMENTATION."""
    return formats_by_name()["html"].render(Report.from_dict(report))


FilterModule = filter_module(mto_report_html)
