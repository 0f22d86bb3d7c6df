# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the view with a live portal session. The portal's whole answers stay in memory, to fill a contract with."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import DeadlineError, MtoError, ServiceError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp, utc_now
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import CONTEXT, EFFECTIVE, GROUPS, PICKER
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    Answer,
    bodies_of,
    parse_groups,
    parse_session,
    view_from_answers,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import ANSWER_NAMES

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import Portal
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView, TenantGroup

_PATHS: t.Final = {"session": CONTEXT, "picker": PICKER, "effective": EFFECTIVE}
_SIGNED_OUT: t.Final = (401, 440)
_REASONS: t.Final = {400: "registration.feature_off", 403: "registration.forbidden", 429: "read.throttled"}


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """A view and the bodies that it was made from, which hold the session's etag. A snapshot has no bodies."""

    view: MultitenantView
    bodies: AnswerBodies = dataclasses.field(default_factory=AnswerBodies, repr=False)


def read_live(portal: Portal, *, groups: bool = False) -> Reading:
    """Read the view as the portal shows it now. Never raises for what the portal, or the way to it, does."""
    taken_at = timestamp(utc_now())
    paths = {**_PATHS, "groups": GROUPS} if groups else _PATHS
    answers = _consistent({name: _read(portal, path, ANSWER_NAMES[name]) for name, path in paths.items()})
    view = view_from_answers(taken_at, answers, parse_session(answers["session"].body))
    return Reading(view, bodies_of(answers))


def read_groups(portal: Portal) -> tuple[TenantGroup, ...] | None:
    """Read the tenant groups, None where they cannot be read. Never raises for what the portal does."""
    return parse_groups(_read(portal, GROUPS, ANSWER_NAMES["groups"]).body)


def _consistent(answers: Mapping[str, Answer]) -> Mapping[str, Answer]:
    """Make "feature off" a failed read where only one of the two answers says so: the other one proves it is on."""
    off = {
        name: answer.problem
        for name, answer in answers.items()
        if answer.problem is not None and answer.problem.reason == "registration.feature_off"
    }
    if {"picker", "effective"} <= off.keys():
        return answers
    failed = {name: Answer(problem=dataclasses.replace(problem, reason="read.failed")) for name, problem in off.items()}
    return {**answers, **failed}


def _read(portal: Portal, path: str, what: str) -> Answer:
    read = {"what": what, "where": "the portal"}
    try:
        response = portal.read(path)
        problem = refusal_of(response, what)
        return Answer(problem=problem) if problem else Answer(response.json(), etag=response.headers.get("etag"))
    except DeadlineError:
        return Answer(problem=Problem("read.deadline", read))
    except ServiceError:
        page = "it answers a page instead of data, as it does where the session has ended"
        return Answer(problem=Problem("read.failed", {**read, "said": page}))
    except MtoError as error:
        return Answer(problem=Problem("read.unreachable", {**read, "said": str(error)}))


def refusal_of(response: Response, what: str) -> Problem | None:
    """Return why the portal does not answer, by its HTTP status [community]; None where it does."""
    status = response.status
    if status < 300:
        return None
    details = {"what": what, "status": str(status), "where": "the portal", "said": f"HTTP {status}"}
    # A redirect leads to the sign-in page.
    if status in _SIGNED_OUT or status < 400:
        return Problem("registration.signed_out", details)
    return Problem(_REASONS.get(status, "read.failed"), details)
