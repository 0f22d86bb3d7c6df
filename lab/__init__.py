# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Microsoft lab: a server that answers as Entra and Microsoft Graph do, for tests and for the demo."""
