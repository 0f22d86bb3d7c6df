# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Clients of the lab: a person at a browser, and a page of the portal."""
