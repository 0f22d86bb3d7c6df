# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what was seen to the results of the modules. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._view.judge import (
    Picture,
    judge_registration,
    judge_undeclared,
)
from ansible_collections.m365.defender.plugins.module_utils._view.plan import Plan, make_plan
from ansible_collections.m365.defender.plugins.module_utils._view.words import (
    failure,
    instructions,
    refusal_words,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem, Tenant
    from ansible_collections.m365.defender.plugins.module_utils._view.plan import Wish
    from ansible_collections.m365.defender.plugins.module_utils._view.reconcile import Outcome
    from ansible_collections.m365.defender.plugins.module_utils._view.view import View

    Row = dict[str, t.Any]

_WORDS: t.Final = {"registered": True, "not_registered": False}


@dataclasses.dataclass(frozen=True, slots=True)
class Run:
    """How a run ended."""

    outcome: Outcome
    backup_file: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """What a run was told, and how it tells what it found. `url` is where a person opens the view."""

    tenants: Sequence[Tenant]
    wish: Wish
    operator: str
    url: str
    applies: bool = False
    check_mode: bool = False
    defender_portal: str = "https://security.microsoft.com"

    def without_view(self) -> Row:
        """The result where nobody gave a picture of the view: everything is unknown, and nothing is claimed."""
        return {
            **self._rows(Picture(None)),
            "changed": False,
            "before": None,
            "after": None,
            "added": [],
            "removed": [],
            "pending_add": [],
            "pending_remove": [],
            "refused": [],
            "instructions": [],
        }

    def result(self, run: Run) -> Row:
        """The result of mto_tenant."""
        outcome = run.outcome
        picture = Picture(outcome.after.view, outcome.problem, self.url)
        name_of = self._names(outcome)
        pending = outcome.plan if picture.usable is None else make_plan(self.wish, picture.usable)
        added, removed = _seen(outcome.added()), _seen(outcome.removed())
        # Another person's view, or an old one, is nobody's state before.
        first = None if outcome.problem and outcome.after is outcome.before else outcome.before.view
        before, after = _known(first), _known(picture.usable)
        predicted = self.check_mode and self.applies
        shown = _predicted(before, outcome.plan) if self.check_mode or not self.applies else after
        row: Row = {
            **self._rows(picture, pending),
            "changed": not outcome.plan.empty if predicted else bool(added or removed),
            "before": before,
            "after": after,
            "added": added,
            "removed": removed,
            "pending_add": _seen(pending.add),
            "pending_remove": _seen(pending.remove),
            "refused": [self._refused(refusal, name_of) for refusal in pending.refusals],
            "instructions": instructions(pending, name_of, operator=self.operator, url=self.url),
            "diff": _diff(before, shown, name_of),
        }
        if run.backup_file:
            row["backup_file"] = run.backup_file
        said = self._said(outcome.problem)
        message = self._failure(outcome, name_of, said)
        return {**row, "failed": True, "msg": message} if message else row

    def info(self, picture: Picture) -> Row:
        """The result of mto_tenant_info, but for the snapshot. Rows are what the portal says, usable or not."""
        view = picture.view
        offered, exposed = (view.offered or {}, view.exposed or {}) if view else ({}, {})
        ids = [*offered, *(one for one in exposed if one not in offered)]
        problems = [picture.problem] if picture.problem else list(view.problems.values()) if view else []
        return {
            "tenants": [self._info_row(one, picture) for one in ids],
            "sources": dict(view.sources) if view else {},
            "complete": bool(view and view.complete and not picture.problem),
            "operator": view.operator if view else None,
            "home_tenant_id": view.home_tenant_id if view else None,
            "taken_at": view.taken_at if view else None,
            "tenant_groups": _groups(view),
            "problems": [self._said(problem) for problem in problems],
        }

    def _info_row(self, tenant_id: str, picture: Picture) -> Row:
        view = picture.view
        offered = (view.offered or {}).get(tenant_id) if view else None
        exposed = (view.exposed or {}).get(tenant_id) if view else None
        told = offered or exposed
        return {
            "tenant_id": tenant_id,
            "name": told.name if told else tenant_id,
            "registered": _WORDS.get(view.standing(tenant_id)) if view and not picture.problem else None,
            "offered": offered is not None,
            "lost_access": offered.lost_access if offered else None,
            "added_on": (exposed.added_on if exposed else None) or (offered.added_on if offered else None),
            "environment": told.environment if told else None,
            "home": tenant_id == self.wish.home_tenant_id,
        }

    def _names(self, outcome: Outcome) -> t.Callable[[str], str]:
        names = {tenant.tenant_id: tenant.name for tenant in self.tenants}
        for view in (outcome.before.view, outcome.after.view):
            for rows in (view.offered or {}, view.exposed or {}):
                for one, row in rows.items():
                    names.setdefault(one, row.name)
        return lambda one: names.get(one, one)

    def _details(self, tenant_id: str, name: str) -> dict[str, str]:
        return {
            "tenant": name,
            "tenant_id": tenant_id,
            "where": "the portal",
            "operator": self.operator,
            "portal": self.url,
            "defender_portal": self.defender_portal,
            "settings_url": f"{self.url}/mtosettings",
            "home_tenant_id": self.wish.home_tenant_id,
            "max_tenants": str(self.wish.max_tenants),
        }

    def _rows(self, picture: Picture, plan: Plan | None = None) -> Row:
        view = picture.usable
        refusals = plan.refusals if plan else ()
        over = {one for refusal in refusals if refusal.kind == "over_limit" for one in refusal.tenant_ids}
        return {
            "operator": self.operator,
            "taken_at": picture.view.taken_at if picture.view else None,
            "sources": dict(picture.view.sources) if picture.view else {},
            "complete": bool(view and view.complete),
            "portal_url": self.url,
            "tenants": [self._row(tenant, picture, over) for tenant in self.tenants],
            "undeclared": [self._undeclared(one, picture) for one in self._others(view)],
        }

    def _row(self, tenant: Tenant, picture: Picture, over: set[str]) -> Row:
        one = tenant.tenant_id
        verdict = judge_registration(
            one,
            picture,
            self._details(one, tenant.name),
            eligible=one in self.wish.eligible,
            over_limit=one in over,
        )
        standing = picture.usable.standing(one) if picture.usable else "unknown"
        return {
            "tenant_id": one,
            "name": tenant.name,
            "registered": _WORDS.get(standing),
            "registration": verdict.as_dict(),
        }

    def _others(self, view: View | None) -> list[str]:
        """What stands in the view, is not declared, and is not the home tenant."""
        if view is None or self.wish.state == "absent":
            return []
        known = {*self.wish.declared, self.wish.home_tenant_id}
        return [one for one in view.registered if one not in known and view.standing(one) == "registered"]

    def _undeclared(self, tenant_id: str, picture: Picture) -> Row:
        view = picture.view
        row = (view.exposed or {}).get(tenant_id) if view else None
        name = row.name if row else tenant_id
        verdict = judge_undeclared(tenant_id, picture, self._details(tenant_id, name))
        return {"tenant_id": tenant_id, "name": name, "registration": verdict.as_dict()}

    def _refused(self, refusal: t.Any, name_of: t.Callable[[str], str]) -> Row:
        return {
            "kind": refusal.kind,
            "tenant_ids": list(refusal.tenant_ids),
            "message": refusal_words(refusal, self.wish, name_of),
        }

    def _said(self, problem: Problem | None) -> str | None:
        if problem is None:
            return None
        details = {**self._details("", "the tenants"), **problem.details}
        verdict = CATALOGUE.verdict("registration", problem.reason, details)
        return f"{verdict.message} {verdict.remedy}"

    def _failure(self, outcome: Outcome, name_of: t.Callable[[str], str], said: str | None) -> str:
        """A picture that may not be used fails `apply`, which was to change it; `assist` has rows that say so."""
        if not self.applies:
            return ""
        sent = outcome.before is not outcome.after
        if outcome.problem is not None and not sent:
            return said or ""
        return failure(outcome, name_of, said) if sent and not self.check_mode else ""


def _seen(ids: Iterable[str]) -> list[str]:
    return sorted(ids)


def _known(view: View | None) -> list[str] | None:
    """The ids in the view, None where it could not be read or may not be used."""
    return None if view is None or view.problems else list(view.registered)


def _predicted(before: list[str] | None, plan: Plan) -> list[str] | None:
    return None if before is None else sorted({*before, *plan.add} - {*plan.remove})


def _diff(before: list[str] | None, after: list[str] | None, name_of: t.Callable[[str], str]) -> Row:
    def text(ids: list[str] | None) -> str:
        return "".join(f"{one}  {one_line(name_of(one))}\n" for one in ids or ())

    return {
        "before_header": "multitenant view",
        "after_header": "multitenant view",
        "before": text(before),
        "after": text(after if after is not None else before),
    }


def _groups(view: View | None) -> list[Row] | None:
    if view is None or view.groups is None:
        return None
    return [
        {"name": group.name, "group_id": group.group_id, "tenant_ids": [row.tenant_id for row in group.tenants]}
        for group in view.groups
    ]
