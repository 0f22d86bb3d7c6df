# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A customer, what a remedy is to do there, and a writer that answers from a table."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import GdapTerms, GroupRoles, Tenant
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
from ansible_collections.m365.defender.plugins.module_utils._remedies.case import (
    Finding,
    HomeNames,
    Judged,
    RemedyCase,
    Settings,
)

HOME = "10000000-0000-4000-8000-000000000001"
CUSTOMER = "20000000-0000-4000-8000-000000000001"
OTHER = "20000000-0000-4000-8000-000000000002"
GROUP = "30000000-0000-4000-8000-000000000001"
READER, OPERATOR, GLOBAL_ADMINISTRATOR = (
    "5d6b6bb7-de71-4623-b4af-96380a352509",
    "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f",
    "62e90394-69f5-4237-9190-012177145e10",
)
GDAP = "/tenantRelationships/delegatedAdminRelationships"
NOW = dt.datetime(2026, 11, 28, 8, tzinfo=dt.UTC)
ETAG = 'W/"1"'
TERMS = GdapTerms((READER,), "P730D", True, (GroupRoles(GROUP, (READER,)),))
# Names that would break a text that is built from them.
HOSTILE = ("{mto_}{tenant} {0} {{ x }}", "<b>[/red]%s %(x)s", "\u202ergaldeb\u202c", "x" * 5000, "a\nb", "😀" * 60)


def not_found() -> Answer:
    """What the service says of something that is not there."""
    return Answer(404, "", code="Request_ResourceNotFound", error="HTTP 404: not there", request_id="r")


class Writer:
    """Answers by path; what is not in the table was not read."""

    client_id = "40000000-0000-4000-8000-000000000001"

    def __init__(self, answers: dict[str, t.Any], permissions: tuple[str, ...] = ()) -> None:
        self.answers, self.permissions = answers, permissions
        self.asked: list[tuple[str, str]] = []
        self.secrets: list[str] = []

    def get(self, tenant_id: str, path: str) -> Answer:
        """Answer, and note who was asked."""
        self.asked.append((tenant_id, path))
        found = self.answers.get(path.partition("?")[0])
        if isinstance(found, Answer):
            return found
        return Answer(503, path, error="HTTP 503") if found is None else Answer(200, path, body=found, request_id="r")

    def list(self, tenant_id: str, path: str) -> Answer:
        """As `get`, for rows."""
        found = self.answers.get(path.partition("?")[0])
        self.answers[path.partition("?")[0]] = {"value": found} if isinstance(found, list) else found
        return self.get(tenant_id, path)

    def may(self, _tenant_id: str, permissions: t.Sequence[str]) -> bool:
        """Tell what was consented to."""
        return not set(permissions).isdisjoint(self.permissions)

    def keep_secret(self, value: str) -> None:
        """Note a secret."""
        self.secrets.append(value)


def relationship(**fields: t.Any) -> dict[str, t.Any]:
    """A relationship as Microsoft sends it."""
    roles = fields.pop("roles", (READER,))
    return {
        "@odata.etag": ETAG,
        "id": "r1",
        "displayName": "SOC",
        "status": "active",
        "customer": {"tenantId": CUSTOMER, "displayName": "Contoso"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in roles]},
        "createdDateTime": "2026-01-01T00:00:00Z",
        "endDateTime": "2026-12-05T00:00:00Z",
        "autoExtendDuration": "PT0S",
        **fields,
    }


def assignment(**fields: t.Any) -> dict[str, t.Any]:
    """An access assignment as Microsoft sends it."""
    roles = fields.pop("roles", (READER,))
    return {
        "@odata.etag": ETAG,
        "id": "a1",
        "status": "active",
        "accessContainer": {"accessContainerId": fields.pop("group", GROUP), "accessContainerType": "securityGroup"},
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in roles]},
        "createdDateTime": "2026-11-01T00:00:00Z",
        **fields,
    }


def case_of(
    answers: dict[str, t.Any] | None = None, *, reason: str = "", thing: str = "r1", **more: t.Any
) -> RemedyCase:
    """A customer with a finding, and a service that answers from a table."""
    names = {field.name for field in dataclasses.fields(Settings)}
    settings = Settings(**{name: more.pop(name) for name in list(more) if name in names})
    return RemedyCase(
        tenant=Tenant(CUSTOMER, more.pop("name", "Contoso"), gdap=more.pop("gdap", TERMS)),
        finding=Finding(reason, "It is not as it should be.", "Do it by hand.", thing),
        home=HomeNames(HOME, "Northwind", more.pop("operator", "anna@northwind.example")),
        writer=t.cast("t.Any", Writer(answers or {}, more.pop("permissions", ()))),
        settings=settings,
        now=NOW,
        judge_again=more.pop("judge_again", Judged),
    )
