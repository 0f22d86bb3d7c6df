# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's answers as recorded [community], a portal that gives them, and views for tests of the room `_view`."""

from __future__ import annotations

import base64
import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import (
    CONTEXT,
    EFFECTIVE,
    GROUPS,
    PICKER,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import (
    PRIVATE_GROUP,
    ExposedTenant,
    MultitenantView,
    OfferedTenant,
)

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection

A, B, HOME = (f"{number}0000000-0000-4000-8000-00000000000a" for number in (1, 2, 9))
ANNA = "anna@northwind.example"
ADDED = "2026-05-03T10:11:12.1234567Z"
TAKEN = "2026-11-24T10:00:00Z"
SOURCES = {"B2B": "Success", "GDAP": "Success", "TGov": "Success"}
PARTIAL_SOURCES = {**SOURCES, "GDAP": "Timeout"}
# As recorded of a tenant that nobody has added yet.
FRESH_ROW = {"name": "A", "tenantId": A, "selected": False, "lostAccess": False, "tenantAadEnvironment": 1}
PICKER_BODY = {
    "tenantInfoList": [{**FRESH_ROW, "selected": True, "addedOn": ADDED}, {**FRESH_ROW, "tenantId": B}],
    "responseTypes": SOURCES,
}
EFFECTIVE_BODY = {
    "entityType": "EffectiveGroup",
    "name": "My private group",
    "type": 0,
    "allTenantsCount": 1,
    "exposedTargetTenantsInfo": [{"name": "A", "tenantId": A.upper(), "tenantAadEnvironment": 1, "addedOn": ADDED}],
    "_etag": "planted-etag",
    "userId": "planted-user",
}
CONTEXT_BODY = {"AuthInfo": {"TenantId": HOME, "UserName": ANNA}}


def wrapped(body: object) -> dict[str, object]:
    """The body in the portal's fan-out wrapper."""
    return {"result": body, "metadata": {"responses": {}}, "isMtoResponse": True}


def response(body: object, status: int = 200) -> Response:
    """An answer of the portal."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response("GET", "https://mto.example/x", status, {}, content)


class FakePortal:
    """A portal that gives these answers by path, and remembers what is written to it."""

    def __init__(self, **answers: t.Any) -> None:
        self.answers = {
            CONTEXT: answers.get("session", CONTEXT_BODY),
            PICKER: answers.get("picker", PICKER_BODY),
            EFFECTIVE: answers.get("effective", EFFECTIVE_BODY),
            GROUPS: answers.get("groups", [EFFECTIVE_BODY]),
        }
        self.asked: list[str] = []

    def read(self, path: str) -> Response:
        self.asked.append(path)
        answer = self.answers[path]
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Response) else response(answer)


def har_entry(
    path: str, body: object, status: object = 200, at: str = "2026-11-24T11:00:00.1234567Z", encoding: str | None = None
) -> dict[str, t.Any]:
    """An entry of a HAR, with a cookie that must go nowhere."""
    text = body if isinstance(body, str) else json.dumps(body)
    content = {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"} if encoding else {"text": text}
    cookies = [{"name": "sccauth", "value": "planted-cookie"}]
    request = {"method": "GET", "url": f"https://mto.security.microsoft.com/apiproxy{path}", "cookies": cookies}
    return {"startedDateTime": at, "request": request, "response": {"status": status, "content": content}}


HAR_ENTRIES = [
    har_entry("/mtp/sccManagement/mgmt/TenantContext?realTime=true", CONTEXT_BODY),
    har_entry("/mtoapi/tenants/TenantPicker", PICKER_BODY, at="2026-11-24T10:30:00+00:00"),
    har_entry("/mtoapi/tenantGroups/effective/", EFFECTIVE_BODY, encoding="base64"),
    har_entry("/mtoapi/tenantGroups", [EFFECTIVE_BODY]),
    har_entry("/other", "<html>"),
]


def make_view(
    registered: t.Iterable[str] = (),
    offered: t.Iterable[str] = (),
    *,
    sources: t.Mapping[str, str] | None = None,
    lost: t.Iterable[str] = (),
    only_picker: t.Iterable[str] = (),
    only_group: t.Iterable[str] = (),
    unseen: t.Iterable[str] = (),
    hidden: int = 0,
) -> MultitenantView:
    """A view in which both answers agree, but for the tenants named last.

    `hidden`: tenants in the group that are not shown; `only_picker`: added by the picker alone; `only_group`: by the
    group alone; `unseen`: without a row in the picker.
    """
    rows = {
        **{each: OfferedTenant(each, each, lost_access=each in lost) for each in (*offered, *only_group)},
        **{each: OfferedTenant(each, each, True, each in lost, 1, ADDED) for each in (*registered, *only_picker)},
    }
    group = {each: ExposedTenant(each, each, 1, ADDED) for each in (*registered, *only_group, *unseen)}
    answered = dict(SOURCES if sources is None else sources)
    return MultitenantView(TAKEN, ANNA, HOME, rows, group, answered, group=PRIVATE_GROUP, hidden=hidden)


def make_connection(**params: t.Any) -> Connection:
    """The connection of an operator in the home tenant, without any identity."""
    given = {"home_tenant_id": HOME, "operator": ANNA, **params}
    return resolve_connection(given, {}, identity_needed=False, app_needed=False)
