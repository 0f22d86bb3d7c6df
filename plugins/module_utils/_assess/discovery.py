# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tenants that Microsoft's own lists hold, for an inventory: one list, read once, nothing read in the tenants.

A list that cannot be read, or may not be whole, is an error: an inventory that lacks tenants must not look complete.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.adoption import read_customers
from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import RELATIONSHIPS
from ansible_collections.m365.defender.plugins.module_utils._checks.candidate import proves_no_absence
from ansible_collections.m365.defender.plugins.module_utils._checks.listed.judge import ARM_TENANTS, LISTED
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.access import lists_reader
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import read_together
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now

if t.TYPE_CHECKING:
    from collections.abc import Iterable

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Read

# Microsoft's lists, and the access method for which each of them counts.
METHODS: t.Final = {"gdap": "gdap", "arm": "b2b", "governance": "governance"}


def discovered_tenants(connection: Connection, source: str) -> dict[str, str]:
    """Return the names of the tenants in a list by their id; the id where the list has no names. Raises MtoError."""
    session = Session(connection)
    found = _SOURCES[source](session)
    return {tenant_id: name for tenant_id, name in found.items() if tenant_id != connection.home_tenant_id}


def _gdap(session: Session) -> dict[str, str]:
    return {row["tenant_id"]: row["name"] for row in read_customers(session, utc_now()).rows}


def _arm(session: Session) -> dict[str, str]:
    data = _list(session, "arm", ARM_TENANTS).data
    if not data["tenants"]:
        raise _not_whole(session, "read.partial", ARM_TENANTS, "not even the home tenant is in it.")
    return _unnamed(data["tenants"])


def _governance(session: Session) -> dict[str, str]:
    evidence = _list(session, "governance", RELATIONSHIPS)
    data = evidence.data
    if not data["rows"] and proves_no_absence(evidence):
        raise _not_whole(session, "read.maybe_hidden", RELATIONSHIPS)
    return _unnamed(
        row["governed"] for row in data["rows"] if row["governing"] == data["home"] and row["status"].lower() in LISTED
    )


def _list(session: Session, source: str, read: Read) -> Evidence:
    """Return a list as the check `listed` reads it. Raises MtoError where it cannot be read."""
    session.sign_in_home()
    anyone = Tenant("", "", access=METHODS[source])
    lists = read_together([lists_reader(session, [anyone], ["listed"])])[0]
    if isinstance(lists, Exception):
        raise lists
    evidence = lists.evidence[read.key]
    if evidence.problem is not None:
        raise MtoError(CATALOGUE.text(evidence.problem))
    return evidence


def _not_whole(session: Session, reason: str, read: Read, said: str = "") -> MtoError:
    where = session.home_target.name
    words = SentenceContext(what=read.title, where=where, home=where, operator=session.operator or "the operator")
    return MtoError(CATALOGUE.text(words.complete(Problem(reason, {"what": read.title, "where": where, "said": said}))))


def _unnamed(tenant_ids: Iterable[str]) -> dict[str, str]:
    return {tenant_id: tenant_id for tenant_id in tenant_ids}


_SOURCES: t.Final = {"gdap": _gdap, "arm": _arm, "governance": _governance}
