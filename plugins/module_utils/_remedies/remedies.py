# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan all remedies, then carry them out: what the list and the user name, tenant by tenant, one write after another.

Everything is looked at before the first write, so that what the writing app lacks is known by then.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import requirement_facts
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._collect.session import sign_in_problem
from ansible_collections.m365.defender.plugins.module_utils._core.errors import HomeSignInError, MtoError, described
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext
from ansible_collections.m365.defender.plugins.module_utils._core.text import end_with_stop
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.module_utils._remedies.carry_out import (
    carry_out,
    looked,
    not_shown_yet,
    row_of,
)
from ansible_collections.m365.defender.plugins.module_utils._remedies.case import Finding, HomeNames, RemedyCase
from ansible_collections.m365.defender.plugins.module_utils._remedies.findings import judged
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look
from ansible_collections.m365.defender.plugins.module_utils._remedies.registry import REMEDIES

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import RequirementFacts
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._remedies.carry_out import Writes
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import Judged, Settings
    from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy
    from ansible_collections.m365.defender.plugins.module_utils._remedies.row import Row


@dataclasses.dataclass(frozen=True, slots=True)
class _Planned:
    """A remedy of a tenant with its first look. `again` takes the next one, `undo_of` is what it takes back."""

    remedy: Remedy
    case: RemedyCase
    first: Look
    again: Callable[[], Look]
    undo_of: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class RemedyRun:
    """What the user asks for: the remedies of these names. In check mode, all is looked at and nothing is written."""

    names: Sequence[str]
    settings: Settings
    writes: Writes
    check_mode: bool

    def case_of(self, tenant: Tenant, home: HomeNames, again: Callable[[], Judged], finding: Finding) -> RemedyCase:
        """Return a tenant as the remedies get it."""
        return RemedyCase(tenant, finding, home, self.writes.writer, self.settings, utc_now(), again)


def carry_out_all(session: Session, tenants: Sequence[Tenant], run: RemedyRun) -> list[Row]:
    """Judge the tenants, and carry out the remedies where a finding asks for one.

    Raise HomeSignInError where nothing is known about any tenant.
    """
    facts = requirement_facts(session, tenants, run.settings.expiry_warning_days)
    home = _home_names(facts)
    planned: list[_Planned] = []
    for saved in facts.assessment.run.tenants:
        tenant = next(one for one in tenants if one.tenant_id == saved.case.tenant.tenant_id)

        def again(tenant: Tenant = tenant) -> Judged:
            anew = requirement_facts(session, [tenant], run.settings.expiry_warning_days)
            return judged(anew.assessment.run.tenants[0])

        case = run.case_of(tenant, home, again, Finding("", ""))
        _clear_up(case, run)
        planned += _plan_tenant(case, judged(saved).findings, run.names)
    return [_carry_out_one(one, run) for one in planned]


def take_back(home: HomeNames, tenants: Sequence[Tenant], run: RemedyRun) -> list[Row]:
    """Take back what the journal says was written for these tenants by these remedies, the newest first."""
    planned: list[_Planned] = []
    for tenant in tenants:
        _clear_up(run.case_of(tenant, home, _no_judge, Finding("", "")), run)
        for remedy in _chosen(run.names):
            entries = run.writes.journal.written(remedy.NAME, tenant.tenant_id)
            # What cannot be taken back is told once.
            for entry in entries[:1] if remedy.BY_HAND else entries:
                case = run.case_of(
                    tenant, home, _no_judge, Finding("", f"This was written at {entry.at}.", "", entry.object)
                )
                again = functools.partial(remedy.look_back, case, entry)
                planned.append(_Planned(remedy, case, _first_look(remedy, case, again), again, entry.id))
    return [_carry_out_one(one, run) for one in planned]


def _clear_up(case: RemedyCase, run: RemedyRun) -> None:
    """Let the journal say what came of earlier writes whose answer nobody saw, as far as it shows now."""
    journal = run.writes.journal
    for remedy in () if run.check_mode else REMEDIES.values():
        for entry, change in journal.unclear(remedy.NAME, case.tenant.tenant_id):
            # What cannot be read is said by the look at the object, and no line of the journal stops a run.
            with contextlib.suppress(Exception):
                if remedy.arrived(case, change) is (not entry.undo_of):
                    journal.end(entry, "written")


def _chosen(names: Sequence[str]) -> list[Remedy]:
    return [remedy for name, remedy in REMEDIES.items() if name in names]


