# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter C(mto_failing)."""

from __future__ import annotations

DOCUMENTATION = r"""
name: mto_failing
short_description: The findings that fail a run
version_added: 0.1.0
description:
  - Picks the findings of a report that a run is to fail for.
author:
  - The m365.defender authors (@m365-defender)
options:
  _input:
    description: A report as made by P(m365.defender.mto_report#filter).
    type: dict
    required: true
  fail_on:
    description:
      - Which kinds of findings are picked.
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

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import failing_findings


def mto_failing(report: t.Mapping[str, t.Any], fail_on: t.Sequence[str]) -> list[dict[str, t.Any]]:
    """See DOCUMENTATION."""
    if isinstance(fail_on, str):
        raise AnsibleFilterError(f"mto_fail_on: give a list, such as [{fail_on}].")
    try:
        return failing_findings(report, fail_on)
    except OptionError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """What Ansible looks for."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"mto_failing": mto_failing}
