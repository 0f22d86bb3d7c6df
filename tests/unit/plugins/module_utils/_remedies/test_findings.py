# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be acted on: a "no" of the service, or advice beside a "yes", and what of it was not read."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Problem, Verdict
from ansible_collections.m365.defender.plugins.module_utils._remedies.findings import _findings_in

EXPIRING = Caveat("access.gdap_expiring", "It ends.", "Do it.", "https://x", object="r1", actionable=True)
TOLD = Caveat("access.other", "Know it.", "", "https://x", object="r1", actionable=False)


def verdict(status, *, caveats=(), evidence=()):
    return Verdict(
        check="access", status=status, severity="required", reason="access.x", message="No.", remedy="Do.", object="o",
        doc_url="https://x", caveats=caveats, evidence=evidence,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("status", "reasons"),
    [
        ("unmet", ["access.x"]),
        ("met", ["access.gdap_expiring"]),
        ("unknown", []),
        ("not_applicable", []),
    ],
)
def test_only_a_clear_word_is_acted_on(status, reasons):
    found = list(_findings_in(verdict(status, caveats=(EXPIRING, TOLD))))
    assert [finding.reason for finding in found] == reasons
    assert {finding.incomplete for finding in found} <= {""}


@pytest.mark.parametrize("status", ["unmet", "met"])
def test_what_was_not_read_is_said(status):
    unread = Evidence("deleted_users", "", "app", "", "", "documented", problem=Problem("read.unavailable"))
    (found,) = _findings_in(verdict(status, caveats=(EXPIRING,), evidence=(unread,)))
    assert found.incomplete == "deleted_users: read.unavailable"
