# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths are the user's: a relative one means the directory in which `ansible-playbook` was started."""

from __future__ import annotations

import os
import pathlib


def user_path(path: str) -> str:
    """Return the full path of what a user wrote, with `~` as their home directory.

    Only in the controller: Ansible starts a module on the control node in the directory of the playbook, which is the
    installed collection if the playbook is one of ours.
    """
    return os.path.normpath(pathlib.Path.cwd() / pathlib.Path(path).expanduser())
