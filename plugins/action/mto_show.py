# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action C(mto_show): lines on the screen, as they are."""

from __future__ import annotations

import typing as t

from ansible import constants
from ansible.plugins.loader import callback_loader
from ansible.utils.display import Display

from ansible_collections.m365.defender.plugins.module_utils._core.text import clean, wrapped
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import ControllerAction

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# These write lines for people. Others may write a document, in the middle of which a line would be an error.
_WRITE_LINES: t.Final = frozenset(
    "awx_display debug default default_without_diff diy minimal oneline unixy yaml".split()
)


class ActionModule(ControllerAction):
    """See the documentation of the module of the same name."""

    spec: t.ClassVar = {
        "lines": {"type": "list", "elements": "str", "required": True},
        "wrap": {"type": "bool", "default": True},
    }

    def work(self, options: Mapping[str, t.Any], variables: Mapping[str, object]) -> dict[str, object]:
        """Print the lines, or leave them to the callback where it would not bear them."""
        lines = options["lines"]
        if self._task.no_log or not _prints_lines():
            return {"changed": False, "msg": lines, "_ansible_verbose_always": True}
        display = Display()
        for line in map(clean, lines):
            text = line.lstrip()
            indent = line[: len(line) - len(text)]
            rows = wrapped(text, display.columns, indent, f"{indent}  ") if options["wrap"] else [line]
            display.display("\n".join(rows))
        return {"changed": False}


def _prints_lines() -> bool:
    """Return whether the callback writes lines, and shows tasks that went well."""
    name = constants.DEFAULT_STDOUT_CALLBACK.rpartition(".")[2]
    if name != "default":
        return name in _WRITE_LINES
    # Loading the plugin makes its options known.
    callback_loader.get("default", class_only=True)
    shown: bool = constants.config.get_config_value("display_ok_hosts", plugin_type="callback", plugin_name="default")
    return shown