def _plan_tenant(case: RemedyCase, findings: Sequence[Finding], names: Sequence[str]) -> Iterator[_Planned]:
    """Yield the remedies of one tenant. What one of them takes up is not given to the next."""
    taken_up: set[Finding] = set()
    for remedy in _chosen(names):
        finding = next((one for one in findings if one.reason in remedy.REASONS and one not in taken_up), None)
        if finding is None:
            continue
        about = dataclasses.replace(case, finding=finding)
        again = functools.partial(remedy.look, about)
        first = _first_look(remedy, about, again)
        if first.kind != "declined":
            taken_up.add(finding)
        yield _Planned(remedy, about, first, again)


def _first_look(remedy: Remedy, case: RemedyCase, look: Callable[[], Look]) -> Look:
    """Return the look where all conditions of a write are met, or which is not."""
    if case.finding.incomplete:
        return Look(
            kind="declined",
            object=case.finding.object,
            message=f"{case.finding.message} Not everything about it was read ({case.finding.incomplete}), so that"
            " nothing is changed.",
            remedy="Ansible administrator of the home tenant: grant the app that reads what it lacks, and run again.",
        )
    lack = _lack_of(remedy, case)
    if lack is not None:
        return lack
    seen = looked(look)
    if seen.kind == "change" and remedy.IN_TARGET and case.tenant.tenant_id not in case.settings.confirmed:
        return dataclasses.replace(
            seen,
            kind="declined",
            message=f"{seen.message} This is a change in the customer's tenant, which nobody confirmed.",
            remedy=f"Ansible administrator of the home tenant: if {case.tenant.name} agrees, add"
            f" {case.tenant.tenant_id} to {{mto_}}remedy_confirm.",
        )
    return seen


def _lack_of(remedy: Remedy, case: RemedyCase) -> Look | None:
    """Return what the writing app lacks where it would write, None if nothing."""
    writer, where = case.writer, remedy.written_tenant(case)
    name = case.tenant.name if remedy.IN_TARGET else case.home.name
    try:
        if writer.may(where, remedy.PERMISSIONS):
            return None
    except MtoError as error:
        words = SentenceContext(
            tenant=name,
            tenant_id=where,
            home=case.home.name,
            where=name,
            who="the app that writes",
            operator=case.home.operator,
            app=writer.client_id,
            resource="Microsoft Graph",
            consent_url=writer.consent_url(where),
        )
        message, todo = map(_of_the_writer, CATALOGUE.words(sign_in_problem(error), words.details()))
        return Look(
            kind="declined",
            object=case.finding.object,
            message=f"The app that writes cannot sign in to {name}. {end_with_stop(message)}",
            remedy=todo,
        )
    return Look(
        kind="declined",
        object=case.finding.object,
        message=f"The app that writes ({writer.client_id}) lacks the permission {remedy.PERMISSIONS[0]} in {name}.",
        remedy=f"Privileged Role Administrator of {name}: consent to it: {writer.consent_url(where)}",
    )


def _carry_out_one(one: _Planned, run: RemedyRun) -> Row:
    """Return the row of one remedy. Whatever happens, it hides no other one."""
    try:
        if run.check_mode:
            return row_of(one.remedy, one.case, _planned_look(one, run))
        # Much may have happened since all were looked at, and an earlier write may have been this one.
        first = looked(one.again) if one.first.kind == "change" else one.first
        return carry_out(one.remedy, one.case, first, one.again, run.writes, one.undo_of)
    except Exception as error:  # noqa: BLE001  (one failing tenant never hides the others)
        message = f"{one.first.message} This failed because of {end_with_stop(described(error))}"
        return row_of(one.remedy, one.case, dataclasses.replace(one.first, message=message), "failed")


def _planned_look(one: _Planned, run: RemedyRun) -> Look:
    if one.first.kind != "change":
        return one.first
    waits = not_shown_yet(one.remedy, one.case, one.first, run.writes.journal, undo=bool(one.undo_of))
    return waits or one.first


def _of_the_writer(text: str) -> str:
    """Return a sentence about the app that reads as one about the app that writes, with the names of its options."""
    text = text.replace("Your app", "The app that writes").replace("your app", "the app that writes")
    return re.sub(
        r"(?<![\w-])(mto_|\{mto_\}|MTO_|)(client_id|client_secret|client_certificate_\w+|federated_token_file)(?![\w=])",
        lambda match: f"{match[1]}{'WRITER_' if match[2].isupper() else 'writer_'}{match[2]}",
        text,
        flags=re.IGNORECASE,
    )


def _home_names(facts: RequirementFacts) -> HomeNames:
    run, home = facts.assessment.run, facts.assessment.home
    if isinstance(home, HomeSignInError):
        raise home
    name = home.name if home is not None else "the home tenant"
    return HomeNames(run.home_tenant_id, name, home.operator if home is not None else run.operator)


def _no_judge() -> Judged:
    raise ValueError("what is taken back is not judged")
