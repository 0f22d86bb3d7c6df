# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of the module C(mto_remedy)."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.modules.mto_remedy import TASK
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.in_process import ModuleAction


class ActionModule(ModuleAction):
    """See the documentation of the module."""

    module_task = TASK
