# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the sentences of the catalogue may name. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

if t.TYPE_CHECKING:
    from collections.abc import Mapping


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SentenceContext:
    """Values for the placeholders of a sentence. What is empty is not known; the catalogue says so in its place.

    `who` and `identity` are who asked, `what` was asked for, `where` is the tenant or the service that was asked, and
    `resource` what a token is for.
    """

    tenant: str = ""
    tenant_id: str = ""
    home: str = ""
    home_tenant_id: str = ""
    operator: str = ""
    app: str = ""
    consent_url: str = ""
    defender_portal: str = ""
    portal: str = ""
    settings_url: str = ""
    max_tenants: str = ""
    who: str = ""
    identity: str = ""
    where: str = ""
    what: str = ""
    resource: str = ""

    def details(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return what is known by its placeholder; `more` comes first."""
        values = {name: value for name in _NAMES if (value := getattr(self, name))}
        return {**values, **(more or {})}

    def complete(self, problem: Problem) -> Problem:
        """Return the problem with everything that its sentence may name; its own details come first."""
        return Problem(problem.reason, self.details(problem.details))


_NAMES: t.Final = tuple(field.name for field in dataclasses.fields(SentenceContext))
