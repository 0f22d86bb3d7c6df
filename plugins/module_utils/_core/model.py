# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the project as plain data: no input, no output, no clock.

Everything that travels between the floors of the architecture is one of these types.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Status = t.Literal["met", "unmet", "unknown", "not_applicable"]
Severity = t.Literal["required", "recommended"]
IdentityName = t.Literal["app", "operator"]
Service = t.Literal["graph", "arm"]
Mark = t.Literal["doc", "csdl", "community", "tested", "guess"]

# The order in which a broken link hides the ones behind it. `listed` belongs to `access`.
CHAIN: t.Final = ("consent", "access", "sign_in", "license", "permissions", "defender", "registration")

# A check that is no link of its own stands under the name of its link.
_LINK_OF_CHECK: t.Final = {"listed": "access"}

ACCESS_METHODS: t.Final = ("auto", "gdap", "b2b", "governance")


@dataclasses.dataclass(frozen=True, slots=True)
class Tenant:
    """One row of the declared list.

    `tenant_id` is a lower-case GUID, `roles` are Entra role template ids (any of them will do),
    `licenses` are lower-case service plan ids, service plan names or SKU part numbers.
    """

    tenant_id: str
    name: str
    access: str = "auto"
    roles: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    cloud: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Why something could not be read: a reason of the catalogue and what its sentence needs."""

    reason: str
    details: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Evidence:
    """What Microsoft answered to one read, or why it did not.

    `data` is None exactly when `problem` says why; `at` is an ISO 8601 time in UTC.
    """

    what: str
    url: str
    identity: str
    at: str
    request_id: str
    mark: Mark
    data: t.Any = None
    problem: Problem | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """Shape: what, url, identity, at, request_id, mark, data, and problem (a reason) where the read failed."""
        row: dict[str, t.Any] = {
            "what": self.what,
            "url": self.url,
            "identity": self.identity,
            "at": self.at,
            "request_id": self.request_id,
            "mark": self.mark,
            "data": self.data,
        }
        if self.problem is not None:
            row["problem"] = self.problem.reason
        return row


@dataclasses.dataclass(frozen=True, slots=True)
class Caveat:
    """An honest doubt beside a verdict; it does not change the verdict."""

    reason: str
    message: str
    remedy: str
    doc_url: str
    object: str = ""
    to_act_on: bool = False

    def as_dict(self) -> dict[str, t.Any]:
        """Shape: reason, message, remedy, doc_url, object, and to_act_on: does somebody have to do something?"""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Our judgement of evidence.

    `caused_by` names the link of the chain that has to be mended first; `object` what it is about (a relationship's id,
    an account's, a SKU), so that a finding can be told from another one with the same reason.
    """

    link: str
    status: Status
    severity: Severity
    reason: str
    message: str
    remedy: str
    doc_url: str
    caused_by: str | None = None
    object: str = ""
    caveats: tuple[Caveat, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def breaks(self) -> bool:
        """Does this verdict break the chain? Only required ones do, and unknown does as much as unmet."""
        return self.severity == "required" and self.status in ("unmet", "unknown")

    def as_dict(self) -> dict[str, t.Any]:
        """The VERDICT of the fixed interface."""
        return {
            "status": self.status,
            "severity": self.severity,
            "reason": self.reason,
            "message": self.message,
            "remedy": self.remedy,
            "doc_url": self.doc_url,
            "caused_by": self.caused_by,
            "object": self.object,
            "caveats": [caveat.as_dict() for caveat in self.caveats],
            "evidence": [piece.as_dict() for piece in self.evidence],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Expiry:
    """Something that ends by itself. `ends` is ISO 8601 in UTC, `days_left` whole days, `what` the kind of thing."""

    what: str
    object: str
    name: str
    ends: str
    days_left: int
    extends_itself: bool

    def as_dict(self) -> dict[str, t.Any]:
        """Shape: what, object, name, ends, days_left, extends_itself."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class TenantReport:
    """All verdicts about one tenant, in the order in which they were judged, and what ends, the soonest first."""

    tenant: Tenant
    verdicts: Mapping[str, Verdict]
    expiries: tuple[Expiry, ...] = ()

    @property
    def ready(self) -> bool:
        """True only when every required verdict is met: unknown is never ok."""
        required = [v for v in self.verdicts.values() if v.severity == "required"]
        return bool(required) and all(v.status in ("met", "not_applicable") for v in required)

    @property
    def root(self) -> tuple[str, Verdict] | None:
        """The first broken link of the chain and the verdict that tells about it, or None."""
        roots = [(self._root_link(v), v) for v in self.verdicts.values() if v.breaks]
        return min(roots, key=_chain_position) if roots else None

    @property
    def first_broken(self) -> str | None:
        """The name of the first broken link, or None."""
        return self.root[0] if self.root else None

    def _root_link(self, verdict: Verdict) -> str:
        """Follow `caused_by` to the link nobody else explains."""
        link, seen = chain_link(verdict.link), {verdict.link}
        while verdict.caused_by is not None and verdict.caused_by not in seen:
            cause = self.verdicts.get(verdict.caused_by)
            if cause is None:
                return verdict.caused_by
            if not cause.breaks:
                break
            link, verdict = verdict.caused_by, cause
            seen.add(link)
        return link

    def as_dict(self) -> dict[str, t.Any]:
        """One value of `mto_requirements`: the fixed interface, plus `reason`, the reason of `first_broken`."""
        root = self.root
        return {
            "tenant_id": self.tenant.tenant_id,
            "name": self.tenant.name,
            "ready": self.ready,
            "first_broken": self.first_broken,
            "reason": root[1].reason if root else None,
            "requirements": {link: verdict.as_dict() for link, verdict in self.verdicts.items()},
            "expiries": [expiry.as_dict() for expiry in self.expiries],
        }


def chain_link(check: str) -> str:
    """The link of the chain that a check belongs to."""
    return _LINK_OF_CHECK.get(check, check)


def _chain_position(item: tuple[str, Verdict]) -> tuple[int, bool]:
    """Earlier links first; within a link the verdict that speaks for itself before one that is caused by another."""
    link, verdict = item
    return CHAIN.index(link), not verdict.reason.startswith(link + ".")


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """One thing to ask Microsoft for, with the permissions it needs (least first, any of them will do).

    `title` is what a person calls it. `path` is relative to the version and may hold `{name}` fields. `shape` turns
    Microsoft's body into the evidence's data, None where the body is not of the documented form. `advanced` asks for
    the header of advanced queries. `missing_is_answer`: HTTP 404 means "there is none" and is evidence, not a failure.
    `first_page`: a probe, which needs no more than that. `service` is where it is asked: `graph` or `arm`.
    `readers` are Entra roles of which a person needs one as well, by template id, least first. `absent_code`: a code
    of the service that means "there is none", and is evidence. `optional`: it decides no verdict, it only tells more.
    Of the `versions` of Microsoft Graph the first one is asked, and the next one where that does not know the path.
    """

    what: str
    title: str
    path: str
    app: tuple[str, ...]
    delegated: tuple[str, ...]
    shape: Callable[[t.Any], t.Any]
    mark: Mark = "doc"
    advanced: bool = False
    missing_is_answer: bool = False
    first_page: bool = False
    service: Service = "graph"
    readers: tuple[str, ...] = ()
    absent_code: str = ""
    optional: bool = False
    versions: tuple[str, ...] = ("v1.0",)

    def permissions(self, identity: str) -> tuple[str, ...]:
        """What an identity needs one of."""
        return self.app if identity == "app" else self.delegated
