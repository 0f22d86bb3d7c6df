# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of mto_tenant_info: what the portal offers one operator, and what their view holds."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._view.messages import (
    hidden_warnings,
    problem_text,
    sentence_details,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import snapshot_of
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import open_source
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import ObservedView
from ansible_collections.m365.defender.plugins.module_utils._view.options import require_source, view_owner
from ansible_collections.m365.defender.plugins.module_utils._view.result import registered_or_none

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView
    from ansible_collections.m365.defender.plugins.module_utils._view.options import PortalOptions


def view_info(options: PortalOptions, connection: Connection) -> dict[str, object]:
    """The result of mto_tenant_info."""
    operator = view_owner(connection)
    require_source(options)
    source = open_source(options, connection)
    view = source.read(groups=True).view
    problem = source.refuse(view, connection)
    details = sentence_details(connection, operator, source.url)
    return {
        **describe_view(view, ObservedView(view, problem, source.url), details),
        "snapshot": None if view.problems or problem else snapshot_of(view),
        "warnings": [*source.warnings, *hidden_warnings(view, operator)],
    }


def describe_view(view: MultitenantView, observed: ObservedView, details: Mapping[str, str]) -> dict[str, object]:
    """The result, but for the snapshot. Rows are what the portal says, usable or not. Pure."""
    offered, exposed = view.offered or {}, view.exposed or {}
    home = details["home_tenant_id"]
    problems = [observed.problem] if observed.problem else list(view.problems.values())
    return {
        "tenants": [_row(tenant_id, view, observed, home) for tenant_id in dict.fromkeys((*offered, *exposed))],
        "sources": dict(view.sources),
        "complete": view.complete and not observed.problem,
        "operator": view.operator,
        "home_tenant_id": view.home_tenant_id,
        "taken_at": view.taken_at,
        "tenant_group": view.group.name if view.group else None,
        "hidden_tenants": view.hidden,
        "tenant_groups": _groups(view),
        "problems": [problem_text(problem, details) for problem in problems],
    }


def _row(tenant_id: str, view: MultitenantView, observed: ObservedView, home_tenant_id: str) -> dict[str, object]:
    offered, exposed = view.offered_row(tenant_id), view.exposed_row(tenant_id)
    shown = offered or exposed
    return {
        "tenant_id": tenant_id,
        "name": shown.name if shown else tenant_id,
        "registered": registered_or_none(tenant_id, observed),
        "offered": offered is not None,
        "lost_access": offered.lost_access if offered else None,
        "added_on": (exposed.added_on if exposed else None) or (offered.added_on if offered else None),
        "environment": shown.environment if shown else None,
        "home": tenant_id == home_tenant_id,
    }


def _groups(view: MultitenantView) -> list[dict[str, object]] | None:
    if view.groups is None:
        return None
    return [
        {"name": group.name, "group_id": group.group_id, "tenant_ids": [row.tenant_id for row in group.tenants]}
        for group in view.groups
    ]
