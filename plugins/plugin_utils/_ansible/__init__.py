# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What actions and filters share. Importing it makes the imports that follow cheaper."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.plugin_utils._ansible.bytecode import keep_bytecode

keep_bytecode()
