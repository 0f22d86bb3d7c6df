# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The view as a table: what is declared, what the portal offers, what is in the view, and in which groups. Pure."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
        MultitenantView,
        ObservedView,
        TenantGroup,
    )

# What a module returns for `registered`: None where the answers do not say.
_AS_BOOLEAN: t.Final = {"registered": True, "not_registered": False}


def registered_or_none(tenant_id: str, observed: ObservedView) -> bool | None:
    """Return whether a tenant is in the view; None where the answers do not say or may not be used."""
    return _AS_BOOLEAN.get(observed.usable.registration_state(tenant_id)) if observed.usable else None


def view_rows(
    observed: ObservedView,
    home_tenant_id: str,
    groups: Sequence[TenantGroup] | None,
    declared: Sequence[Tenant] | None = None,
) -> list[dict[str, object]]:
    """Return a row for each tenant of the list, then for each other one that the portal offers or the view holds."""
    view = observed.view
    names = {tenant.tenant_id: tenant.name for tenant in declared or ()}
    shown = dict.fromkeys((*names, *((*(view.offered or {}), *(view.exposed or {})) if view else ())))
    ids_of = [(group.name, {row.tenant_id for row in group.tenants}) for group in groups or ()]
    return [
        {
            **_portal_part(tenant_id, view, names),
            "registered": registered_or_none(tenant_id, observed),
            "declared": None if declared is None else tenant_id in names,
            "groups": None if groups is None else [name for name, ids in ids_of if tenant_id in ids],
            "home": tenant_id == home_tenant_id,
        }
        for tenant_id in shown
    ]


def _portal_part(tenant_id: str, view: MultitenantView | None, names: Mapping[str, str]) -> dict[str, object]:
    offered = view.offered_row(tenant_id) if view else None
    exposed = view.exposed_row(tenant_id) if view else None
    shown = offered or exposed
    return {
        "tenant_id": tenant_id,
        "name": shown.name if shown else names.get(tenant_id, tenant_id),
        # What a list that was not read would offer is not known.
        "offered": None if view is None or view.offered is None else offered is not None,
        "lost_access": offered.lost_access if offered else None,
        "added_on": (exposed.added_on if exposed else None) or (offered.added_on if offered else None),
        "environment": shown.environment if shown else None,
    }


def group_rows(groups: Sequence[TenantGroup] | None) -> list[dict[str, object]] | None:
    """Return the tenant groups, None where they were not read."""
    if groups is None:
        return None
    return [
        {
            "name": group.name,
            "group_id": group.group_id,
            "tenant_ids": [row.tenant_id for row in group.tenants],
            "hidden": group.hidden,
        }
        for group in groups
    ]
