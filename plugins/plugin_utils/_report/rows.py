# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules return about each tenant: requirements, access, registration. The door of the report."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import checks_of
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields, named_rows, rows_of
from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry, Verdict
from ansible_collections.m365.defender.plugins.plugin_utils._report.masked import require_unmasked
from ansible_collections.m365.defender.plugins.plugin_utils._report.proof import with_proof

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Verdicts: t.TypeAlias = "Mapping[str, Verdict]"


def access_checks() -> tuple[str, ...]:
    """Return the names of the access checks, in the order of the chain."""
    return tuple(check.name for check in checks_of("access"))


def read_verdict(check: str, fields: Fields) -> Verdict:
    """Return a verdict as a report has it. Raises OptionError."""
    return with_proof(Verdict.from_fields(check, fields))


def verdicts_as_dict(verdicts: Verdicts) -> dict[str, object]:
    """Return the verdicts as JSON has them."""
    return {check: verdict.as_dict() for check, verdict in verdicts.items()}


def verdicts_from_fields(fields: Fields) -> dict[str, Verdict]:
    """Return the requirements of a row. Raises OptionError."""
    return {check: read_verdict(check, row) for check, row in fields.by_name("requirements").items()}


@dataclasses.dataclass(frozen=True, slots=True)
class RequirementRow:
    """A row of `mto_requirements`. `ready` is what the module says."""

    tenant_id: str
    name: str
    ready: bool
    verdicts: Verdicts
    expiries: tuple[Expiry, ...] = ()

    @classmethod
    def from_fields(cls, fields: Fields) -> RequirementRow:
        """Return a row of the module. Raises OptionError."""
        return cls(
            tenant_id=fields.text("tenant_id"),
            name=fields.text("name"),
            ready=fields.flag("ready"),
            verdicts=verdicts_from_fields(fields),
            expiries=tuple(Expiry.from_fields(row) for row in fields.optional_rows("expiries") or ()),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class AccessRow:
    """A row of `mto_tenant_access`. `checks` are those that counted."""

    tenant_id: str
    name: str
    status: str
    method: str | None
    checks: tuple[str, ...]
    verdicts: Verdicts
    first_broken: str | None = None
    reason: str | None = None

    @property
    def verified(self) -> bool:
        """True where the module says that every check that counted is met."""
        return self.status == "verified"

    def as_dict(self) -> dict[str, object]:
        """Return the row of the module again."""
        return {
            "tenant_id": self.tenant_id,
            "name": self.name,
            "status": self.status,
            "method": self.method,
            "checks": list(self.checks),
            **verdicts_as_dict(self.verdicts),
            "first_broken": self.first_broken,
            "reason": self.reason,
        }

    @classmethod
    def from_fields(cls, fields: Fields) -> AccessRow:
        """Return a row of the module, with every access check of the registry that it has. Raises OptionError."""
        names = access_checks()
        rows = {name: fields.optional_row(name) for name in names}
        checks = fields.optional_texts("checks")
        return cls(
            tenant_id=fields.text("tenant_id"),
            name=fields.text("name"),
            status=fields.text("status"),
            method=fields.optional_text("method"),
            checks=names if checks is None else checks,
            verdicts={name: read_verdict(name, row) for name, row in rows.items() if row is not None},
            first_broken=fields.optional_text("first_broken"),
            reason=fields.optional_text("reason"),
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Registration:
    """Whether a tenant is in the multitenant view, None where nobody can tell, with the verdict about it."""

    registered: bool | None
    verdict: Verdict

    def as_dict(self) -> dict[str, object]:
        """Return the verdict with `registered` before it."""
        return {"registered": self.registered, **self.verdict.as_dict()}

    @classmethod
    def from_fields(cls, fields: Fields) -> Registration:
        """Return what `as_dict` made a row of. Raises OptionError."""
        return cls(fields.optional_flag("registered"), read_verdict("registration", fields))


@dataclasses.dataclass(frozen=True, slots=True)
class UndeclaredRow:
    """A tenant that is in the view and in no list."""

    tenant_id: str
    name: str
    verdict: Verdict

    def as_dict(self) -> dict[str, object]:
        """Return the row of `mto_tenant` again."""
        return {"tenant_id": self.tenant_id, "name": self.name, "registration": self.verdict.as_dict()}

    def without_verdict(self) -> dict[str, str]:
        """Return which tenant it is."""
        return {"tenant_id": self.tenant_id, "name": self.name}

    @classmethod
    def from_fields(cls, fields: Fields) -> UndeclaredRow:
        """Return a row of `undeclared`. Raises OptionError."""
        verdict = read_verdict("registration", fields.row("registration"))
        return cls(fields.text("tenant_id"), fields.text("name"), verdict)


@dataclasses.dataclass(frozen=True, slots=True)
class ModuleRows:
    """What the three modules returned. `access` and `registrations` are by lower-case tenant id, None if not read."""

    requirements: tuple[RequirementRow, ...]
    access: Mapping[str, AccessRow] | None = None
    registrations: Mapping[str, Registration] | None = None
    undeclared: tuple[UndeclaredRow, ...] | None = None

    @classmethod
    def from_results(cls, requirements: object, access: object = None, registration: object = None) -> ModuleRows:
        """Return the rows of `mto_requirements`, of `mto_tenant_access`, and of `mto_tenant`. Raises OptionError."""
        results = {"mto_requirements": requirements, "mto_tenant_access": access, "mto_tenant": registration}
        for option, result in results.items():
            require_unmasked(option, result)
        needs = named_rows(requirements, "mto_requirements").values()
        view = None if registration is None else Fields(registration, "mto_tenant")
        registrations = None if view is None else _registrations(view.rows("tenants"))
        undeclared = None if view is None else tuple(UndeclaredRow.from_fields(f) for f in view.rows("undeclared"))
        accesses = () if access is None else rows_of(access, "mto_tenant_access.tenants")
        was_read = any(row.registered is not None for row in (registrations or {}).values())
        return cls(
            requirements=tuple(RequirementRow.from_fields(fields) for fields in needs),
            access=None
            if access is None
            else {row.tenant_id.lower(): row for row in map(AccessRow.from_fields, accesses)},
            registrations=registrations,
            # An empty list would say that a view that was not read holds nobody else.
            undeclared=undeclared if was_read else None,
        )


def _registrations(rows: Iterable[Fields]) -> dict[str, Registration]:
    """Return whether each tenant of `mto_tenant` is in the view. There the verdict is a field of its own."""
    return {
        row.text("tenant_id").lower(): Registration(
            row.optional_flag("registered"), read_verdict("registration", row.row("registration"))
        )
        for row in rows
    }
