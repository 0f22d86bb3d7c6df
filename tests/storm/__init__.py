# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The storm: modules run against the lab behind a proxy that spoils answers; verdicts are compared with calm."""
