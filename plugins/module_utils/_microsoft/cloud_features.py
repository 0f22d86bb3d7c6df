# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Microsoft Graph has in which cloud, by Microsoft's metadata [csdl] and by Microsoft's pages [doc].

The data below is written by scripts/cloud_table.py from Microsoft's CSDL files of v1.0: do not edit it by hand.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

Existence = t.Literal["yes", "no", "open"]


@dataclasses.dataclass(frozen=True, slots=True)
class CloudFeatures:
    """`in_schemas`: the schemas that hold a path of v1.0. `documented`: the clouds that pages give to a path, or below.

    `sha256` tells the files that this comes from, by schema; two clouds can share a schema.
    """

    sha256: Mapping[str, str]
    schema_of_cloud: Mapping[str, str]
    in_schemas: Mapping[str, tuple[str, ...]]
    documented: Mapping[str, tuple[str, ...]]

    def by_schema(self, path: str, cloud: str) -> bool | None:
        """Does the metadata of the cloud hold this path of v1.0? None where nobody has looked."""
        schemas = self.in_schemas.get(path)
        return None if schemas is None else self.schema_of_cloud[cloud] in schemas

    def by_documents(self, path: str, cloud: str) -> bool | None:
        """Do Microsoft's pages say that it is in the cloud? None where they do not speak of it."""
        told = next((clouds for start, clouds in self.documented.items() if path.startswith(start)), None)
        return None if told is None else cloud in told


def existence(read: Read, cloud: str) -> Existence:
    """Does a read exist in a cloud? `open` where the sources contradict each other, or say nothing."""
    if read.service != "graph":
        return "yes"
    path = read.path.split("?", 1)[0]
    schema = FEATURES.by_schema(path, cloud) if read.versions == ("v1.0",) else None
    told = {schema, FEATURES.by_documents(path, cloud)} - {None}
    if told == {True}:
        return "yes"
    return "no" if told == {False} else "open"


FEATURES: t.Final = CloudFeatures(
    sha256={
        "Prod": "a9d32d3611746c96043229a98867be064fb782c801b3405bce00c224ea3f6a03",
        "Fairfax": "f39850931b56eff3a16e4760571c48b9905ffa4354b71bf9e5291c9d12f17e8e",
    },
    schema_of_cloud={
        "public": "Prod",
        "gcc": "Prod",
        "gcc_high": "Fairfax",
        "dod": "Fairfax",
    },
    in_schemas={
        "/directory/deletedItems/microsoft.graph.user": ("Prod", "Fairfax"),
        "/directory/subscriptions": ("Prod", "Fairfax"),
        "/identityGovernance/privilegedAccess/group/assignmentScheduleInstances": ("Prod", "Fairfax"),
        "/identityGovernance/privilegedAccess/group/assignmentScheduleInstances/filterByCurrentUser(on='principal')": (
            "Prod",
            "Fairfax",
        ),
        "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances": ("Prod", "Fairfax"),
        "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances/filterByCurrentUser(on='principal')": (
            "Prod",
            "Fairfax",
        ),
        "/me": ("Prod", "Fairfax"),
        "/me/transitiveMemberOf/microsoft.graph.directoryRole": ("Prod", "Fairfax"),
        "/me/transitiveMemberOf/microsoft.graph.group": ("Prod", "Fairfax"),
        "/organization": ("Prod", "Fairfax"),
        "/policies/crossTenantAccessPolicy": ("Prod", "Fairfax"),
        "/policies/crossTenantAccessPolicy/default": ("Prod", "Fairfax"),
        "/policies/crossTenantAccessPolicy/partners": ("Prod", "Fairfax"),
        "/policies/crossTenantAccessPolicy/partners/{home_tenant_id}": ("Prod", "Fairfax"),
        "/policies/crossTenantAccessPolicy/partners/{home_tenant_id}/identitySynchronization": ("Prod", "Fairfax"),
        "/policies/crossTenantAccessPolicy/partners/{tenant_id}": ("Prod", "Fairfax"),
        "/roleManagement/directory/roleAssignmentScheduleInstances": ("Prod", "Fairfax"),
        "/roleManagement/directory/roleAssignmentScheduleInstances/filterByCurrentUser(on='principal')": (
            "Prod",
            "Fairfax",
        ),
        "/roleManagement/directory/roleAssignments": ("Prod", "Fairfax"),
        "/roleManagement/directory/roleEligibilityScheduleInstances": ("Prod", "Fairfax"),
        "/roleManagement/directory/roleEligibilityScheduleInstances/filterByCurrentUser(on='principal')": (
            "Prod",
            "Fairfax",
        ),
        "/security/incidents": ("Prod", "Fairfax"),
        "/subscribedSkus": ("Prod", "Fairfax"),
        "/tenantRelationships/delegatedAdminCustomers": ("Prod", "Fairfax"),
        "/tenantRelationships/delegatedAdminRelationships": ("Prod", "Fairfax"),
        "/tenantRelationships/delegatedAdminRelationships/{relationship_id}/accessAssignments": ("Prod", "Fairfax"),
        "/users": ("Prod", "Fairfax"),
        "/users/{account}/transitiveMemberOf/microsoft.graph.directoryRole": ("Prod", "Fairfax"),
        "/users/{operator}": ("Prod", "Fairfax"),
        "/users/{operator}/transitiveMemberOf/microsoft.graph.group": ("Prod", "Fairfax"),
    },
    documented={
        "/tenantRelationships/delegatedAdmin": ("public", "gcc"),
        "/security/incidents": ("public", "gcc", "gcc_high", "dod"),
        "/roleManagement/defender": ("public", "gcc", "gcc_high", "dod"),
        "/directory/tenantGovernance": ("public", "gcc"),
    },
)
