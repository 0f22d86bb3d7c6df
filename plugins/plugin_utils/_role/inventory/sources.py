# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the tenants of an inventory come from: a list of Microsoft's, the multitenant view, or the last report."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.discovery import METHODS, discovered_tenants
from ansible_collections.m365.defender.plugins.module_utils._auth.identities import require_libraries
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import ACCESS_METHODS
from ansible_collections.m365.defender.plugins.module_utils._view.info import view_info
from ansible_collections.m365.defender.plugins.module_utils._view.options import parse_portal_options, view_spec
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.grouped import grouped
from ansible_collections.m365.defender.plugins.plugin_utils._report.saved import read_report

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding, TenantRow
    from ansible_collections.m365.defender.plugins.plugin_utils._role.inventory.hosts import HostRow, Status


def source_options() -> tuple[str, ...]:
    """Return the names of the options that a source may need."""
    return (*view_spec(), "report_file")


def rows_of_source(source: str, options: Mapping[str, t.Any]) -> list[HostRow]:
    """Return the tenants of a source. Raises MtoError."""
    if source == "report":
        if not options.get("report_file"):
            raise OptionError("report_file: missing; name a report.json that onboard or drift has written.")
        report = read_report("report_file", options["report_file"])
        findings = grouped(report.findings, lambda finding: finding.tenant_id.lower())
        return [_of_row(row, report.run.cloud, findings.get(row.tenant_id.lower(), ())) for row in report.tenants]
    require_libraries()
    in_view = source == "view"
    connection = resolve_connection(options, identity_needed=not in_view, app_needed=not in_view)
    if in_view:
        info: Mapping[str, t.Any] = view_info(parse_portal_options(options), connection)
        if not info["complete"]:
            problems = " ".join(info["problems"])
            raise MtoError(problems or "The multitenant view could not be read in full; run again later.")
        names = {row["tenant_id"]: row["name"] for row in info["tenants"] if row["registered"] and not row["home"]}
    else:
        names = discovered_tenants(connection, source)
    access, cloud = METHODS.get(source, ""), connection.cloud.name
    return [{"tenant_id": key, "name": name, "access": access, "cloud": cloud} for key, name in names.items()]


def _of_row(row: TenantRow, cloud: str, findings: Sequence[Finding]) -> HostRow:
    method = row.access.method if row.access else None
    status: Status = {
        "ready": row.ready,
        "verified": row.verified,
        "eligible": row.eligible,
        "registered": row.registered,
        "first_broken": row.first_broken,
        "reason": row.reason,
        # The same role in each target tenant is one group.
        "actors": sorted({actor for finding in findings if (actor := first_step(finding).group)}),
    }
    return {
        "tenant_id": row.tenant_id.lower(),
        "name": row.name,
        "access": method if method in ACCESS_METHODS else "",
        "cloud": cloud,
        "status": status,
    }
