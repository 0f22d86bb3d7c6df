# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the result of mto_tenant from what was observed. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import ANSIBLE_ADMIN
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.module_utils._view.judge import judge_registration, judge_undeclared
from ansible_collections.m365.defender.plugins.module_utils._view.messages import (
    announcement,
    changes_read_back,
    failure_text,
    instructions,
    problem_text,
    refusal_text,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import ObservedView
from ansible_collections.m365.defender.plugins.module_utils._view.plan import Plan, make_plan
from ansible_collections.m365.defender.plugins.module_utils._view.table import group_rows, registered_or_none, view_rows

if t.TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._view.messages import NameOf
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView, TenantGroup
    from ansible_collections.m365.defender.plugins.module_utils._view.options import RegistrationOptions
    from ansible_collections.m365.defender.plugins.module_utils._view.reconcile import Outcome

_RUN_AGAIN: t.Final = f"{ANSIBLE_ADMIN}run again without check mode, which sends the recorded request."


@dataclasses.dataclass(frozen=True, slots=True)
class ResultBuilder:
    """The result of one run, to be built from what was observed. `url` is where a person opens the view."""

    options: RegistrationOptions
    url: str
    details: Mapping[str, str]
    check_mode: bool = False

    def without_view(self) -> dict[str, object]:
        """The result where nobody gave a source of the view: everything is unknown, and nothing is claimed."""
        return {
            **self._view_part(ObservedView(None), Plan()),
            "changed": False,
            "before": None,
            "after": None,
            "added": [],
            "removed": [],
            "done": [],
            **self._pending_part(Plan(), str),
            **self._table_part(ObservedView(None), None),
        }

    def _table_part(self, observed: ObservedView, groups: Sequence[TenantGroup] | None) -> dict[str, object]:
        """Return the view beside the list, and the tenant groups; of a view that may not be used, nothing."""
        home = self.options.desired.home_tenant_id
        if observed.usable is None:
            observed, groups = ObservedView(None), None
        return {
            "view": view_rows(observed, home, groups, self.options.tenants),
            "tenant_groups": group_rows(groups),
            "hidden_tenants": observed.view.hidden if observed.view else None,
        }

    def result(
        self,
        outcome: Outcome,
        backup_file: str | None = None,
        groups: Sequence[TenantGroup] | None = None,
    ) -> dict[str, object]:
        """The result of a run that read the view, and the tenant groups, to which nothing is written."""
        observed = ObservedView(outcome.after.view, outcome.problem, self.url)
        pending = outcome.plan if observed.usable is None else make_plan(self.options.desired, observed.usable)
        name_of = self._name_of(outcome)
        message = self._failure(outcome, name_of)
        return {
            **self._view_part(observed, pending),
            **self._change_part(outcome, observed, name_of),
            **self._pending_part(pending, name_of),
            **self._table_part(observed, groups),
            **({"backup_file": backup_file} if backup_file else {}),
            **({"failed": True, "msg": message} if message else {}),
        }

    @property
    def _previews(self) -> bool:
        """Tell whether the run says what another one would change."""
        return self.check_mode and self.options.applies

    def _view_part(self, observed: ObservedView, plan: Plan) -> dict[str, object]:
        """Return what was observed, and a verdict for every tenant."""
        view = observed.view
        return {
            "operator": self.options.operator,
            "taken_at": view.taken_at if view else None,
            "sources": dict(view.sources) if view else {},
            "complete": bool(observed.usable and observed.usable.complete),
            "portal_url": self.url,
            "tenants": [self._tenant_row(tenant, observed, plan) for tenant in self.options.tenants],
            "undeclared": self._undeclared_rows(observed, plan),
        }

    def _change_part(self, outcome: Outcome, observed: ObservedView, name_of: NameOf) -> dict[str, object]:
        """Return what changed, as read back, or what would change."""
        added, removed = sorted(outcome.added()), sorted(outcome.removed())
        # A view that may not be used, another person's for example, is not the state before.
        unusable = outcome.problem is not None and outcome.after is outcome.before
        before = None if unusable else _registered_ids(outcome.before.view)
        after = _registered_ids(observed.usable)
        if (self.check_mode or not self.options.applies) and before is not None:
            expected = sorted({*before, *outcome.plan.add} - {*outcome.plan.remove})
        else:
            expected = after if after is not None else before or []
        return {
            "changed": not outcome.plan.empty if self._previews else bool(added or removed),
            "before": before,
            "after": after,
            "added": added,
            "removed": removed,
            "done": changes_read_back(added, removed, name_of),
            "diff": _diff(before or (), expected, name_of),
        }

    def _pending_part(self, pending: Plan, name_of: NameOf) -> dict[str, object]:
        """Return what is still to be done, what is refused, and the steps by hand."""
        refused = [
            {
                "kind": refusal.kind,
                "tenant_ids": list(refusal.tenant_ids),
                "message": refusal_text(refusal, self.options.desired, name_of),
            }
            for refusal in pending.refusals
        ]
        return {
            "pending_add": sorted(pending.add),
            "pending_remove": sorted(pending.remove),
            "refused": refused,
            "instructions": self._steps(pending, name_of),
        }

    def _steps(self, pending: Plan, name_of: NameOf) -> list[str]:
        """Return what is done next: by this module outside check mode, or by a person."""
        contract = self.options.portal_contract
        if self._previews and contract:
            return announcement(pending, name_of, contract=contract, url=self.url)
        return instructions(pending, name_of, operator=self.options.operator, url=self.url)

    def _name_of(self, outcome: Outcome) -> NameOf:
        names = {tenant.tenant_id: tenant.name for tenant in self.options.tenants}
        for view in (outcome.before.view, outcome.after.view):
            for rows in (view.offered or {}, view.exposed or {}):
                for tenant_id, row in rows.items():
                    names.setdefault(tenant_id, row.name)
        return lambda tenant_id: names.get(tenant_id, tenant_id)

    def _tenant_row(self, tenant: Tenant, observed: ObservedView, plan: Plan) -> dict[str, object]:
        tenant_id = tenant.tenant_id
        verdict = judge_registration(
            tenant_id,
            observed,
            {**self.details, "tenant": tenant.name, "tenant_id": tenant_id},
            eligible=tenant_id in self.options.desired.eligible,
            over_limit=any(each.kind == "over_limit" and tenant_id in each.tenant_ids for each in plan.refusals),
        )
        if self._previews and tenant_id in plan.add:
            verdict = dataclasses.replace(verdict, remedy=_RUN_AGAIN)
        return {
            "tenant_id": tenant_id,
            "name": tenant.name,
            "registered": registered_or_none(tenant_id, observed),
            "registration": verdict.as_dict(),
        }

    def _undeclared_rows(self, observed: ObservedView, plan: Plan) -> list[dict[str, object]]:
        """Tenants that are in the view and not declared, but for the home tenant."""
        view, desired = observed.usable, self.options.desired
        if view is None or desired.state == "absent":
            return []
        leaving = {*plan.remove} if self._previews else set()
        known = {*desired.declared, desired.home_tenant_id}
        undeclared = [tenant_id for tenant_id in view.registered if tenant_id not in known]
        return [
            self._undeclared_row(tenant_id, view, observed, leaving)
            for tenant_id in undeclared
            if view.registration_state(tenant_id) == "registered"
        ]

    def _undeclared_row(
        self, tenant_id: str, view: MultitenantView, observed: ObservedView, leaving: Container[str]
    ) -> dict[str, object]:
        row = view.exposed_row(tenant_id)
        name = row.name if row else tenant_id
        verdict = judge_undeclared(tenant_id, observed, {**self.details, "tenant": name, "tenant_id": tenant_id})
        if tenant_id in leaving:
            verdict = dataclasses.replace(verdict, remedy=_RUN_AGAIN)
        return {"tenant_id": tenant_id, "name": name, "registration": verdict.as_dict()}

    def _failure(self, outcome: Outcome, name_of: NameOf) -> str:
        """Return why the run failed, or an empty text.

        A view that may not be used fails `apply`, which was to change it; with `assist` the rows say so.
        """
        if not self.options.applies:
            return ""
        cause = problem_text(outcome.problem, self.details) if outcome.problem else None
        if outcome.before is outcome.after:
            return cause or ""
        return failure_text(outcome, name_of, cause)


def _registered_ids(view: MultitenantView | None) -> list[str] | None:
    """The ids in the view, None where it could not be read or may not be used."""
    return None if view is None or view.problems else list(view.registered)


def _diff(before: Sequence[str], after: Sequence[str], name_of: NameOf) -> dict[str, str]:
    shown = [
        "".join(f"{tenant_id}  {one_line(name_of(tenant_id))}\n" for tenant_id in tenant_ids)
        for tenant_ids in (before, after)
    ]
    header = "multitenant view"
    return {"before_header": header, "after_header": header, "before": shown[0], "after": shown[1]}
