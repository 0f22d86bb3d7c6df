# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations of tenant governance: reads only."""

from __future__ import annotations

import typing as t

from lab.data import roles as r
from lab.hosts.graph import governance as g

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Handler

# A person also needs any of these Entra roles [doc]. That administrators read too is a [guess].
READERS: t.Final = r.ids(
    "Tenant Governance Reader",
    "Tenant Governance Relationship Reader",
    "Tenant Governance Administrator",
    "Tenant Governance Relationship Administrator",
    "Global Reader",
    "Global Administrator",
)
# Path, name of the permissions, handler, whether it is a collection.
ROWS: t.Final = (
    ("/governanceRelationships", "governance_relationships", g.list_relationships, True),
    ("/governanceRelationships/{id}", "governance_relationships", g.get_relationship, False),
    ("/governanceRequests", "governance_requests", g.list_requests, True),
    ("/governanceRequests/{id}", "governance_requests", g.get_request, False),
    ("/governanceInvitations", "governance_invitations", g.list_invitations, True),
    ("/governanceInvitations/{id}", "governance_invitations", g.get_invitation, False),
    ("/governancePolicyTemplates", "governance_policy_templates", g.list_templates, True),
    ("/governancePolicyTemplates/{id}", "governance_policy_templates", g.get_template, False),
    ("/settings", "governance_settings", g.get_settings, False),
)
# Options of the lists [doc]. The lab does not emulate filters and sorting.
LIST_OPTIONS: t.Final = frozenset(("$top", "$skip", "$skiptoken"))
GRAPH_ONLY: t.Final = frozenset(("$filter", "$orderby"))


def rows() -> t.Iterator[tuple[str, str, Handler, dict[str, t.Any]]]:
    """Yield path, name of the permissions, handler, and the rest of an operation."""
    for path, required, handler, listed in ROWS:
        more: dict[str, t.Any] = {"readers": READERS, "options": frozenset()}
        if listed:
            more |= {"options": LIST_OPTIONS, "graph_only": GRAPH_ONLY}
        yield g.ROOT + path, required, handler, more
