# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms of a file with saved evidence: what our own writer writes, and nothing else. Pure.

The data of a read has the form that its `shape` returns. Where a tenant's row keeps another form of it, or where the
shape's type leaves open which keys there are, that form is here.
"""

from __future__ import annotations

import functools
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import reads as b2b
from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import CLOUD_ENDPOINTS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap import reads as gdap
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance import reads as governance
from ansible_collections.m365.defender.plugins.module_utils._checks.defender.reads import INCIDENTS_AS_APP
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import ARM_TENANTS, CUSTOMERS
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions import reads as permissions
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    DEFENDER_DEFINITIONS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import ALL_READS
from ansible_collections.m365.defender.plugins.module_utils._checks.sign_in import reads as sign_in
from ansible_collections.m365.defender.plugins.module_utils._core.forms import Hint, form_of

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._collect.saved import Kind
    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json
    from ansible_collections.m365.defender.plugins.module_utils._core.model import IdentityName, Provenance


class ProblemRow(t.TypedDict):
    """Why something could not be read."""

    reason: str
    details: dict[str, str]


class EvidenceRow(t.TypedDict):
    """What was read; the form of `data` depends on the read."""

    what: str
    url: str
    identity: IdentityName
    at: str
    request_id: str
    provenance: Provenance
    data: Json
    problem: ProblemRow | None


class DeclaredRow(t.TypedDict):
    """A row of the tenant list."""

    tenant_id: str
    name: str
    access: str
    roles: list[str]
    licenses: list[str]
    cloud: str | None


class CaseRow(t.TypedDict):
    """One tenant as it was judged."""

    tenant: DeclaredRow
    now: str
    home: str
    operator: str
    app: str
    consent_url: str
    defender_portal: str
    expiry_warning_days: int
    unread: ProblemRow | None
    caused_by: str | None
    evidence: dict[str, EvidenceRow]


class HomeProblem(t.TypedDict):
    """Why the home tenant gave no token."""

    reason: str
    message: str
    remedy: str
    doc_url: str


class MissingPermissionRow(t.TypedDict):
    """A permission that the sign-in to a tenant lacks."""

    tenant_id: str
    name: str
    consent_url: str
    identity: IdentityName
    permission: str
    alternatives: list[str]
    reads: list[str]
    optional: bool


class _Returned(t.TypedDict):
    """What every module returns beside its rows: why it failed, where it did."""

    failed: t.NotRequired[t.Literal[True]]
    msg: t.NotRequired[str]
    home_problem: t.NotRequired[HomeProblem]


class _RequirementsReturned(_Returned):
    missing_permissions: list[MissingPermissionRow]
    home_tenant_name: t.NotRequired[str]


class _AccessReturned(_Returned):
    checks: list[str]


# What `told` of a run may hold: it becomes part of the module's result.
RETURNED: t.Final[dict[Kind, Hint]] = {"requirements": _RequirementsReturned, "access": _AccessReturned}


class RunRow(t.TypedDict):
    """One run of a module. Its parts have forms of their own: a damaged tenant does not damage the run."""

    home_tenant_id: str
    operator: str
    cloud: str
    read_at: str
    told: Json
    tenants: list[Json]


class FileRow(t.TypedDict):
    """A whole file."""

    format: t.Literal[1]
    requirements: list[Json]
    access: list[Json]


class _NotFound(t.TypedDict):
    """The service says that there is none."""

    found: t.Literal[False]


class _Relationships(t.TypedDict):
    relationships: list[gdap.Relationship]
    others: t.NotRequired[int]


class _Assignments(t.TypedDict):
    assignments: list[gdap.Assignment]


class _Deleted(t.TypedDict):
    deleted: list[b2b.DeletedAccount]


class _Synchronization(t.TypedDict):
    found: bool
    allowed: bool | None


class _Clouds(t.TypedDict):
    clouds: list[str] | None


class _Groups(t.TypedDict):
    groups: dict[str, str]
    other_groups: int


class _GroupSchedules(t.TypedDict):
    rows: list[pim.GroupSchedule]
    left_out: int
    other_rows: int


class _Governance(t.TypedDict):
    home: str
    rows: list[governance.GovernanceRow]
    others: int


class _Listing(t.TypedDict):
    listed: bool
    others: int


class _Definition(t.TypedDict):
    name: str
    permissions: list[str]
    left_out: int


class _Definitions(t.TypedDict):
    roles: dict[str, _Definition]


_OWN_FORMS: t.Final[dict[str, Hint]] = {
    b2b.HOME_PARTNER.key: b2b.SideSettings,
    b2b.SYNCHRONIZATION.key: _Synchronization,
    **{read.key: _Deleted for read in b2b.DELETED_LOOK_UPS},
    CLOUD_ENDPOINTS.key: _Clouds,
    gdap.ASSIGNMENTS.key: _Assignments,
    gdap.RELATIONSHIPS.key: _Relationships,
    OPERATOR_GROUPS.key: _Groups,
    **dict.fromkeys((pim.ELIGIBLE_GROUPS.key, pim.TIMED_GROUPS.key), _GroupSchedules),
    **{read.key: _Governance for read in governance.READS},
    **dict.fromkeys((CUSTOMERS.key, ARM_TENANTS.key), _Listing),
    DEFENDER_DEFINITIONS.key: _Definitions,
    **dict.fromkeys((sign_in.OPERATOR_SIGN_IN.key, sign_in.ARM_SIGN_IN.key), sign_in.TokenData),
}
# Reads that are made about another object as well, and kept under another name.
_READ_AGAIN: t.Final = (
    b2b.HOME_PARTNER,
    permissions.ACCOUNT_GROUPS,
    permissions.ACCOUNT_ELIGIBLE_GROUPS,
    permissions.GROUP_ROLES,
    permissions.GROUP_ELIGIBLE,
    INCIDENTS_AS_APP,
    sign_in.OPERATOR_ORGANIZATION,
)


@functools.cache
def data_forms() -> Mapping[str, Hint]:
    """Return the form of the data of every read by the key of its evidence, without a qualifier."""
    reads = (*(use.read for use in ALL_READS), *_READ_AGAIN)
    forms = {**{read.key: form_of(read.shape) for read in reads}, **_OWN_FORMS}
    may_be_absent = {read.key for read in reads if read.missing_is_answer or read.absent_code}
    return {key: form | _NotFound if key in may_be_absent else form for key, form in forms.items()}
