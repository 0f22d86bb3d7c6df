# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the project as plain data: no input, no output, no clock.

Everything that travels between the layers is one of these types.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json

Status = t.Literal["met", "unmet", "unknown", "not_applicable"]
Severity = t.Literal["required", "recommended"]
IdentityName = t.Literal["app", "operator"]
Service = t.Literal["graph", "arm"]
Provenance = t.Literal["doc", "csdl", "community", "tested", "guess"]
# What becomes a row of JSON.
JsonRow: t.TypeAlias = "dict[str, object]"
STATUSES: t.Final[tuple[Status, ...]] = t.get_args(Status)
SEVERITIES: t.Final[tuple[Severity, ...]] = t.get_args(Severity)
PROVENANCES: t.Final[tuple[Provenance, ...]] = t.get_args(Provenance)

# The reason of a check that was not chosen. It breaks nothing.
NOT_CHOSEN: t.Final = "check.not_chosen"

ACCESS_METHODS: t.Final = ("auto", "gdap", "b2b", "governance")


@dataclasses.dataclass(frozen=True, slots=True)
class GroupRoles:
    """A security group of the home tenant, by its object id, and the roles (template ids) that it is to get."""

    group: str
    roles: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class GdapTerms:
    """What the list says about GDAP with a tenant, for the remedies alone: no verdict depends on it.

    `roles` are template ids of a relationship to be requested, `duration` is ISO 8601 (P1D to P730D).
    """

    roles: tuple[str, ...] = ()
    duration: str = "P730D"
    auto_extend: bool = True
    assignments: tuple[GroupRoles, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Tenant:
    """One row of the declared list.

    `tenant_id` is a lower-case GUID, `roles` are Entra role template ids (any of them will do),
    `licenses` are lower-case service plan ids, service plan names or SKU part numbers. `gdap` is for the remedies.
    """

    tenant_id: str
    name: str
    access: str = "auto"
    roles: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    cloud: str | None = None
    # Two tenants that differ in it alone are judged alike.
    gdap: GdapTerms | None = dataclasses.field(default=None, compare=False)


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
    provenance: Provenance
    data: Json = None
    problem: Problem | None = None

    def as_dict(self) -> dict[str, Json]:
        """Return all fields; `problem` is the reason, and is left out where the read succeeded."""
        row = {field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name != "problem"}
        return row if self.problem is None else {**row, "problem": self.problem.reason}

    @classmethod
    def from_fields(cls, fields: Fields) -> Evidence:
        """Return the evidence that `as_dict` made a row of. Raises OptionError."""
        problem = fields.optional_text("problem")
        return cls(
            what=fields.text("what"),
            url=fields.text("url"),
            identity=fields.text("identity"),
            at=fields.text("at"),
            request_id=fields.text("request_id"),
            provenance=fields.choice(PROVENANCES, "provenance", "mark"),
            data=fields.value("data"),
            problem=Problem(problem) if problem else None,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Caveat:
    """An honest doubt beside a verdict; it does not change the verdict."""

    reason: str
    message: str
    remedy: str
    doc_url: str
    object: str = ""
    actionable: bool = False

    def as_dict(self) -> JsonRow:
        """Return all fields; `actionable` is true where somebody has to act."""
        return dataclasses.asdict(self)

    @classmethod
    def from_fields(cls, fields: Fields) -> Caveat:
        """Return the caveat that `as_dict` made a row of. Raises OptionError."""
        return cls(
            reason=fields.text("reason"),
            message=fields.text("message"),
            remedy=fields.text("remedy"),
            doc_url=fields.text("doc_url"),
            object=fields.optional_text("object") or "",
            actionable=fields.flag("actionable", "to_act_on"),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """Our judgement of evidence.

    `caused_by` names the link of the chain that has to be fixed first; `object` what it is about (a relationship's id,
    an account's, a SKU), so that two findings with the same reason can be distinguished. `unread` are the reasons of
    caveats that may be missing, because something they are made from could not be read.
    """

    check: str
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
    unread: tuple[str, ...] = ()

    @property
    def chosen(self) -> bool:
        """Tell whether the check was made. One that the user left out is neither a finding nor a failure."""
        return self.reason != NOT_CHOSEN

    @property
    def broken(self) -> bool:
        """Tell whether it is unmet or unknown, so that somebody has to act."""
        return self.status in ("unmet", "unknown") and self.chosen

    @property
    def breaks(self) -> bool:
        """Tell whether it breaks the chain: only a required verdict does, and unknown as much as unmet."""
        return self.severity == "required" and self.broken

    def as_dict(self) -> JsonRow:
        """Return the VERDICT of the fixed interface; `unread` is left out where it is empty."""
        left_out = ("check", "unread")
        row = {
            field.name: getattr(self, field.name) for field in dataclasses.fields(self) if field.name not in left_out
        }
        caveats, evidence = ([part.as_dict() for part in parts] for parts in (self.caveats, self.evidence))
        unread = {"unread": list(self.unread)} if self.unread else {}
        return {**row, "caveats": caveats, "evidence": evidence, **unread}

    @classmethod
    def from_fields(cls, check: str, fields: Fields) -> Verdict:
        """Return the verdict that `as_dict` made a row of. Raises OptionError."""
        return cls(
            check=check,
            status=fields.choice(STATUSES, "status"),
            severity=fields.choice(SEVERITIES, "severity"),
            reason=fields.text("reason"),
            message=fields.text("message"),
            remedy=fields.text("remedy"),
            doc_url=fields.text("doc_url"),
            caused_by=fields.optional_text("caused_by"),
            object=fields.optional_text("object") or "",
            caveats=tuple(Caveat.from_fields(row) for row in fields.rows("caveats")),
            evidence=tuple(Evidence.from_fields(row) for row in fields.rows("evidence")),
            unread=fields.optional_texts("unread") or (),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Expiry:
    """An end without anybody's action. `ends` is ISO 8601 in UTC, `days_left` whole days, `what` the kind of thing."""

    what: str
    object: str
    name: str
    ends: str
    days_left: int
    auto_extend: bool

    def as_dict(self) -> JsonRow:
        """Return all fields."""
        return dataclasses.asdict(self)

    @classmethod
    def from_fields(cls, fields: Fields) -> Expiry:
        """Return the expiry that `as_dict` made a row of. Raises OptionError."""
        return cls(
            what=fields.text("what"),
            object=fields.text("object"),
            name=fields.text("name"),
            ends=fields.text("ends"),
            days_left=fields.number("days_left"),
            auto_extend=fields.flag("auto_extend", "extends_itself"),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Read:
    """A request to Microsoft for one thing, with the permissions it needs (least first, any of them will do).

    `title` is its name in sentences. `path` is relative to the version and may hold `{name}` fields. `shape` turns
    Microsoft's body into the evidence's data, and raises OptionError where it is not as documented. `advanced` asks for
    the header of advanced queries. `missing_is_answer`: HTTP 404 means "there is none" and is evidence, not a failure.
    `first_page`: a probe, which needs no more than that. `service` answers it: `graph` or `arm`.
    `readers` are Entra roles of which a person needs one as well, by template id, least first. `absent_code`: a code
    of the service that means "there is none", and is evidence. `optional`: no verdict depends on it.
    Of the `versions` of Microsoft Graph the first is used, and the next one where that does not know the path.
    `about`: the fields of the answer, or of each row of a filtered list, of which one is what was asked for.
    `stored_as`: the name under which a tenant's evidence keeps it, where that is not `what`: the same thing can be read
    about two objects.
    """

    what: str
    title: str
    path: str
    app: tuple[str, ...]
    delegated: tuple[str, ...]
    shape: Callable[[Fields], Json]
    provenance: Provenance = "doc"
    advanced: bool = False
    missing_is_answer: bool = False
    first_page: bool = False
    stored_as: str = ""
    service: Service = "graph"
    readers: tuple[str, ...] = ()
    absent_code: str = ""
    optional: bool = False
    versions: tuple[str, ...] = ("v1.0",)
    about: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the key of its evidence in a tenant's evidence."""
        return self.stored_as or self.what

    def permissions(self, identity: str) -> tuple[str, ...]:
        """Return the permissions of which an identity needs one."""
        return self.app if identity == "app" else self.delegated


@dataclasses.dataclass(frozen=True, slots=True)
class SignInProbe:
    """A token requested to see whether it is issued. `key` is the name of its evidence."""

    key: str
    service: Service


@dataclasses.dataclass(frozen=True, slots=True)
class BoundRead:
    """A read with the values of its fields. `qualifier` distinguishes several reads of one kind in one tenant."""

    read: Read
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    qualifier: str = ""

    @property
    def key(self) -> str:
        """Return the key of its evidence in the tenant's evidence."""
        return evidence_key(self.read, self.qualifier)


def evidence_key(source: Read | SignInProbe, qualifier: str = "") -> str:
    """Return the key of an answer in a tenant's evidence."""
    return f"{source.key}/{qualifier}" if qualifier else source.key
