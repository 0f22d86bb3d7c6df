# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The input of a judge: one tenant, the evidence about it, and the time. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Problem, evidence_key
from ansible_collections.m365.defender.plugins.module_utils._core.sentence import SentenceContext

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.catalogue import Catalogue
    from ansible_collections.m365.defender.plugins.module_utils._core.model import (
        Caveat,
        Read,
        SignInProbe,
        Tenant,
        Verdict,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One tenant to be judged. `home` and `operator` are words for sentences; `app` is the client id of the app.

    `expiry_warning_days`: what ends sooner is something to act on.
    """

    tenant: Tenant
    evidence: Mapping[str, Evidence]
    now: dt.datetime
    home: str
    operator: str
    app: str
    consent_url: str
    catalogue: Catalogue
    expiry_warning_days: int = 30
    defender_portal: str = "https://security.microsoft.com"
    # What a judge made of it, by the judge's name: several checks build on how the tenant is reached.
    judged: dict[str, object] = dataclasses.field(init=False, default_factory=dict, compare=False, repr=False)

    @property
    def words(self) -> SentenceContext:
        """What every sentence may name."""
        return SentenceContext(
            tenant=self.tenant.name,
            tenant_id=self.tenant.tenant_id,
            home=self.home,
            operator=self.operator,
            app=self.app,
            consent_url=self.consent_url,
            defender_portal=self.defender_portal,
        )

    def get(self, source: Read | SignInProbe, qualifier: str = "") -> Evidence | None:
        """Return the evidence of a read, if it was made."""
        return self.evidence.get(evidence_key(source, qualifier))

    def every(self, *reads: Read) -> tuple[Evidence, ...]:
        """Return all evidence of these reads, whatever each was about, in the order in which it was read."""
        keys = {read.key for read in reads}
        return tuple(evidence for key, evidence in self.evidence.items() if key.partition("/")[0] in keys)

    def with_evidence(self, evidence: Mapping[str, Evidence]) -> Case:
        """Return the case with more evidence."""
        return dataclasses.replace(self, evidence={**self.evidence, **evidence})

    def verdict(
        self,
        check: str,
        reason: str,
        details: Mapping[str, str] | None = None,
        *,
        evidence: Sequence[Evidence | None] = (),
        caveats: Sequence[Caveat] = (),
        caused_by: str | None = None,
    ) -> Verdict:
        """Return a verdict about this tenant, in words."""
        return self.catalogue.verdict(
            check,
            reason,
            self.words.details(details),
            evidence=[answer for answer in evidence if answer is not None],
            caveats=caveats,
            caused_by=caused_by,
        )

    def caveat(self, reason: str, details: Mapping[str, str] | None = None) -> Caveat:
        """Return a caveat about this tenant, in words."""
        return self.catalogue.caveat(reason, self.words.details(details))

    def unread(self, check: str, evidence: Evidence | None, *others: Evidence | None) -> Verdict:
        """Return the verdict where evidence is missing: unknown, with the evidence's problem as the reason."""
        problem = unread_problem(evidence, check, self.tenant.name)
        return self.verdict(check, problem.reason, problem.details, evidence=(evidence, *others))


# Why a read can fail without anybody saying no.
_MAY_COME: t.Final = frozenset(
    {"read.failed", "read.foreign_answer", "read.unreachable", "read.throttled", "read.deadline", "read.partial"}
)


def may_come(evidence: Evidence | None) -> bool:
    """Tell whether another run may read what this one could not. The service's own refusal is final."""
    problem = evidence.problem if evidence is not None else None
    refused = problem is not None and problem.reason == "read.failed" and problem.details.get("status", "")[:1] == "4"
    return problem is not None and problem.reason in _MAY_COME and not refused


def unread_problem(evidence: Evidence | None, what: str, where: str) -> Problem:
    """Return the problem of evidence that is not readable, or one of our own where nobody asked for it."""
    problem = evidence.problem if evidence is not None else None
    return problem or Problem("read.failed", {"what": what, "where": where, "said": "it was not read"})


def readable(evidence: Evidence | None) -> t.TypeGuard[Evidence]:
    """Tell whether there is data to judge."""
    return evidence is not None and evidence.problem is None and evidence.data is not None
