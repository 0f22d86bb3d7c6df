# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence from the home tenant: who the operator is, and what all tenants share. Read once."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import operator as operator_reads
from ansible_collections.m365.defender.plugins.module_utils._checks import pim
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import reads as b2b_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import known_mails
from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import (
    CLOUD_DEFAULT,
    CLOUD_ENDPOINTS,
    CLOUD_PARTNER,
    crosses,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    ASSIGNMENTS,
    RELATIONSHIPS,
    in_force,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    METHODS as GOVERNANCE,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    groups_named,
    trim_governance,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.case import readable
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask
from ansible_collections.m365.defender.plugins.module_utils._collect.governance import governance_reading
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import Reader
from ansible_collections.m365.defender.plugins.module_utils._collect.trim import (
    trim_assignments,
    trim_groups,
    trim_relationships,
    trim_schedules,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import (
    BoundRead,
    Evidence,
    Problem,
    Read,
    evidence_key,
)
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Reading
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant

_ORGANIZATION: t.Final = BoundRead(operator_reads.ORGANIZATION)
# Access methods by which GDAP counts (governance cannot coexist with it), and by which cross-tenant access counts.
_GDAP: t.Final = ("gdap", "auto", "governance")
_B2B: t.Final = ("b2b", "auto")


@dataclasses.dataclass(frozen=True, slots=True)
class Home:
    """Evidence from the home tenant. `name` and `operator` are for sentences, `mails` are the operator's addresses."""

    name: str
    operator: str
    mails: tuple[str, ...]
    evidence: Mapping[str, Evidence]

    def get(self, read: Read, qualifier: str = "") -> Evidence | None:
        """Return the evidence of a read, if it was made."""
        return self.evidence.get(evidence_key(read, qualifier))

    def about(self, tenant: Tenant) -> dict[str, Evidence]:
        """Return the evidence about one tenant, trimmed to fit its row."""
        trimmed = {operator_reads.OPERATOR.key: self.evidence[operator_reads.OPERATOR.key]}
        # A row says the same whatever the other rows of the list ask for.
        trimmed |= self._settings(tenant) if tenant.access in _B2B else {}
        trimmed |= trim_governance(self.evidence, tenant) if tenant.access in GOVERNANCE else {}
        assignments = self._relationships(tenant, trimmed)
        groups = {row["group"] for evidence in assignments if evidence.data for row in evidence.data["assignments"]}
        operator_groups = self.get(operator_reads.OPERATOR_GROUPS)
        if operator_groups is not None:
            named = groups | groups_named(trimmed) if RELATIONSHIPS.key in trimmed else ()
            trimmed[operator_reads.OPERATOR_GROUPS.key] = trim_groups(operator_groups, named)
        for read in (pim.ELIGIBLE_GROUPS, pim.TIMED_GROUPS):
            schedules = self.get(read)
            if schedules is not None and groups:
                trimmed[read.key] = trim_schedules(schedules, groups)
        return trimmed

    def _relationships(self, tenant: Tenant, trimmed: dict[str, Evidence]) -> list[Evidence]:
        """Add this tenant's relationships and their assignments; return the assignments."""
        relationships = self.get(RELATIONSHIPS) if tenant.access in _GDAP else None
        if relationships is None:
            return []
        trimmed[RELATIONSHIPS.key] = trim_relationships(relationships, tenant)
        rows = (trimmed[RELATIONSHIPS.key].data or {}).get("relationships", ())
        keys = [evidence_key(ASSIGNMENTS, row["id"]) for row in rows]
        assignments = {key: trim_assignments(self.evidence[key], tenant) for key in keys if key in self.evidence}
        trimmed.update(assignments)
        return list(assignments.values())

    @property
    def operator_targets(self) -> frozenset[str]:
        """The operator and their groups as targets (`user:<id>`, `group:<id>`), as far as they are known."""
        user, groups = self.get(operator_reads.OPERATOR), self.get(operator_reads.OPERATOR_GROUPS)
        own = {f"user:{user.data['id']}"} if readable(user) and "id" in user.data else set()
        ids = groups.data["groups"] if readable(groups) else ()
        return frozenset(own | {f"group:{group_id}" for group_id in ids})

    def _settings(self, tenant: Tenant) -> dict[str, Evidence]:
        """Return cross-tenant access of the home tenant: its default, and its entry for this tenant out of the list."""
        default, partners = self.get(b2b_reads.HOME_DEFAULT), self.get(b2b_reads.HOME_PARTNERS)
        settings = {}
        if default is not None:
            data = default.data and b2b_reads.trim_settings(default.data, self.operator_targets)
            settings[b2b_reads.HOME_DEFAULT.key] = dataclasses.replace(default, data=data)
        if partners is not None:
            rows = partners.data
            data = None if rows is None else b2b_reads.trim_partners(rows, tenant.tenant_id, self.operator_targets)
            settings[b2b_reads.HOME_PARTNER.key] = dataclasses.replace(partners, data=data)
        return settings

    def cross_cloud(self, tenant: Tenant) -> dict[str, Evidence]:
        """Return what the home tenant has set for a tenant in another cloud, where one is declared."""
        settings = {
            CLOUD_ENDPOINTS.key: self.get(CLOUD_ENDPOINTS),
            CLOUD_DEFAULT.key: self.get(CLOUD_DEFAULT),
            CLOUD_PARTNER.key: self.get(CLOUD_PARTNER, tenant.tenant_id),
        }
        return {key: evidence for key, evidence in settings.items() if evidence is not None}


def home_reader(session: Session, tenants: Sequence[Tenant], now: dt.datetime) -> Reader[Home]:
    """Return what reads at home what concerns all tenants, and who the operator is. Sign in there first.

    It raises HomeSignInError where the option names nobody, or somebody else than the refresh token, and where it is
    not known whose the refresh token is.
    """
    gdap = any(tenant.access in _GDAP for tenant in tenants)
    b2b = any(tenant.access in _B2B for tenant in tenants)
    reads = [*_access_reads(session, gdap=gdap, b2b=b2b), *_cross_cloud_reads(session, tenants)]
    later = (ASSIGNMENTS, *(bound.read for bound in _activations(session, ""))) if gdap else ()
    reads = [*_basic_reads(session), *reads]
    needs = (*(bound.read for bound in reads), *later)
    return Reader(
        session, dataclasses.replace(session.home_target, needs=needs), _reading(session, reads, tenants, now)
    )


def _reading(
    session: Session, reads: Sequence[BoundRead], tenants: Sequence[Tenant], now: dt.datetime
) -> Reading[Home]:
    home = _basics(session, (yield Ask(reads)))
    assignments = yield from _assignments(session, home, tenants, now)
    governance = yield from governance_reading(session, tenants, home.name)
    return dataclasses.replace(home, evidence={**home.evidence, **assignments, **governance})


def basics_reading(session: Session, *, b2b: bool = False, known: Home | None = None) -> Reading[Home]:
    """Ask for the name of the home tenant, and who the operator is. Raises as home_reader says.

    `b2b`: also for what decides on an account of the operator in another tenant. What is `known` is not read again.
    """
    reads = (*_basic_reads(session), *_access_reads(session, gdap=False, b2b=b2b))
    if known is None:
        return _basics(session, (yield Ask(reads)))
    return dataclasses.replace(known, evidence={bound.key: known.evidence[bound.key] for bound in reads})


def _basic_reads(session: Session) -> tuple[BoundRead, ...]:
    return _ORGANIZATION, _operator_read(session, operator_reads.OPERATOR, operator_reads.OWN_USER)


def _basics(session: Session, evidence: dict[str, Evidence]) -> Home:
    upn, mails = _operator(session, evidence)
    organization = evidence[operator_reads.ORGANIZATION.key]
    name = organization.data["name"] if organization.data else session.home_target.name
    return Home(name, upn, mails, evidence)


def unread_home(session: Session) -> Home:
    """Return what is known of a home tenant that gave no token: only what the options say."""
    return Home(session.home_target.name, session.operator or "the operator", (), {})


def home_failure(error: HomeSignInError) -> dict[str, object]:
    """Return what goes beside the rows where nothing is known anywhere: `failed`, `msg`, `home_problem`."""
    verdict = CATALOGUE.verdict("sign_in", error.problem.reason, error.problem.details).as_dict()
    problem = {key: verdict[key] for key in ("reason", "message", "remedy", "doc_url")}
    return {"failed": True, "msg": str(error), "home_problem": problem}


def _operator_read(session: Session, read: Read, own: Read) -> BoundRead:
    """Return the read about the operator, or its variant for the caller where the operator is the one who reads."""
    return BoundRead(own) if session.reading_as == "operator" else BoundRead(read, {"operator": session.operator or ""})


def _access_reads(session: Session, *, gdap: bool, b2b: bool) -> list[BoundRead]:
    """Return the reads by access method.

    GDAP is read where a tenant can be reached by it, or by governance, which cannot coexist with it; cross-tenant
    access where one can be reached by B2B. All of them name groups.
    """
    reads = [_operator_read(session, operator_reads.OPERATOR_GROUPS, operator_reads.OWN_GROUPS)] if gdap or b2b else []
    reads += [BoundRead(RELATIONSHIPS)] if gdap else []
    return [*reads, *((BoundRead(b2b_reads.HOME_DEFAULT), BoundRead(b2b_reads.HOME_PARTNERS)) if b2b else ())]


def _cross_cloud_reads(session: Session, tenants: Sequence[Tenant]) -> list[BoundRead]:
    """Return the reads of the home tenant's own settings, where a declared tenant is in another cloud."""
    others = [tenant.tenant_id for tenant in tenants if crosses(session.cloud_name, tenant.cloud)]
    if not others:
        return []
    entries = [BoundRead(CLOUD_PARTNER, {"tenant_id": tenant_id}, tenant_id) for tenant_id in others]
    return [BoundRead(CLOUD_ENDPOINTS), BoundRead(CLOUD_DEFAULT), *entries]


def _operator(session: Session, evidence: Mapping[str, Evidence]) -> tuple[str, tuple[str, ...]]:
    """Return UPN and mail addresses of the operator. Raises as home_reader says."""
    user = evidence[operator_reads.OPERATOR.key].data
    wanted = session.operator or ""
    if user is not None and user.get("found") is False:
        raise session.home_error(
            Problem("sign_in.operator_not_found"),
            f"{option_name('operator')}: there is no user '{wanted}' in the home tenant"
            f" {session.home_target.tenant_id}; give the user principal name or the object id of a person of the"
            " home tenant.",
        )
    if user is None and session.reading_as == "operator":
        raise session.home_error(
            Problem("sign_in.owner_not_known"),
            f"{option_name('refresh_token')}: Microsoft did not say whose it is, so nothing read with it can be"
            " taken for the operator's. Run again. If this persists, Administrator of the home tenant: grant your app"
            " User.Read.",
        )
    if user is None:
        return wanted, (wanted,) if "@" in wanted else ()
    if wanted and wanted.lower() not in (user["id"], user["upn"].lower(), str(user["mail"]).lower()):
        raise _other_person(session, user["upn"], wanted)
    return user["upn"], known_mails(user)


def _other_person(session: Session, owner: str, wanted: str) -> HomeSignInError:
    return session.home_error(
        Problem("sign_in.other_person", {"owner": owner, "operator": wanted}),
        f"{option_name('operator')}: the refresh token belongs to {owner}, not to {wanted}; give the token of that"
        " person (ansible-playbook m365.defender.login), or name the right operator.",
    )


def unproven_operator(session: Session, home: Home) -> Problem | None:
    """Return why the operator identity cannot be taken for the operator's, where both identities are given.

    Raises HomeSignInError where the refresh token is somebody else's.
    """
    if session.reading_as == "operator" or not session.has("operator"):
        return None
    target = dataclasses.replace(session.home_target, name=home.name)
    own_user = BoundRead(operator_reads.OWN_USER)
    own = session.read_as("operator", [_ORGANIZATION, own_user], target)[own_user.key]
    if own.data is None:
        return own.problem
    known = home.evidence[operator_reads.OPERATOR.key].data
    same = (
        own.data["id"] == known["id"] if known else home.operator.lower() in (own.data["id"], own.data["upn"].lower())
    )
    if not same:
        raise _other_person(session, own.data["upn"], home.operator)
    return None


def _assignments(
    session: Session, home: Home, tenants: Sequence[Tenant], now: dt.datetime
) -> Reading[dict[str, Evidence]]:
    """Ask for the assignments of every relationship in force with a declared tenant, and for activations."""
    relationships = home.get(RELATIONSHIPS)
    if not readable(relationships):
        return {}
    declared = {tenant.tenant_id for tenant in tenants if tenant.access in ("gdap", "auto")}
    rows = [row for row in relationships.data if row["customer"] in declared and in_force(row, now)]
    reads = [BoundRead(ASSIGNMENTS, {"relationship_id": row["id"]}, row["id"]) for row in rows]
    if not reads:
        return {}
    operator = home.get(operator_reads.OPERATOR)
    operator_id = str(operator.data.get("id") or "") if readable(operator) else ""
    # What the operator may activate, and what ends, is read only where an assignment could depend on it.
    if operator_id or session.reading_as == "operator":
        reads = [*_activations(session, operator_id), *reads]
    evidence = yield Ask([_ORGANIZATION, *reads], where=home.name)
    return {bound.key: evidence[bound.key] for bound in reads}


def _activations(session: Session, operator_id: str) -> list[BoundRead]:
    if session.reading_as == "operator":
        return [BoundRead(pim.OWN_ELIGIBLE_GROUPS), BoundRead(pim.OWN_TIMED_GROUPS)]
    fields = {"principal": operator_id}
    return [BoundRead(pim.ELIGIBLE_GROUPS, fields), BoundRead(pim.TIMED_GROUPS, fields)]
