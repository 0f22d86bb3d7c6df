# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What processes of their own do to the file with the refresh token. They import nothing else."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._auth.refresh_token_file import RefreshTokenFile


def count_up(path, times):
    """Each success of a rotation is one step up from what was read; a lost write would show as a number too low."""
    file = RefreshTokenFile(path)
    for _step in range(times):
        while True:
            held = file.load()
            if file.rotate(held, f"{int(held) + 1:08}"):
                break


def write_large(path, letter, times):
    """Store a large token again and again."""
    file = RefreshTokenFile(path)
    for _step in range(times):
        file.store(letter * 20000)
