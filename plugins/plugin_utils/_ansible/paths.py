# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths are the user's: a relative one means the directory in which `ansible-playbook` was started."""

from __future__ import annotations

import os
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec


def user_path(path: str) -> str:
    """Return the full path of what a user wrote, with `~` and `$VARIABLE` as Ansible takes them.

    Only in the controller: Ansible starts a module on the control node in the directory of the playbook, which is the
    installed collection if the playbook is one of ours.
    """
    # Unlike those of pathlib, they leave a home directory that nobody has, and never raise.
    return os.path.abspath(os.path.expanduser(os.path.expandvars(path)))  # noqa: PTH100, PTH111


def given_paths(spec: Spec, args: Mapping[str, object], resolve: Callable[[str], str]) -> dict[str, str]:
    """Return the full path of every path option that the task gives, or that has a default."""
    options = {name: option for name, option in spec.items() if option["type"] == "path"}
    values = {name: args.get(name, option.get("default")) for name, option in options.items()}
    return {name: resolve(value) for name, value in values.items() if isinstance(value, str) and value}
