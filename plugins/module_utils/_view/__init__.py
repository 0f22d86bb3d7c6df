# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Step 3 of the guide: what an operator's multitenant view holds, what has to change, and changing it."""
