# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs that are measured. Each reads its options from standard input, as JSON."""
