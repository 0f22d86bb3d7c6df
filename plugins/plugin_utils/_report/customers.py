# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of one customer, to be sent there: it names no other customer. Pure."""

from __future__ import annotations

import hashlib
import re
import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, Summary
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Changes

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, TenantRow

# Below the directory of the report.
DIRECTORY: t.Final = "customers"
_GUID: t.Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def file_stem(tenant_id: str) -> str:
    """Return the name of a customer's files without its ending: the id, or a digest of what is not a GUID."""
    own = tenant_id.lower()
    return own if _GUID.fullmatch(own) else hashlib.sha256(own.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def report_of_customer(report: Report, row: TenantRow) -> Report:
    """Return the report without everything that is about other tenants, or about the fleet as a whole."""

    def own(findings: Iterable[Finding]) -> tuple[Finding, ...]:
        return tuple(finding for finding in findings if finding.tenant_id == row.tenant_id)

    findings, resolved, unread = own(report.findings), own(report.resolved), own(report.unread)
    changes = Changes(
        report.changes.previous_at,
        new=sum(1 for finding in findings if finding.state == "new"),
        resolved=len(resolved),
        unread=len(unread),
        worse=int(row.trend == "worse"),
        better=int(row.trend == "better"),
    )
    # A report of the whole has fields of its own, which keep their defaults here.
    return Report(
        run=report.run,
        checks=report.checks,
        summary=_summary(row, len(findings)),
        tenants=(row,),
        undeclared=None,
        findings=findings,
        expiries=tuple(expiry for expiry in report.expiries if expiry.tenant_id == row.tenant_id),
        changes=changes,
        resolved=resolved,
        unread=unread,
    )


def _summary(row: TenantRow, findings: int) -> Summary:
    return Summary(
        declared=1,
        ready=int(row.ready),
        verified=None if row.verified is None else int(row.verified),
        eligible=None if row.eligible is None else int(row.eligible),
        registered=None if row.registered is None else int(row.registered),
        undeclared=None,
        findings=findings,
    )
