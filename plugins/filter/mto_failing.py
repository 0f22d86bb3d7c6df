# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_failing)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_failing
short_description: Select the findings that fail a run
version_added: 0.1.0
description:
  - Selects the findings of a report for which a run fails.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: A report as made by P(m365.defender.mto_report#filter).
    type: dict
    required: true
  fail_on:
    description:
      - The kinds of findings to select.
      - V(required) is a requirement or an access check that is not met. V(unknown) is one that could not be checked.
        V(recommended) is advice. V(registration) is about the multitenant view.
    type: list
    elements: str
    choices: [required, recommended, unknown, registration]
    required: true
"""

EXAMPLES = r"""
---
- name: Fail where a requirement is not met or could not be checked
  ansible.builtin.fail:
    msg: "{{ report | m365.defender.mto_failing(['required', 'unknown']) | length }} findings"
  when: report | m365.defender.mto_failing(['required', 'unknown']) | length > 0
"""

RETURN = r"""
_value:
  description: The findings.
  type: list
  elements: dict
"""

from ansible_collections.m365.defender.plugins.plugin_utils._filter import filter_module, words_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import FAIL_ON, Report


def mto_failing(report: object, fail_on: object) -> list[dict[str, str]]:
    """See DOCUMENTATION."""
    words = words_of("mto_fail_on", fail_on, FAIL_ON)
    return [finding.as_dict() for finding in Report.from_dict(report).findings if finding.fail_word in words]


FilterModule = filter_module(mto_failing)
