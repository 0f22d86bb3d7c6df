# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fuzzing: every reader of something from outside is given spoiled input, led by the lines of code that it reaches."""
