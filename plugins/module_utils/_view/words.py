# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said about a run of the registration: refusals, the guide's steps, and what went wrong. Pure."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.catalogue import end_once
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.plan import Plan, Refusal, Wish
    from ansible_collections.m365.defender.plugins.module_utils._view.reconcile import Outcome

    Named = Callable[[str], str]

_REFUSALS: t.Final = {
    "not_offered": "The portal does not offer {tenants}, although each of its sources answered: not added.",
    "lost_access": "The portal says that the operator has lost access to {tenants}: not added.",
    "unclear": "Whether {tenants} {stand} in the view cannot be told from the portal's answers: not touched.",
    "over_limit": (
        "The view may hold {max_tenants} tenants: {tenants} {do} not fit in. Take others out (m365.defender.offboard)"
        " or share the tenants among several operators."
    ),
    "removal_in_doubt": "The portal's two answers contradict each other about {tenants}: not removed.",
    "removal_partial": "The portal's list is partial, and nothing is removed on a doubt: {tenants} {stay}.",
    "removal_part_of_list": (
        "This run sees only a part of the tenant list (--limit, a job slice, or one host at a time), so that what is"
        " not declared cannot be told: {tenants} {stay}. Run without these to purge."
    ),
    "removal_empty_list": (
        "The tenant list is empty, which would take everything out of the view: {tenants} {stay}. Use"
        " m365.defender.offboard for tenants that are to go."
    ),
    "removal_too_many": (
        "{count} tenants are to be removed, and max_removals is {max_removals}: {tenants} {stay}. Read the list; if it"
        " is right, raise max_removals."
    ),
}


def named_list(ids: Iterable[str], name_of: Named, most: int = 10) -> str:
    """`A, B and C`, or the first ten and how many more; on one line whatever the names hold."""
    names = [one_line(name_of(one)) for one in ids]
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def refusal_words(refusal: Refusal, wish: Wish, name_of: Named) -> str:
    """One sentence: what is left alone, and the way out."""
    one = len(refusal.tenant_ids) == 1
    text = _REFUSALS[refusal.kind].format(
        tenants=named_list(refusal.tenant_ids, name_of),
        count=len(refusal.tenant_ids),
        max_tenants=wish.max_tenants,
        max_removals=wish.max_removals,
        stand="stands" if one else "stand",
        stay="stays" if one else "stay",
        do="does" if one else "do",
    )
    return end_once(text)


def instructions(plan: Plan, name_of: Named, *, operator: str, url: str) -> list[str]:
    """The guide's third step for exactly this plan; empty where nothing is to do. Source: "Set up ..." [doc]."""
    if not plan.add and not plan.remove:
        return []
    steps = [f"Sign in to {url} as {operator}."]
    if plan.add:
        steps.append("Select Add tenants, tick these, and select Add:")
        steps += [f"  {one_line(name_of(one))} ({one})" for one in plan.add]
    if plan.remove:
        steps.append(f"On {url}/mtosettings select these and select Remove:")
        steps += [f"  {one_line(name_of(one))} ({one})" for one in plan.remove]
    return steps


def failure(outcome: Outcome, name_of: Named, said: str | None) -> str:
    """Why a run that was to change the view has failed; empty where it has not. `said` words the outcome's problem."""
    vanished = outcome.vanished()
    missing = [one for one in outcome.plan.add if one not in outcome.added()]
    staying = [one for one in outcome.plan.remove if one not in outcome.removed()]
    parts = [
        *([f"{said.rstrip()} What was sent could not be read back."] if said else []),
        *_unless_read(said, "The portal does not show {}", missing, name_of),
        *_unless_read(said, "The portal still shows {}", staying, name_of),
        *([f"Not asked for, but gone from the view: {named_list(vanished, name_of)}."] if vanished else []),
    ]
    if not parts:
        return ""
    trouble = f" When the change was sent, {outcome.trouble.said}." if outcome.trouble else ""
    return end_once(f"{' '.join(parts)}{trouble}") + " Run again: what is already done is not done twice."


def _unless_read(said: str | None, words: str, ids: Sequence[str], name_of: Named) -> list[str]:
    return [words.format(named_list(ids, name_of)) + "."] if ids and not said else []
