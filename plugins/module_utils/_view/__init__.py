# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Step 3 of the guide: read an operator's multitenant view, plan what has to change, and change it."""
