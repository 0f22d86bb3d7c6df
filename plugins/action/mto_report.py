# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action C(mto_report): the report is made in the controller, from variables that are never copied."""

from __future__ import annotations

import typing as t

from ansible.utils.display import Display

from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import ControllerAction
from ansible_collections.m365.defender.plugins.plugin_utils._report.step import CONSTRAINTS, SPEC, report_step

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class ActionModule(ControllerAction):
    """See the documentation of the module of the same name."""

    spec = SPEC
    constraints = CONSTRAINTS

    def work(self, options: Mapping[str, t.Any], variables: Mapping[str, object]) -> dict[str, object]:
        """Return the report. The width is that of the terminal in which the play runs."""
        return report_step(options, variables, Display().columns)
