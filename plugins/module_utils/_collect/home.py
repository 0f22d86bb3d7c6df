# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of the home tenant: who the operator is, and GDAP from the partner's side. Read once for all."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import (
    known_mails,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import (
    HOME_DEFAULT,
    HOME_PARTNER_KEY,
    HOME_PARTNERS,
    about_operator,
    entry_for,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.cross_cloud import (
    CLOUD_DEFAULT,
    CLOUD_ENDPOINTS,
    CLOUD_PARTNER,
    DEFAULT_KEY,
    ENDPOINTS_KEY,
    PARTNER_KEY,
    crosses,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import (
    ASSIGNMENTS,
    OPERATOR_GROUPS,
    RELATIONSHIPS,
    assignments_key,
    in_force,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    about_tenant,
    groups_named,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import (
    OPERATOR,
    ORGANIZATION,
    OWN_GROUPS,
    OWN_USER,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    OWN_ELIGIBLE_GROUPS,
    OWN_TIMED_GROUPS,
    TIMED_GROUPS,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import BoundRead
from ansible_collections.m365.defender.plugins.module_utils._collect.governance import read_governance
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    HomeSignInError,
    MtoError,
    OptionError,
    described,
)
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import run_fleet
from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import ReadTarget
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant

# A $batch holds twenty items; one of them is the organization, which proves whose answer it is.
_BATCH: t.Final = 19
_ACTIVATIONS: t.Final = ("eligible_groups", "timed_groups")
_OWN_ACTIVATIONS: t.Final = (OWN_ELIGIBLE_GROUPS, OWN_TIMED_GROUPS)


_ORGANIZATION: t.Final = BoundRead("organization", ORGANIZATION)


@dataclasses.dataclass(frozen=True, slots=True)
class Home:
    """Evidence from the home tenant. `name` and `operator` are words for sentences."""

    name: str
    operator: str
    mails: tuple[str, ...]
    evidence: Mapping[str, Evidence]
    assignments: Mapping[str, Evidence]

    def about(self, tenant: Tenant) -> dict[str, Evidence]:
        """The part of the home tenant's evidence that is about one tenant, small enough for its row."""
        found = {
            "operator": self.evidence["operator"],
            **self._settings(tenant),
            **about_tenant(self.evidence, tenant),
        }
        relationships = self.evidence.get("gdap_relationships")
        if relationships is None:
            membership = self.evidence.get("operator_groups")
            return found if membership is None else {**found, "operator_groups": _slice_groups(membership, set())}
        found["gdap_relationships"] = _slice_relationships(relationships, tenant)
        rows = (found["gdap_relationships"].data or {}).get("relationships", ())
        keys = [assignments_key(row["id"]) for row in rows]
        mine = {key: _slice_roles(self.assignments[key], tenant) for key in keys if key in self.assignments}
        groups = {a["group"] for piece in mine.values() if piece.data for a in piece.data["assignments"]}
        operator_groups = self.evidence.get("operator_groups")
        if operator_groups is not None:
            found["operator_groups"] = _slice_groups(operator_groups, groups | groups_named(found))
        for key in _ACTIVATIONS:
            if key in self.assignments and groups:
                found[key] = _slice_rows(self.assignments[key], groups)
        return {**found, **mine}

    @property
    def operator_targets(self) -> frozenset[str]:
        """The operator and their groups as targets (`user:<id>`, `group:<id>`), as far as they are known."""
        user, groups = self.evidence.get("operator"), self.evidence.get("operator_groups")
        own = {f"user:{user.data['id']}"} if user is not None and user.data and "id" in user.data else set()
        ids = groups.data["groups"] if groups is not None and groups.data else ()
        return frozenset(own | {f"group:{group_id}" for group_id in ids})

    def _settings(self, tenant: Tenant) -> dict[str, Evidence]:
        """Cross-tenant access of the home tenant: its default, and its entry for this tenant out of the list."""
        default, partners = self.evidence.get(HOME_DEFAULT.what), self.evidence.get(HOME_PARTNERS.what)
        found = {}
        if default is not None:
            data = default.data and about_operator(default.data, self.operator_targets)
            found[HOME_DEFAULT.what] = dataclasses.replace(default, data=data)
        if partners is not None:
            rows = partners.data
            data = None if rows is None else entry_for(rows, tenant.tenant_id, self.operator_targets)
            found[HOME_PARTNER_KEY] = dataclasses.replace(partners, data=data)
        return found

    def cross_cloud(self, tenant: Tenant) -> dict[str, Evidence]:
        """What the home tenant has set for a tenant in another cloud, where one is declared."""
        keys = {ENDPOINTS_KEY: ENDPOINTS_KEY, DEFAULT_KEY: DEFAULT_KEY, PARTNER_KEY: _partner_key(tenant)}
        return {key: self.evidence[name] for key, name in keys.items() if name in self.evidence}


def _partner_key(tenant: Tenant) -> str:
    return f"{PARTNER_KEY}/{tenant.tenant_id}"


def _slice_relationships(piece: Evidence, tenant: Tenant) -> Evidence:
    """Only this customer's; roles that nobody wants are counted, not listed."""
    if piece.data is None:
        return piece
    rows = [
        {key: value for key, value in _slim_roles(row, tenant).items() if key != "customer"}
        for row in piece.data
        if row["customer"] == tenant.tenant_id
    ]
    return dataclasses.replace(piece, data={"relationships": rows})


def _slice_roles(piece: Evidence, tenant: Tenant) -> Evidence:
    if piece.data is None:
        return piece
    rows = [_slim_roles(row, tenant) for row in piece.data["assignments"]]
    return dataclasses.replace(piece, data={"assignments": rows})


def _slim_roles(row: Mapping[str, t.Any], tenant: Tenant) -> dict[str, t.Any]:
    kept = [role for role in row["roles"] if role in tenant.roles]
    return {**row, "roles": kept, "other_roles": len(row["roles"]) - len(kept)}


def _slice_groups(piece: Evidence, groups: set[str]) -> Evidence:
    if piece.data is None:
        return piece
    kept = {key: name for key, name in piece.data["groups"].items() if key in groups}
    return dataclasses.replace(piece, data={"groups": kept, "other_groups": len(piece.data["groups"]) - len(kept)})


def _slice_rows(piece: Evidence, groups: set[str]) -> Evidence:
    """Memberships to activate, or that end, in the groups that this tenant's relationships name."""
    rows = piece.data.get("rows") if piece.data is not None else None
    if rows is None:
        return piece
    kept = [row for row in rows if row["group"] in groups]
    return dataclasses.replace(piece, data={**piece.data, "rows": kept, "other_rows": len(rows) - len(kept)})


def read_home(session: Session, tenants: Sequence[Tenant], now: dt.datetime, *, with_gdap: bool = True) -> Home:
    """Sign in to the home tenant and read what concerns all. Raises where sign-in fails or the operator is unknown.

    HomeSignInError where there is no token; `with_gdap` False leaves out relationships, of governance too, groups,
    cross-tenant access and what is set for other clouds.
    """
    session.sign_in_home()
    gdap = with_gdap and any(tenant.access in ("gdap", "auto", "governance") for tenant in tenants)
    b2b = with_gdap and any(tenant.access in ("b2b", "auto") for tenant in tenants)
    asked = [*_asked(session, gdap=gdap, b2b=b2b), *(_cross_cloud(session, tenants) if with_gdap else ())]
    activations = (ELIGIBLE_GROUPS, TIMED_GROUPS) if session.reading_as == "app" else _OWN_ACTIVATIONS
    needs = (*(item.read for item in asked), *((ASSIGNMENTS, *activations) if gdap else ()))
    place = dataclasses.replace(session.home_target, needs=needs)
    evidence = session.read(asked, place)
    upn, mails = _operator(session, evidence)
    organization = evidence["organization"]
    name = organization.data["name"] if organization.data else session.home_target.name
    place = dataclasses.replace(place, name=name)
    assignments = _read_assignments(session, evidence, tenants, now, place)
    if with_gdap:
        evidence = {**evidence, **read_governance(session, tenants, place, _ORGANIZATION)}
    return Home(name, upn, mails, evidence, assignments)


def unread_home(session: Session) -> Home:
    """What is known of a home tenant that gave no token: nothing but what the options say."""
    return Home(session.home_target.name, session.operator or "the operator", (), {}, {})


def home_failure(error: HomeSignInError) -> dict[str, t.Any]:
    """What a module returns beside its rows where the home tenant gave no token: `failed`, `msg`, `home_problem`."""
    told = CATALOGUE.verdict("sign_in", error.problem.reason, error.problem.details)
    problem = {"reason": told.reason, "message": told.message, "remedy": told.remedy, "doc_url": told.doc_url}
    return {"failed": True, "msg": str(error), "home_problem": problem}


def _asked(session: Session, *, gdap: bool, b2b: bool) -> list[BoundRead]:
    """GDAP is asked for where a tenant can be reached by it, or by governance, which cannot coexist with it;
    cross-tenant access where one can be reached by B2B. All of them speak of groups."""
    asked = [_ORGANIZATION]
    if session.reading_as == "app":
        fields = {"operator": session.operator or ""}
        asked.append(BoundRead("operator", OPERATOR, fields))
        groups = BoundRead("operator_groups", OPERATOR_GROUPS, fields)
    else:
        asked.append(BoundRead("operator", OWN_USER))
        groups = BoundRead("operator_groups", OWN_GROUPS)
    if gdap or b2b:
        asked.append(groups)
    if gdap:
        asked.append(BoundRead("gdap_relationships", RELATIONSHIPS))
    if b2b:
        asked += [BoundRead(read.what, read) for read in (HOME_DEFAULT, HOME_PARTNERS)]
    return asked


def _cross_cloud(session: Session, tenants: Sequence[Tenant]) -> list[BoundRead]:
    """The home tenant's own settings: asked for only where a declared tenant is in another cloud."""
    others = [tenant for tenant in tenants if crosses(session.cloud_name, tenant.cloud)]
    if not others:
        return []
    entries = [BoundRead(_partner_key(tenant), CLOUD_PARTNER, {"tenant_id": tenant.tenant_id}) for tenant in others]
    return [BoundRead(ENDPOINTS_KEY, CLOUD_ENDPOINTS), BoundRead(DEFAULT_KEY, CLOUD_DEFAULT), *entries]


def _operator(session: Session, evidence: Mapping[str, Evidence]) -> tuple[str, tuple[str, ...]]:
    """UPN and mail addresses of the operator.

    Raises OptionError where the option names nobody, or somebody else than the refresh token; MtoError where nobody
    says whose the refresh token is.
    """
    user = evidence["operator"].data
    wanted = session.operator or ""
    if user is not None and user.get("found") is False:
        raise OptionError(
            f"operator: there is no user '{wanted}' in the home tenant {session.home_target.tenant_id}; give the user"
            " principal name or the object id of a person of the home tenant."
        )
    if user is None and session.reading_as == "operator":
        raise MtoError(
            "refresh_token: Microsoft did not say whose it is, so nothing read with it can be taken for the operator's."
            " Run again; if it stays, an administrator of the home tenant grants User.Read to our app."
        )
    if user is None:
        return wanted, (wanted,) if "@" in wanted else ()
    if wanted and wanted.lower() not in (user["id"], user["upn"].lower(), str(user["mail"]).lower()):
        raise _other_person(user["upn"], wanted)
    return user["upn"], known_mails(user)


def _other_person(found: str, wanted: str) -> OptionError:
    return OptionError(
        f"operator: the refresh token is of {found}, not of {wanted}; give the token of that person"
        " (ansible-playbook m365.defender.login), or name the right operator."
    )


def unproven_operator(session: Session, home: Home) -> Problem | None:
    """Why the operator identity is not known to be the operator's, where both identities are given; else None.

    Raises OptionError where the refresh token is somebody else's.
    """
    if session.reading_as == "operator" or not session.has("operator"):
        return None
    place = dataclasses.replace(session.home_target, name=home.name)
    own = session.read_as("operator", [_ORGANIZATION, BoundRead("operator", OWN_USER)], place)["operator"]
    if own.data is None:
        return own.problem
    known = home.evidence["operator"].data
    same = (
        own.data["id"] == known["id"] if known else home.operator.lower() in (own.data["id"], own.data["upn"].lower())
    )
    if not same:
        raise _other_person(own.data["upn"], home.operator)
    return None


def _read_assignments(
    session: Session,
    evidence: Mapping[str, Evidence],
    tenants: Sequence[Tenant],
    now: dt.datetime,
    place: ReadTarget,
) -> dict[str, Evidence]:
    """Access assignments of every relationship in force with a declared tenant, many to a request, and activations."""
    piece = evidence.get("gdap_relationships")
    if piece is None or piece.data is None:
        return {}
    declared = {tenant.tenant_id for tenant in tenants if tenant.access in ("gdap", "auto")}
    rows = [row for row in piece.data if row["customer"] in declared and in_force(row, now)]
    asked = [BoundRead(assignments_key(row["id"]), ASSIGNMENTS, {"relationship_id": row["id"]}) for row in rows]
    asked = [*_activations(session, evidence), *asked] if asked else []
    batches = [asked[start : start + _BATCH] for start in range(0, len(asked), _BATCH)]
    outcomes = run_fleet(
        batches,
        lambda batch: session.read([_ORGANIZATION, *batch], place),
        concurrency=session.concurrency,
        deadline=session.deadline,
    )
    found: dict[str, Evidence] = {}
    for batch, outcome in zip(batches, outcomes, strict=True):
        found.update(outcome.result or _failed(session, batch, outcome.error))
    return found


def _activations(session: Session, evidence: Mapping[str, Evidence]) -> list[BoundRead]:
    """What the operator may activate, and what ends: asked only where an assignment could depend on it."""
    if session.reading_as == "operator":
        return [BoundRead("eligible_groups", OWN_ELIGIBLE_GROUPS), BoundRead("timed_groups", OWN_TIMED_GROUPS)]
    user = evidence["operator"].data
    if user is None or "id" not in user:
        return []
    fields = {"principal": str(user["id"])}
    return [BoundRead("eligible_groups", ELIGIBLE_GROUPS, fields), BoundRead("timed_groups", TIMED_GROUPS, fields)]


def _failed(session: Session, batch: Sequence[BoundRead], error: Exception | None) -> dict[str, Evidence]:
    return session.missing(batch, Problem("read.failed", {"said": described(error)}), session.home_target)
