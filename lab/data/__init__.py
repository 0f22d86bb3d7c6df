# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Microsoft's documents say, as data files and their readers. README.md names the sources."""
