# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences about a registration run: refusals, the steps of Microsoft's guide, and what went wrong. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.catalogue import end_once
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext
from ansible_collections.m365.defender.plugins.module_utils._core.text import named_list, one_line
from ansible_collections.m365.defender.plugins.module_utils._view.judge import hidden_words, problem_verdict

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
    from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView
    from ansible_collections.m365.defender.plugins.module_utils._view.plan import Plan, Refusal
    from ansible_collections.m365.defender.plugins.module_utils._view.reconcile import Outcome

    # From a tenant id to the tenant's name.
    NameOf = Callable[[str], str]

_REFUSALS: t.Final = {
    "not_offered": "The portal does not offer {tenants}, although each of its sources answered: not added.",
    "lost_access": "The portal reports that the operator has lost access to {tenants}: not added.",
    "unclear": (
        "The portal's answers do not show whether {tenants} {are} in the multitenant view, so nothing was changed for"
        " {them}."
    ),
    "over_limit": (
        "The view may hold at most {max_tenants} tenants, so {tenants} {do} not fit. Remove other tenants"
        " (m365.defender.offboard), or share the tenants among several operators."
    ),
    "removal_in_doubt": "The portal's two answers contradict each other about {tenants}: not removed.",
    "removal_partial": (
        "The portal's list is partial, and a tenant is never removed when in doubt: {tenants} {stay} in the view."
    ),
    "removal_part_of_list": (
        "This run sees only a part of the tenant list, or cannot tell (--limit, a job slice, a relaunched job, one host"
        " at a time, or parts that do not match the list), so it cannot know which tenants are not declared: {tenants}"
        " {stay} in the view. To purge, start a new run with the full list."
    ),
    "removal_empty_list": (
        "The tenant list is empty, and a purge would empty the view: {tenants} {stay} in the view. To remove tenants,"
        " use m365.defender.offboard."
    ),
    "removal_too_many": (
        "{count} {nouns} would be removed, but {mto_}max_removals is {max_removals}: {tenants} {stay} in the view."
        " Check the list. If it is right, raise {mto_}max_removals."
    ),
    "hidden_tenants": (
        "The tenant group holds tenants that the operator cannot see, and the recorded request sends the full list,"
        " which would remove them: nothing was changed for {tenants}. Record a contract that sends only the difference,"
        " or change the view by hand."
    ),
}


def sentence_details(connection: Connection, operator: str, url: str, max_tenants: int = 100) -> dict[str, str]:
    """Return what fills the catalogue's sentences about any tenant. `url` is where a person opens the view."""
    return SentenceContext(
        where="the portal",
        operator=operator,
        portal=url,
        defender_portal=connection.cloud.portal,
        settings_url=f"{url}/mtosettings",
        home_tenant_id=connection.home_tenant_id,
        max_tenants=str(max_tenants),
    ).details()


def hidden_warnings(view: MultitenantView, operator: str) -> list[str]:
    """Return a warning where the tenant group holds tenants that its owner cannot see."""
    if not view.hidden:
        return []
    return [f"The private tenant group holds {hidden_words(view.hidden)} that {operator} cannot see."]


def problem_text(problem: Problem, details: Mapping[str, str]) -> str:
    """A problem and its remedy in words."""
    verdict = problem_verdict(problem, {**details, "tenant": "the tenants", "tenant_id": ""})
    return f"{verdict.message} {verdict.remedy}"


def refusal_text(refusal: Refusal, desired: DesiredState, name_of: NameOf) -> str:
    """Return what is left as it is, and the way out."""
    single = len(refusal.tenant_ids) == 1
    text = _REFUSALS[refusal.kind].format(
        tenants=named_list(map(name_of, refusal.tenant_ids)),
        count=len(refusal.tenant_ids),
        mto_=option_name(),
        max_tenants=desired.max_tenants,
        max_removals=desired.max_removals,
        nouns="tenant" if single else "tenants",
        are="is" if single else "are",
        stay="stays" if single else "stay",
        do="does" if single else "do",
        them="it" if single else "them",
    )
    return end_once(text)


def instructions(plan: Plan, name_of: NameOf, *, operator: str, url: str) -> list[str]:
    """The guide's third step for exactly this plan; empty where there is nothing to do. Source: "Set up ..." [doc]."""
    return _steps(
        plan,
        name_of,
        f"Sign in to {url} as {operator}.",
        "Select Add tenants, select these tenants, and select Add:",
        f"On {url}/mtosettings, select these tenants and select Remove:",
    )


def announcement(plan: Plan, name_of: NameOf, *, contract: str, url: str) -> list[str]:
    """What a run outside check mode sends with the recorded request; empty where there is nothing to do."""
    first = f"Outside check mode, this run sends the request in {contract} to {url}."
    return _steps(plan, name_of, first, "It adds these tenants:", "It removes these tenants:")


def _steps(plan: Plan, name_of: NameOf, first: str, adding: str, removing: str) -> list[str]:
    lines = [] if plan.empty else [first]
    for heading, tenant_ids in ((adding, plan.add), (removing, plan.remove)):
        rows = [f"  {one_line(name_of(tenant_id))} ({tenant_id})" for tenant_id in tenant_ids]
        lines += [heading, *rows] if rows else []
    return lines


def changes_read_back(added: Sequence[str], removed: Sequence[str], name_of: NameOf) -> list[str]:
    """What was changed, as the view that was read back shows; empty where nothing was."""
    return [
        *_listed("Added to the view, which shows them: {}.", added, name_of, most=100),
        *_listed("Removed from the view, which does not show them: {}.", removed, name_of, most=100),
    ]


def failure_text(outcome: Outcome, name_of: NameOf, cause: str | None) -> str:
    """Return why a run that was to change the view has failed; empty where it has not.

    `cause` is the outcome's problem in words.
    """
    missing = [tenant_id for tenant_id in outcome.plan.add if tenant_id not in outcome.added()]
    remaining = [tenant_id for tenant_id in outcome.plan.remove if tenant_id not in outcome.removed()]
    if cause:
        parts = [f"{cause.rstrip()} The result of the change could not be read back."]
    else:
        parts = [
            *_listed("The portal does not show {}.", missing, name_of),
            *_listed("The portal still shows {}.", remaining, name_of),
        ]
    parts += _listed("Gone from the view, although not removed by this run: {}.", outcome.vanished(), name_of)
    if not parts:
        return ""
    if outcome.write_failure:
        parts.append(f"When the change was sent, {outcome.write_failure.error_text}.")
    parts.append("Run again: changes that are already made are not repeated.")
    return end_once(" ".join(parts))


def _listed(template: str, tenant_ids: Sequence[str], name_of: NameOf, most: int = 10) -> list[str]:
    """The sentence about these tenants; none where there are none."""
    return [template.format(named_list(map(name_of, tenant_ids), most))] if tenant_ids else []
