# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_report_files)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_report_files
short_description: Make the files of a report
version_added: 0.1.0
description:
  - Makes the name and the text of a file in each of the chosen formats of the report.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: A report as made by P(m365.defender.mto_report#filter).
    type: dict
    required: true
  formats:
    description: The formats to make.
    type: list
    elements: str
    choices: [json, html, junit]
    required: true
"""

EXAMPLES = r"""
---
- name: Write the report as a page and as test results
  ansible.builtin.copy:
    content: "{{ item.content }}"
    dest: "{{ item.name }}"
    mode: "0600"
  loop: "{{ report | m365.defender.mto_report_files(['html', 'junit']) }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
_value:
  description: The files in the order of O(formats). Each has its C(format), its C(name) and its C(content).
  type: list
  elements: dict
"""

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module, words_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report


def mto_report_files(report: object, formats: object) -> list[dict[str, str]]:
    """See DOCUMENTATION."""
    known, model = formats_by_name(), Report.from_dict(report)
    chosen = [known[name] for name in words_of("mto_report_formats", formats, known)]
    return [{"format": kind.name, "name": kind.file_name, "content": kind.render(model)} for kind in chosen]


FilterModule = filter_module(mto_report_files)
