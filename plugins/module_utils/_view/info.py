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
from ansible_collections.m365.defender.plugins.module_utils._view.table import group_rows, view_rows

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView
    from ansible_collections.m365.defender.plugins.module_utils._view.options import PortalOptions


def view_info(
    options: PortalOptions, connection: Connection, declared: Sequence[Tenant] | None = None
) -> dict[str, object]:
    """The result of mto_tenant_info. `declared` is the user's own list, None where it is not given."""
    operator = view_owner(connection)
    require_source(options)
    source = open_source(options, connection)
    view = source.read(groups=True).view
    problem = source.refuse(view, connection)
    details = sentence_details(connection, operator, source.url)
    return {
        **describe_view(view, ObservedView(view, problem, source.url), details, declared),
        "snapshot": None if view.problems or problem else snapshot_of(view),
        "warnings": [*source.warnings, *hidden_warnings(view, operator)],
    }


def describe_view(
    view: MultitenantView,
    observed: ObservedView,
    details: Mapping[str, str],
    declared: Sequence[Tenant] | None = None,
) -> dict[str, object]:
    """The result, but for the snapshot. Rows are what the portal says, usable or not. Pure."""
    problems = [observed.problem] if observed.problem else list(view.problems.values())
    return {
        "tenants": view_rows(observed, details["home_tenant_id"], view.groups, declared),
        "sources": dict(view.sources),
        "complete": view.complete and not observed.problem,
        "operator": view.operator,
        "home_tenant_id": view.home_tenant_id,
        "taken_at": view.taken_at,
        "tenant_group": view.group.name if view.group else None,
        "hidden_tenants": view.hidden,
        "tenant_groups": group_rows(view.groups),
        "problems": [problem_text(problem, details) for problem in problems],
    }
