# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rows of the table of operations about tenant governance: reads; the lab has no writes of it."""

from __future__ import annotations

import typing as t

from lab.data import permissions as p
from lab.data import roles as r
from lab.hosts.graph import governance as g

# Delegated, one of these Entra roles as well [doc]. That administrators read too is our reading [guess].
READERS: t.Final = r.ids(
    "Tenant Governance Reader",
    "Tenant Governance Relationship Reader",
    "Tenant Governance Administrator",
    "Tenant Governance Relationship Administrator",
    "Global Reader",
    "Global Administrator",
)
# Path, noun of the permission, handler, is it a collection?
ROWS: t.Final = (
    ("/governanceRelationships", "Relationship", g.list_relationships, True),
    ("/governanceRelationships/{id}", "Relationship", g.get_relationship, False),
    ("/governanceRequests", "Request", g.list_requests, True),
    ("/governanceRequests/{id}", "Request", g.get_request, False),
    ("/governanceInvitations", "Invitation", g.list_invitations, True),
    ("/governanceInvitations/{id}", "Invitation", g.get_invitation, False),
    ("/governancePolicyTemplates", "PolicyTemplate", g.list_templates, True),
    ("/governancePolicyTemplates/{id}", "PolicyTemplate", g.get_template, False),
    ("/settings", "Setting", g.get_settings, False),
)
# What the lists take [doc]; filters and sorting are Graph's alone.
LIST_OPTIONS: t.Final = frozenset(("$top", "$skip", "$skiptoken"))
BEYOND: t.Final = frozenset(("$filter", "$orderby"))


def rows() -> t.Iterator[tuple[str, p.Permissions, t.Any, p.Permissions, dict[str, t.Any]]]:
    """Path, delegated permissions, handler, application permissions, and the rest of an operation."""
    for path, noun, handler, listed in ROWS:
        more: dict[str, t.Any] = {"readers": READERS, "options": frozenset()}
        if listed:
            more |= {"options": LIST_OPTIONS, "beyond": BEYOND}
        yield g.ROOT + path, p.GOVERNANCE_DELEGATED[noun], handler, p.GOVERNANCE_READ[noun], more
