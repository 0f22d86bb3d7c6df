# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations that change a tenant."""

from __future__ import annotations

import typing as t

from lab.data import roles as r
from lab.hosts.graph import invitations
from lab.hosts.graph import policy_writes as trust
from lab.hosts.graph import relationship_writes as gdap

if t.TYPE_CHECKING:
    from lab.hosts.graph.message import Handler

GDAP: t.Final = "/tenantRelationships/delegatedAdminRelationships"
_ASSIGNMENT: t.Final = GDAP + "/{id}/accessAssignments/{assignment}"
_PARTNERS: t.Final = "/policies/crossTenantAccessPolicy/partners"
# [guess: the page has no roles for users without roles of their own]
RESTORERS: t.Final = r.ids("User Administrator", "Global Administrator")
TRUST_WRITERS: t.Final = r.ids("Security Administrator", "Global Administrator")
# Method, path, name of the permissions, handler, Entra roles that a person needs.
ROWS: t.Final[tuple[tuple[str, str, str, Handler, frozenset[str]], ...]] = (
    ("POST", GDAP, "gdap_write", gdap.create_relationship, frozenset()),
    ("PATCH", GDAP + "/{id}", "gdap_write", gdap.update_relationship, frozenset()),
    ("POST", GDAP + "/{id}/requests", "gdap_write", gdap.create_request, frozenset()),
    ("POST", GDAP + "/{id}/accessAssignments", "gdap_write", gdap.create_assignment, frozenset()),
    ("PATCH", _ASSIGNMENT, "gdap_write", gdap.update_assignment, frozenset()),
    ("DELETE", _ASSIGNMENT, "gdap_write", gdap.delete_assignment, frozenset()),
    ("POST", _PARTNERS, "cross_tenant_access_write", trust.create_partner, TRUST_WRITERS),
    ("PATCH", _PARTNERS + "/{id}", "cross_tenant_access_write", trust.update_partner, TRUST_WRITERS),
    ("DELETE", _PARTNERS + "/{id}", "cross_tenant_access_write", trust.delete_partner, TRUST_WRITERS),
    ("POST", "/invitations", "invitations", invitations.invite, frozenset()),
    ("POST", "/directory/deletedItems/{id}/restore", "restore_user", invitations.restore_user, RESTORERS),
)
