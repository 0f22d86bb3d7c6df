# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the home tenant's GDAP customers to a tenant list for Git, and to the consent that is still missing.

Source of the customers: delegatedAdminCustomers [doc]. A customer whose relationships have all ended need not be among
them; such a customer is told from the relationships, so that nobody is left out without a word. Whether the app is
consented to in a customer's tenant is seen by signing in there as the app; nothing else of the tenant is read.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import SETTINGS_DEFAULT
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import why_not_in_force
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import RELATIONSHIPS, in_force
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import SUBSCRIBED_SKUS
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import CUSTOMERS
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.missing_permissions import granted
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, SignInError
from ansible_collections.m365.defender.plugins.module_utils._core.fleet import walk
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Evidence, Problem
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext
from ansible_collections.m365.defender.plugins.module_utils._core.times import parse_time, utc_now

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import Relationship
    from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import CustomerRow
    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence

    _Row = t.TypeVar("_Row", "Customer", "LeftOut")

# What the app has to be granted in every target tenant for the reads that any tenant needs.
_NEEDED: t.Final = (ORGANIZATION, SUBSCRIBED_SKUS, SETTINGS_DEFAULT)


@dataclasses.dataclass(frozen=True, slots=True)
class Customer:
    """A GDAP customer. `consented` is None where it could not be checked; `message` says why it is not True."""

    tenant_id: str
    name: str
    gdap_in_force: bool
    gdap_ends: str | None
    consented: bool | None
    message: str
    consent_url: str

    def as_dict(self) -> dict[str, object]:
        """Return one row of the module's `customers`."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class LeftOut:
    """A customer whom Microsoft does not list, because no relationship is in force."""

    tenant_id: str
    name: str
    reason: str
    message: str
    remedy: str

    def as_dict(self) -> dict[str, object]:
        """Return one row of the module's `left_out`."""
        return dataclasses.asdict(self)


class Adoption(t.NamedTuple):
    """Who belongs in the tenant list, and who was left out of it. Both are sorted by name."""

    customers: Sequence[Customer]
    left_out: Sequence[LeftOut]


class Customers(t.NamedTuple):
    """The name of the home tenant, its customers, and all its relationships."""

    home: str
    rows: Sequence[CustomerRow]
    relationships: Sequence[Relationship]


def gdap_customers(connection: Connection) -> Adoption:
    """Return all GDAP customers of the home tenant. Raises MtoError where they cannot be read."""
    session, now = Session(connection), utc_now()
    customers = read_customers(session, now)
    rows, relationships = customers.rows, customers.relationships
    problems = walk(session, rows, lambda row: _consent(session, row["tenant_id"]), lambda _row, problem: [problem])
    listed = [
        _customer(session, row, next(iter(problem), None), _ends(relationships, row["tenant_id"], now))
        for row, problem in zip(rows, problems, strict=True)
    ]
    return Adoption(_by_name(listed), _by_name(_left_out(customers.home, relationships, rows, now)))


def read_customers(session: Session, now: dt.datetime) -> Customers:
    """Sign in to the home tenant, and return its customers. Raises MtoError where they cannot be read."""
    session.sign_in_home()
    reads = [BoundRead(read) for read in (ORGANIZATION, CUSTOMERS, RELATIONSHIPS)]
    evidence = session.read(reads, session.home_target)
    rows, relationships = _whole(evidence[CUSTOMERS.key]), _whole(evidence[RELATIONSHIPS.key])
    seen = relationships and evidence[RELATIONSHIPS.key].identity != "app"
    if not rows and not seen and evidence[CUSTOMERS.key].identity != "app":
        raise MtoError(_nothing_shown(session))
    organization = evidence[ORGANIZATION.key].data
    home = organization["name"] if organization else session.home_target.name
    return Customers(home, _with_access(rows, relationships, now), relationships)


