# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every reason of a check has to have."""

from __future__ import annotations

import re

STATUSES = ("met", "unmet", "unknown", "not_applicable")


def faults_of(reasons, *families):
    """Reasons that lack a status, a sentence, a remedy with its actor, or a page of Microsoft's."""
    return [
        reason
        for reason, row in reasons.items()
        if reason.partition(".")[0] not in families
        or row.status not in STATUSES
        or not row.sentence.rstrip().endswith((".", "}"))
        or not re.match(r"No action needed\.|[A-Z{][^:.]*: \S", row.remedy)
        or not row.doc_url.startswith("https://learn.microsoft.com/")
    ]
