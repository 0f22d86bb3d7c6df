# Copyright (c) 2026 The m365.defender authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action C(mto_write_file): a text of the controller becomes a file of the controller, without a module."""

from __future__ import annotations

import os
import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import write_file
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import ControllerAction
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path

if t.TYPE_CHECKING:
    from collections.abc import Mapping

_PRIVATE: t.Final = 0o600
_EVERYBODY: t.Final = 0o666


class ActionModule(ControllerAction):
    """See the documentation of the module of the same name."""

    spec: t.ClassVar = {
        "path": {"type": "path", "required": True},
        "content": {"type": "str", "required": True},
        "private": {"type": "bool", "default": True},
        "overwrite": {"type": "bool", "default": True},
    }

    def work(self, options: Mapping[str, t.Any], variables: Mapping[str, object]) -> dict[str, object]:
        """See ControllerAction."""
        # A link keeps its place, and what it leads to is replaced.
        path = os.path.realpath(user_path(options["path"]))
        after = options["content"].encode("utf-8", "backslashreplace").decode()
        before = _content_of(path)
        mode = _mode(path, private=options["private"])
        kept = before is not None and not options["overwrite"]
        changed = not kept and (before != after or os.stat(path).st_mode & 0o777 != mode)  # noqa: PTH116
        if changed and not self._task.check_mode:
            write_file("path", path, after, mode)
        diff = {"before_header": path, "after_header": path, "before": before or "", "after": after}
        return {"changed": changed, "path": path, **({"diff": diff} if changed else {})}


def _content_of(path: str) -> str | None:
    """Return the text of a file, None where there is none. Raise OptionError where there is something else."""
    try:
        return pathlib.Path(path).read_bytes().decode("utf-8", "backslashreplace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OptionError(f"path: {path} cannot be read ({error.strerror}); name another file.") from error


def _mode(path: str, *, private: bool) -> int:
    """Return the mode of the file: that of its owner alone, or else as the user has it, or their umask wants it."""
    if private:
        return _PRIVATE
    if os.path.exists(path):  # noqa: PTH110
        return os.stat(path).st_mode & 0o777  # noqa: PTH116
    umask = os.umask(0)
    os.umask(umask)
    return _EVERYBODY & ~umask
