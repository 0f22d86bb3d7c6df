# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings in the catalogue's own words."""

from __future__ import annotations

from pages.report_rows import tenant_id

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding

ACTIONABLE = [
    *(reason for reason, row in CATALOGUE.reasons.items() if row.status != "met" and reason != "check.not_chosen"),
    *(reason for reason, row in CATALOGUE.caveats.items() if row.actionable),
]


def finding(number, reason="license.none", name="", **names):
    """A finding in the catalogue's own words."""
    name = name or f"Tenant {number} Ltd"
    known = {"tenant": name, "tenant_id": tenant_id(number), "home": "Northwind", "operator": "anna@northwind.example"}
    details, text = {**known, **names}, CATALOGUE.caveats.get(reason)
    words = CATALOGUE.caveat(reason, details) if text else CATALOGUE.verdict("license", reason, details)
    return Finding(
        id=f"{number}-{reason}",
        tenant_id=tenant_id(number),
        tenant_name=name,
        operator="anna@northwind.example",
        check=reason.split(".", 1)[0],
        severity="recommended" if text else "required",
        status="unmet" if text else words.status,
        reason=reason,
        object="",
        message=words.message,
        remedy=words.remedy,
        doc_url="",
    )
