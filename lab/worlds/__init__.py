# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Worlds: the YAML files, their form, and the code that reads and checks them."""
