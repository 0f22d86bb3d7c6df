# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read of one target tenant: one sign-in, one `$batch`, and a second one about the operator's account."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.accounts import (
    ACCOUNTS_BY_MAIL,
    ACCOUNTS_BY_OTHER_MAILS,
    ACCOUNTS_BY_UPN,
    DELETED_BY_MAIL,
    DELETED_BY_UPN,
    OWN_ACCOUNT,
    external_name,
    judge_accounts,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.cross_tenant import (
    SETTINGS_DEFAULT,
    SETTINGS_PARTNER,
    SYNCHRONIZATION,
    read_about,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import OPERATOR_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.access.judge import judge_access
from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
from ansible_collections.m365.defender.plugins.module_utils._checks.license.judge import license_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION, OWN_GROUPS
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.account_roles import (
    GROUP_ELIGIBLE,
    GROUP_ROLES,
    groups_to_ask,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.defender_rbac import (
    DEFENDER_READS,
    slice_for,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.judge import (
    DIRECTORY_ROLES,
    OWN_DIRECTORY_ROLES,
    ROLE_ASSIGNMENTS,
    judge_permissions,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.pim import (
    ELIGIBLE_GROUPS,
    ELIGIBLE_ROLES,
    OWN_ELIGIBLE_GROUPS,
    OWN_ELIGIBLE_ROLES,
    OWN_TIMED_ROLES,
    TIMED_ROLES,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import BoundRead, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    import datetime as dt

    from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Read, Tenant


def read_tenant(session: Session, home: Home, tenant: Tenant, now: dt.datetime) -> Case:
    """A case with all evidence about one tenant. What could not be read is evidence with a problem."""
    case = _with(empty_case(session, home, tenant, now), home.about(tenant))
    asked = _first_batch(session, home, case)
    place = ReadTarget(tenant.tenant_id, tenant.name, case.consent_url, _needs(session, case, asked))
    if not session.reaches(tenant.cloud):
        problem = Problem("read.other_cloud", {"cloud": str(tenant.cloud), "run_cloud": session.cloud_name})
        return _with(case, {**session.missing(asked, problem, place), **home.cross_cloud(tenant)})
    case = _with(case, session.read(asked, place))
    if judge_accounts(case).reason == "access.guest_missing" and session.has("app"):
        return _with(case, session.read_as("app", _deleted_look_ups(home), place))
    return _with_roles(session, case, place)


def empty_case(session: Session, home: Home, tenant: Tenant, now: dt.datetime) -> Case:
    """A case without evidence."""
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


def _with(case: Case, evidence: dict[str, Evidence]) -> Case:
    return dataclasses.replace(case, evidence={**case.evidence, **evidence})


def _first_batch(session: Session, home: Home, case: Case) -> list[BoundRead]:
    """Everything that needs no other answer first."""
    at_home = {"home_tenant_id": session.home_target.tenant_id}
    asked = [
        BoundRead("organization", ORGANIZATION),
        *(BoundRead(key, read) for key, read in license_reads(case.tenant).items()),
        BoundRead(SETTINGS_DEFAULT.what, read_about(SETTINGS_DEFAULT, home.operator_targets)),
        BoundRead(SETTINGS_PARTNER.what, read_about(SETTINGS_PARTNER, home.operator_targets), at_home),
    ]
    if not _needs_accounts(case):
        return asked
    return [*asked, BoundRead(SYNCHRONIZATION.what, SYNCHRONIZATION, at_home), *look_ups(session, home)]


def _needs(session: Session, case: Case, asked: list[BoundRead]) -> tuple[Read, ...]:
    """All that may be read there: what comes first, and what is asked about an account once it is found."""
    reads = [item.read for item in asked]
    if not _needs_accounts(case):
        return tuple(dict.fromkeys(reads))
    later = [item.read for item in _account_reads(session, "")]
    return tuple(dict.fromkeys([*reads, *later, *DEFENDER_READS.values()]))


def _needs_accounts(case: Case) -> bool:
    """Under `auto`, GDAP that carries a wanted role makes the look for an account needless."""
    method = case.tenant.access
    return method == "b2b" or (method == "auto" and judge_permissions(case, judge_access(case)).status != "met")


def look_ups(session: Session, home: Home) -> list[BoundRead]:
    """What finds the operator's account in a target: by every address as the app, or the own object."""
    if session.reading_as == "operator":
        return [BoundRead("own_account", OWN_ACCOUNT)]
    asked: list[BoundRead] = []
    for number, mail in enumerate(home.mails):
        suffix = f"/{number}" if number else ""
        asked.append(BoundRead("accounts_by_mail" + suffix, ACCOUNTS_BY_MAIL, {"mail": mail}))
        asked.append(BoundRead("accounts_by_other_mails" + suffix, ACCOUNTS_BY_OTHER_MAILS, {"mail": mail}))
        name = external_name(mail)
        asked.append(BoundRead("accounts_by_upn" + suffix, ACCOUNTS_BY_UPN, {"external_name": name}))
    return asked


def _deleted_look_ups(home: Home) -> list[BoundRead]:
    """Where no account is found: was there one? The organization proves whose answer it is."""
    asked = [BoundRead("organization", ORGANIZATION)]
    for number, mail in enumerate(home.mails):
        suffix = f"/{number}" if number else ""
        asked.append(BoundRead(DELETED_BY_MAIL.what + suffix, DELETED_BY_MAIL, {"mail": mail}))
        asked.append(BoundRead(DELETED_BY_UPN.what + suffix, DELETED_BY_UPN, {"external_name": external_name(mail)}))
    return asked


def _with_roles(session: Session, case: Case, place: ReadTarget) -> Case:
    """Roles of the account that gives access; there is nothing to ask where there is none."""
    access = judge_access(case)
    if access.account_id is None:
        return case
    case = _with(case, session.read(_account_reads(session, access.account_id), place))
    if judge_permissions(case, access).status == "met":
        return case
    # What may be activated through a group, and Defender's own roles: asked only where an Entra role is missing.
    custom = [BoundRead(key, read) for key, read in DEFENDER_READS.items()]
    found = session.read([BoundRead("organization", ORGANIZATION), *_group_reads(case), *custom], place)
    return _with(case, slice_for(case, access.account_id, found))


def _account_reads(session: Session, account_id: str) -> list[BoundRead]:
    """The organization is asked again: it proves whose answer this is where a token cannot be read."""
    own = session.reading_as == "operator"
    fields = {"account": account_id, "principal": account_id, "operator": account_id}
    reads = {
        "organization": ORGANIZATION,
        "directory_roles": OWN_DIRECTORY_ROLES if own else DIRECTORY_ROLES,
        "role_assignments": ROLE_ASSIGNMENTS,
        "eligible_roles": OWN_ELIGIBLE_ROLES if own else ELIGIBLE_ROLES,
        "timed_roles": OWN_TIMED_ROLES if own else TIMED_ROLES,
        "account_groups": OWN_GROUPS if own else OPERATOR_GROUPS,
        "account_eligible_groups": OWN_ELIGIBLE_GROUPS if own else ELIGIBLE_GROUPS,
    }
    return [BoundRead(key, read, fields) for key, read in reads.items()]


def _group_reads(case: Case) -> list[BoundRead]:
    member, eligible = groups_to_ask(case)
    return [
        *(BoundRead(f"{GROUP_ELIGIBLE}/{group}", ELIGIBLE_ROLES, {"principal": group}) for group in member),
        *(BoundRead(f"{GROUP_ROLES}/{group}", ROLE_ASSIGNMENTS, {"account": group}) for group in eligible),
    ]
