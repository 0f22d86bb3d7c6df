# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_report_junit)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_report_junit
short_description: Make JUnit XML of a report
version_added: 0.1.0
description:
  - Makes the XML file that CI servers read as test results. Each tenant is a test suite, each check is a test case.
  - A required check that is not met is a failure. A required check that could not be made is an error. A recommended
    check that is not met is skipped, with its message. A check that was not chosen is skipped as well.
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
- name: Write the report as test results
  ansible.builtin.copy:
    content: "{{ report | m365.defender.mto_report_junit }}"
    dest: report.junit.xml
    mode: "0600"
"""

RETURN = r"""
_value:
  description: The text of the XML file.
  type: str
"""

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import formats_by_name
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report


def mto_report_junit(report: object) -> str:
    """See DOCUMENTATION."""
    return formats_by_name()["junit"].render(Report.from_dict(report))


FilterModule = filter_module(mto_report_junit)