def _by_name(rows: Sequence[_Row]) -> list[_Row]:
    return sorted(rows, key=lambda row: (row.name.casefold(), row.tenant_id))


def _with_access(
    rows: Sequence[CustomerRow], relationships: Sequence[Relationship], now: dt.datetime
) -> list[CustomerRow]:
    """Return the customers that Microsoft lists, and those with a relationship in force who are not listed yet."""
    names = {row["tenant_id"]: row["name"] for row in rows}
    for row in relationships:
        if row["customer"] and in_force(row, now):
            names.setdefault(row["customer"], row["customer_name"])
    return [{"tenant_id": tenant_id, "name": name} for tenant_id, name in names.items()]


def _left_out(
    home: str, relationships: Sequence[Relationship], listed: Sequence[CustomerRow], now: dt.datetime
) -> list[LeftOut]:
    """Return the customers who have relationships, none of them in force, and are not listed."""
    ids = {row["tenant_id"] for row in listed}
    others: dict[str, list[Relationship]] = {}
    for row in relationships:
        # An invitation that is open to anybody has no customer yet.
        if row["customer"] and row["customer"] not in ids:
            others.setdefault(row["customer"], []).append(row)
    return [_without_access(home, rows, now) for rows in others.values()]


def _without_access(home: str, rows: Sequence[Relationship], now: dt.datetime) -> LeftOut:
    tenant_id, name = rows[0]["customer"], rows[0]["customer_name"]
    problem = why_not_in_force(rows, now)
    words = SentenceContext(tenant=name, tenant_id=tenant_id, home=home)
    return LeftOut(tenant_id, name, problem.reason, *CATALOGUE.words(words.complete(problem)))


def _whole(evidence: Evidence) -> Json:
    """Return the list. Raises MtoError where it is not complete: the list for Git would lack tenants."""
    if evidence.problem is None:
        return evidence.data
    raise MtoError(CATALOGUE.text(evidence.problem))


def _nothing_shown(session: Session) -> str:
    """Return why an empty list that a person read is not a list for Git: others may see customers."""
    words = SentenceContext(
        tenant="any customer", home=session.home_target.name, operator=session.operator or "the operator"
    )
    return CATALOGUE.text(words.complete(Problem("access.gdap_not_shown")))


def _ends(relationships: Sequence[Relationship], tenant_id: str, now: dt.datetime) -> str | None:
    """Return the latest end of the relationships in force with a customer, as a date; None where there is none."""
    ends = [parse_time(row["ends"]) for row in relationships if row["customer"] == tenant_id and in_force(row, now)]
    return max((moment.date().isoformat() for moment in ends if moment), default=None)


def _consent(session: Session, tenant_id: str) -> list[Problem]:
    """Return nothing where the app may read what it needs, else the problem."""
    try:
        token = session.sign_in_as(session.reading_as, tenant_id, "graph")
    except SignInError as error:
        return [error.problem]
    if not token.claims:
        return [Problem("read.failed", {"said": "the token cannot be read"})]
    for read in _NEEDED:
        permissions = read.permissions(token.identity)
        if not granted(permissions, token.claims):
            details = {"what": read.title, "permissions": " or ".join(permissions), "first_permission": permissions[0]}
            return [Problem("consent.permission_missing", {"identity": "your app", **details})]
    return []


def _customer(session: Session, row: CustomerRow, problem: Problem | None, ends: str | None) -> Customer:
    known = problem is None or problem.reason.startswith("consent.")
    words = SentenceContext(
        tenant=row["name"],
        where=row["name"],
        app=session.client_id,
        what="the consent to your app",
        who="your app",
        consent_url=session.consent_url(row["tenant_id"]),
    )
    return Customer(
        tenant_id=row["tenant_id"],
        name=row["name"],
        gdap_in_force=ends is not None,
        gdap_ends=ends,
        consented=problem is None if known else None,
        message=CATALOGUE.words(words.complete(problem))[0] if problem else "",
        consent_url=words.consent_url,
    )
