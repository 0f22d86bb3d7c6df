# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read one target tenant: the first reads of all checks at once, then each check's follow-up."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import trim_answers
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE, checks_of
from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask, TargetContext, nothing_more
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import Reader
from ansible_collections.m365.defender.plugins.module_utils._core.model import (
    BoundRead,
    Problem,
    Tenant,
)

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Reading
    from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session


def tenant_reader(
    session: Session, home: Home, tenant: Tenant, now: dt.datetime, expiry_warning_days: int = 30
) -> Reader[Case]:
    """Return what reads one tenant for one person. What could not be read is evidence with a problem."""
    case = empty_case(session, home, tenant, now).with_evidence(home.about(tenant))
    case = dataclasses.replace(case, expiry_warning_days=expiry_warning_days)
    context = context_of(session, home, case)
    checks = checks_of("requirements")
    reads = [BoundRead(ORGANIZATION), *(read for check in checks for read in check.first_reads(context))]
    first = list({read.key: read for read in reads}.values())
    possible = (read for check in checks for read in check.possible_reads(context))
    needs = tuple(dict.fromkeys([*(bound.read for bound in first), *possible]))
    target = ReadTarget(tenant.tenant_id, tenant.name, case.consent_url, needs)
    if session.reaches(tenant.cloud):
        return Reader(session, target, _reading(context, first))
    problem = Problem("read.other_cloud", {"cloud": str(tenant.cloud), "run_cloud": session.cloud_name})
    unread = case.with_evidence({**session.unread(first, problem, target), **home.cross_cloud(tenant)})
    return Reader(session, target, nothing_more(dataclasses.replace(context, case=unread)))


def _reading(context: TargetContext, first: Sequence[BoundRead]) -> Reading[Case]:
    answers = trim_answers((yield Ask(first)), context.operator_targets)
    context = dataclasses.replace(context, case=context.case.with_evidence(answers))
    for check in checks_of("requirements"):
        case = yield from check.follow_up(context)
        context = dataclasses.replace(context, case=case)
    return context.case


def context_of(session: Session, home: Home, case: Case) -> TargetContext:
    """Return what is known before the tenant of a case is read."""
    return TargetContext(
        case=case,
        home_tenant_id=session.home_target.tenant_id,
        mails=home.mails,
        operator_targets=home.operator_targets,
        as_operator=session.reading_as == "operator",
        has_app=session.has("app"),
        has_operator=session.has("operator"),
    )


def empty_case(session: Session, home: Home, tenant: Tenant, now: dt.datetime) -> Case:
    """Return a case without evidence."""
    return Case(
        tenant=tenant,
        evidence={},
        now=now,
        home=home.name,
        operator=home.operator,
        app=session.client_id,
        consent_url=session.consent_url(tenant.tenant_id),
        catalogue=CATALOGUE,
        defender_portal=session.defender_portal,
    )
