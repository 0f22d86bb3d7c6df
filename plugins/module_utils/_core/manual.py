# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the pages are that sentences name.

They are in the artifact, too, but at a path that depends on where it was installed, and a report is read elsewhere.
"""

from __future__ import annotations

import typing as t

_DOCS: t.Final = "https://github.com/m365-defender/m365.defender/blob/main/docs/"
CONTRACT: t.Final = _DOCS + "contract.md"
RECORD: t.Final = _DOCS + "record.md"
REPORT: t.Final = _DOCS + "report.md"
SNAPSHOT: t.Final = _DOCS + "snapshot.md"
