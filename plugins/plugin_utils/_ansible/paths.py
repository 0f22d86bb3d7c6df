# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths are the user's: a relative one means the directory in which `ansible-playbook` was started."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import azure_names, own_name

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
    values = {name: args.get(name, option.get("default")) for name, option in _path_options(spec)}
    return {name: resolve(value) for name, value in values.items() if isinstance(value, str) and value}


def environment_paths(spec: Spec, environ: Mapping[str, str], resolve: Callable[[str], str]) -> dict[str, str]:
    """Return the full path of every path option that the environment gives, by the name of its variable."""
    options = [option for option, _spec in _path_options(spec)]
    names = (name for option in options for name in (own_name(option), azure_names().get(option, "")))
    return {name: resolve(environ[name]) for name in names if environ.get(name)}


def _path_options(spec: Spec) -> list[tuple[str, Mapping[str, object]]]:
    return [(name, option) for name, option in spec.items() if option["type"] == "path"]
