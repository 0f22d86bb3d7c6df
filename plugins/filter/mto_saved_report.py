# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_saved_report)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_saved_report
short_description: Read a saved report
version_added: 0.1.0
description:
  - Reads a C(report.json) that an earlier run has written, for the other filters of the report.
  - A byte order mark and other line ends do no harm. A file that is not a report, or larger than 64 MB, fails the task
    with one sentence.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: The path of the file on the controller.
    type: path
    required: true
"""

EXAMPLES = r"""
---
- name: Show last week's findings, by kind
  ansible.builtin.debug:
    msg: "{{ 'archive/report.json' | m365.defender.mto_saved_report | m365.defender.mto_summary(sections=true) }}"
"""

RETURN = r"""
_value:
  description: The report as P(m365.defender.mto_report#filter) makes it.
  type: dict
"""

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._report.saved import read_report


def mto_saved_report(path: str) -> dict[str, object]:
    """See DOCUMENTATION."""
    return read_report("mto_report_file", path).as_dict()


FilterModule = filter_module(mto_saved_report)
