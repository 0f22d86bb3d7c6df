# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Defender portal and the multitenant portal: what their own pages ask for, and a settings page."""
