# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: one typed model that every format is made from, with JSON at its door and its exit."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.model import (
    SEVERITIES,
    STATUSES,
    Expiry,
    JsonRow,
    Severity,
    Status,
    Verdict,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.actors import first_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import (
    AccessRow,
    Registration,
    UndeclaredRow,
    verdicts_as_dict,
    verdicts_from_fields,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import (
    FINDING_STATES,
    TRENDS,
    Acceptance,
    Changes,
    FindingState,
    HistoryEntry,
    Trend,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import AnalystRow
from ansible_collections.m365.defender.plugins.plugin_utils._report.view_table import ViewTable
from ansible_collections.m365.defender.plugins.plugin_utils._report.views import SuggestedViews

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import Verdicts

FindingKind = t.Literal["access_lost", "not_met", "registration", "not_checked", "advice"]
FailWord = t.Literal["required", "recommended", "unknown", "registration"]
FAIL_WORDS: t.Final[tuple[FailWord, ...]] = t.get_args(FailWord)
# Beside the kinds there is `new`, which leaves out what the run before has had.
FAIL_ON: t.Final = (*FAIL_WORDS, "new")
# The kinds of findings, in the order in which a reader wants them, with their headings.
KINDS: t.Final[dict[FindingKind, str]] = {
    "access_lost": "Access lost",
    "not_met": "Not met",
    "registration": "Not in the view as declared",
    "not_checked": "Could not check",
    "advice": "Advice",
}
# What of a finding is plain text.
_TEXTS: t.Final = (
    *("id", "tenant_id", "tenant_name", "operator", "check", "reason", "object", "message", "remedy", "doc_url"),
)
_WAYS_IN: t.Final = ("consent", "access", "sign_in", "defender")


@dataclasses.dataclass(frozen=True, slots=True)
class RunInfo:
    """When the facts were read, where, and whose access was judged."""

    generated_at: str
    home_tenant_id: str
    operator: str
    cloud: str
    # Empty where nobody read it.
    home_tenant_name: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the head of the report."""
        return dataclasses.asdict(self)

    @classmethod
    def from_fields(cls, fields: Fields) -> RunInfo:
        """Return the head of a report, or what a module says of its run. Raises OptionError."""
        return cls(
            generated_at=fields.text("generated_at" if fields.has("generated_at") else "read_at"),
            home_tenant_id=fields.text("home_tenant_id"),
            operator=fields.text("operator"),
            cloud=fields.text("cloud"),
            home_tenant_name=fields.optional_text("home_tenant_name") or "",
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What somebody has to act on in a tenant. `id` stays the same from run to run.

    `first_seen` is when the first of the runs that have it in a row was made.
    """

    id: str
    tenant_id: str
    tenant_name: str
    operator: str
    check: str
    severity: Severity
    status: Status
    reason: str
    object: str
    message: str
    remedy: str
    doc_url: str
    state: FindingState = "new"
    first_seen: str = ""
    acceptance: Acceptance | None = None

    @property
    def kind(self) -> FindingKind:
        """The heading it belongs below. What is only recommended is advice, whatever its status."""
        if self.severity == "recommended":
            return "advice"
        if self.status == "unknown":
            return "not_checked"
        if self.check == "registration":
            return "registration"
        return "access_lost" if self.check in _WAYS_IN else "not_met"

    @property
    def fail_word(self) -> FailWord:
        """The word of `mto_fail_on` that picks it."""
        if self.check == "registration":
            return "registration"
        if self.severity == "recommended":
            return "recommended"
        return "unknown" if self.status == "unknown" else "required"

    def as_dict(self) -> JsonRow:
        """Return the fields, the kind, and who acts first."""
        return {**dataclasses.asdict(self), "kind": self.kind, "actor": first_step(self).as_dict()}

    @classmethod
    def from_fields(cls, fields: Fields) -> Finding:
        """Return a finding of a report, also one of an earlier version. Raises OptionError."""
        acceptance = fields.optional_row("acceptance")
        return cls(
            **{name: fields.text(name) for name in _TEXTS},
            severity=fields.choice(SEVERITIES, "severity"),
            status=fields.choice(STATUSES, "status"),
            state=fields.choice(FINDING_STATES, "state") if fields.has("state") else "new",
            first_seen=fields.optional_text("first_seen") or "",
            acceptance=None if acceptance is None else Acceptance.from_fields(acceptance),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class TenantExpiry:
    """Something that ends by itself, and in which tenant."""

    tenant_id: str
    tenant_name: str
    expiry: Expiry

    def as_dict(self) -> dict[str, object]:
        """Return the expiry with the tenant before it."""
        return {"tenant_id": self.tenant_id, "tenant_name": self.tenant_name, **self.expiry.as_dict()}

    @classmethod
    def from_fields(cls, fields: Fields) -> TenantExpiry:
        """Return a row of `expiries`. Raises OptionError."""
        return cls(fields.text("tenant_id"), fields.text("tenant_name"), Expiry.from_fields(fields))


@dataclasses.dataclass(frozen=True, slots=True)
class Summary:
    """How many tenants are how far. What was not looked at is None, never a number that looks good."""

    declared: int
    ready: int
    verified: int | None
    eligible: int | None
    registered: int | None
    undeclared: int | None
    findings: int

    def as_dict(self) -> dict[str, int | None]:
        """Return the numbers."""
        return dataclasses.asdict(self)

    @classmethod
    def from_fields(cls, fields: Fields) -> Summary:
        """Return the summary of a report. Raises OptionError."""
        return cls(
            declared=fields.number("declared"),
            ready=fields.number("ready"),
            verified=fields.optional_number("verified"),
            eligible=fields.optional_number("eligible"),
            registered=fields.optional_number("registered"),
            undeclared=fields.optional_number("undeclared"),
            findings=fields.number("findings"),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class TenantRow:
    """All that was judged about one declared tenant.

    `eligible` is None where access was not looked at, `trend` where the chain breaks as in the run before.
    """

    tenant_id: str
    name: str
    ready: bool
    eligible: bool | None
    first_broken: str | None
    reason: str | None
    requirements: Verdicts
    access: AccessRow | None = None
    registration: Registration | None = None
    trend: Trend | None = None

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Every verdict about the tenant, in the order of the chain."""
        return all_verdicts(self.requirements, self.access, self.registration)

    @property
    def verified(self) -> bool | None:
        """Whether access is verified, None where it was not looked at."""
        return None if self.access is None else self.access.verified

    @property
    def registered(self) -> bool | None:
        """Whether the tenant is in the view, None where that is not known."""
        return None if self.registration is None else self.registration.registered

    def as_dict(self) -> dict[str, object]:
        """Return the fields; what was not looked at is None."""
        return {
            "tenant_id": self.tenant_id,
            "name": self.name,
            "ready": self.ready,
            "eligible": self.eligible,
            "first_broken": self.first_broken,
            "reason": self.reason,
            "trend": self.trend,
            "requirements": verdicts_as_dict(self.requirements),
            "access": None if self.access is None else self.access.as_dict(),
            "registration": None if self.registration is None else self.registration.as_dict(),
        }

    def without_verdicts(self) -> dict[str, object]:
        """Return what a play decides by: the findings say the rest."""
        return {
            "tenant_id": self.tenant_id,
            "name": self.name,
            "ready": self.ready,
            "verified": self.verified,
            "eligible": self.eligible,
            "registered": self.registered,
            "first_broken": self.first_broken,
            "reason": self.reason,
            "trend": self.trend,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> TenantRow:
        """Return a tenant of a report. Raises OptionError."""
        access, registration = fields.optional_row("access"), fields.optional_row("registration")
        return cls(
            tenant_id=fields.text("tenant_id"),
            name=fields.text("name"),
            ready=fields.flag("ready"),
            eligible=fields.optional_flag("eligible"),
            first_broken=fields.optional_text("first_broken"),
            reason=fields.optional_text("reason"),
            requirements=verdicts_from_fields(fields),
            access=None if access is None else AccessRow.from_fields(access),
            registration=None if registration is None else Registration.from_fields(registration),
            trend=None if fields.value("trend") is None else fields.choice(TRENDS, "trend"),
        )


def all_verdicts(
    requirements: Verdicts, access: AccessRow | None, registration: Registration | None = None
) -> dict[str, Verdict]:
    """Return every verdict about a tenant, in the order of the chain."""
    view = {} if registration is None else {registration.verdict.check: registration.verdict}
    return CHAIN.ordered({**requirements, **(access.verdicts if access else {}), **view})


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """The report of a run. `checks` are the access checks that counted; None is what nobody looked at.

    `resolved` are findings of the run before that are gone, `unread` those that may still be there: something could not
    be read this time. `history` has the runs up to this one, the latest last.
    """

    run: RunInfo
    checks: tuple[str, ...] | None
    summary: Summary
    tenants: tuple[TenantRow, ...]
    undeclared: tuple[UndeclaredRow, ...] | None
    findings: tuple[Finding, ...]
    expiries: tuple[TenantExpiry, ...]
    # None where one person was judged, and where every tenant fits into one view.
    operators: tuple[AnalystRow, ...] | None = None
    suggested_views: SuggestedViews | None = None
    # None where the view was not read.
    view: ViewTable | None = None
    changes: Changes = dataclasses.field(default_factory=Changes)
    resolved: tuple[Finding, ...] = ()
    unread: tuple[Finding, ...] = ()
    history: tuple[HistoryEntry, ...] = ()

    @property
    def shown_checks(self) -> list[str]:
        """The checks that a table of the report needs, in the order of the chain: those made in any tenant."""
        return list(CHAIN.ordered({check: verdict for row in self.tenants for check, verdict in row.verdicts.items()}))

    def as_dict(self) -> dict[str, object]:
        """Return the report as JSON has it."""
        undeclared = self.undeclared
        return {
            **self._head(),
            "tenants": [row.as_dict() for row in self.tenants],
            "undeclared": None if undeclared is None else [row.as_dict() for row in undeclared],
            **self._lists(),
            "history": [entry.as_dict() for entry in self.history],
        }

    def without_verdicts(self) -> dict[str, object]:
        """Return what a play decides by. The verdicts, many times as much, are in report.json."""
        undeclared = self.undeclared
        return {
            **self._head(),
            "tenants": [row.without_verdicts() for row in self.tenants],
            "undeclared": None if undeclared is None else [row.without_verdict() for row in undeclared],
            **self._lists(),
        }

    def _head(self) -> dict[str, object]:
        return {
            **self.run.as_dict(),
            "checks": None if self.checks is None else list(self.checks),
            "summary": self.summary.as_dict(),
            "changes": self.changes.as_dict(),
        }

    def _lists(self) -> dict[str, object]:
        return {
            "findings": [finding.as_dict() for finding in self.findings],
            "resolved": [finding.as_dict() for finding in self.resolved],
            "unread": [finding.as_dict() for finding in self.unread],
            "expiries": [expiry.as_dict() for expiry in self.expiries],
            "operators": None if self.operators is None else [row.as_dict() for row in self.operators],
            "suggested_views": None if self.suggested_views is None else self.suggested_views.as_dict(),
            "view": None if self.view is None else self.view.as_dict(),
        }

    @classmethod
    def from_dict(cls, report: object) -> Report:
        """Return the report that `as_dict` made, also one of an earlier version. Raises OptionError."""
        fields = Fields(report, "report")
        undeclared, operators = fields.optional_rows("undeclared"), fields.optional_rows("operators")
        views, view = fields.optional_row("suggested_views"), fields.optional_row("view")
        changes = fields.optional_row("changes")
        return cls(
            run=RunInfo.from_fields(fields),
            checks=fields.optional_texts("checks"),
            summary=Summary.from_fields(fields.row("summary")),
            tenants=tuple(TenantRow.from_fields(row) for row in fields.rows("tenants")),
            undeclared=None if undeclared is None else tuple(UndeclaredRow.from_fields(row) for row in undeclared),
            findings=tuple(Finding.from_fields(row) for row in fields.rows("findings")),
            expiries=tuple(TenantExpiry.from_fields(row) for row in fields.optional_rows("expiries") or ()),
            operators=None if operators is None else tuple(AnalystRow.from_fields(row) for row in operators),
            suggested_views=None if views is None else SuggestedViews.from_fields(views),
            view=None if view is None else ViewTable.from_fields(view),
            changes=Changes() if changes is None else Changes.from_fields(changes),
            resolved=tuple(Finding.from_fields(row) for row in fields.optional_rows("resolved") or ()),
            unread=tuple(Finding.from_fields(row) for row in fields.optional_rows("unread") or ()),
            history=tuple(HistoryEntry.from_fields(row) for row in fields.optional_rows("history") or ()),
        )
