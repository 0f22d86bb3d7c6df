# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action C(mto_save_part): a variable that is never copied becomes the part of a run."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import ControllerAction
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.steps import SAVE_SPEC, save_part

if t.TYPE_CHECKING:
    from collections.abc import Mapping


class ActionModule(ControllerAction):
    """See the documentation of the module of the same name."""

    spec = SAVE_SPEC

    def work(self, options: Mapping[str, t.Any], variables: Mapping[str, object]) -> dict[str, object]:
        """See ControllerAction."""
        return save_part(options, variables)
