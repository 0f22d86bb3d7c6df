# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Azure Resource Manager host: the tenants that a person belongs to.

Body and paging follow the specification of Microsoft.Resources 2022-12-01 [doc]; error texts were seen in the service's
answers [guess].
"""

from __future__ import annotations

import asyncio
import base64
import json
import typing as t
import uuid

from aiohttp import web

from lab.hosts import hosting
from lab.hosts.entra.tokens import ARM, Caller, InvalidTokenError

if t.TYPE_CHECKING:
    from lab.hosts.hosting import Service
    from lab.state.directory import Directory
    from lab.worlds.faults import Fault

_VERSIONS: t.Final = ("2016-06-01", "2019-05-01", "2019-11-01", "2020-01-01", "2021-01-01", "2022-09-01", "2022-12-01")


class ArmError(Exception):
    """A refusal in the words of the service."""

    def __init__(self, status: int, code: str, message: str, headers: t.Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


def build(lab: Service) -> web.Application:
    """Return the application of the host."""
    app = hosting.application(lab, "arm")
    host = _Arm(lab)
    app.router.add_get("/tenants", host.tenants)
    app.router.add_route("*", "/{tail:.*}", host.other)
    return app


class _Arm:
    def __init__(self, lab: Service) -> None:
        self._lab = lab

    async def tenants(self, request: web.Request) -> web.StreamResponse:
        """GET /tenants"""
        fault: Fault | None = None
        try:
            caller, directory = self._caller(request)
            request[hosting.RECORD] |= {"tenant": directory.tenant_id, "identity": caller.identity}
            fault = directory.faults.next("arm", request.path, in_batch=False) if directory.faults else None
            await _apply_fault(fault)
            response = _respond(self._page(request, caller), 200, {})
        except ArmError as error:
            response = _respond({"error": {"code": error.code, "message": str(error)}}, error.status, error.headers)
        if fault is not None and fault.kind in ("reset", "truncate", "html"):
            return await hosting.break_wire(request, fault, response.body if isinstance(response.body, bytes) else b"")
        return response

    async def other(self, request: web.Request) -> web.Response:
        """Answer every other operation with 501."""
        message = f"The lab does not emulate {request.method} {request.path} of Azure Resource Manager."
        return _respond({"error": {"code": "NotImplemented", "message": message}}, 501, {})

    def _caller(self, request: web.Request) -> tuple[Caller, Directory]:
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        login = self._lab.endpoints["login"]
        challenge = {"WWW-Authenticate": f'Bearer authorization_uri="{login}/common", error="invalid_token"'}
        if kind.lower() != "bearer" or not token.strip():
            message = "Authentication failed. The 'Authorization' header is missing."
            raise ArmError(401, "AuthenticationFailed", message, challenge)
        try:
            caller = self._lab.keys.check(token.strip(), ARM)
        except InvalidTokenError as error:
            raise ArmError(401, "InvalidAuthenticationToken", str(error), challenge) from None
        if caller.delegated and "user_impersonation" not in caller.permissions:
            raise ArmError(403, "AuthorizationFailed", "The access token lacks the scope user_impersonation.")
        return caller, self._lab.state.directories[caller.tenant_id]

    def _page(self, request: web.Request, caller: Caller) -> dict[str, t.Any]:
        _check_version(request.query.get("api-version"))
        rows = self._rows(caller)
        start = _start(request.query.get("$skiptoken"))
        end = start + self._lab.state.arm_page_size
        body: dict[str, t.Any] = {"value": rows[start:end]}
        if end < len(rows):
            token = base64.urlsafe_b64encode(str(end).encode()).decode()
            base = self._lab.endpoints["arm"]
            body["nextLink"] = f"{base}/tenants?api-version={request.query['api-version']}&$skiptoken={token}"
        return body

    def _rows(self, caller: Caller) -> list[dict[str, t.Any]]:
        """Return the home tenant and the tenants in which the person has an accepted account.

        GDAP customers are not listed [guess]. An app belongs to its own tenant only [guess].
        """
        state = self._lab.state
        if not caller.delegated:
            return [_row(state.directories[caller.tenant_id])]
        if caller.object_id == state.colleague.object_id:
            return [_row(state.home)]
        joined = [row for row in state.directories.values() if row is state.home or _member(row)]
        return [_row(directory) for directory in joined if directory.arm_listed]


def _member(directory: Directory) -> bool:
    users = [directory.users[user_id] for user_id in directory.operator_ids]
    return any(user["accountEnabled"] and user["externalUserState"] != "PendingAcceptance" for user in users)


def _row(directory: Directory) -> dict[str, t.Any]:
    """Return the row of a tenant. It can lack the name if the person has never signed in there [guess]."""
    row: dict[str, t.Any] = {
        "id": f"/tenants/{directory.tenant_id}",
        "tenantId": directory.tenant_id,
        "countryCode": directory.organization["countryLetterCode"],
        "tenantCategory": "Home",
        "tenantType": "AAD",
    }
    if directory.arm_named:
        names = {"displayName": directory.name, "defaultDomain": directory.domain}
        row |= {**names, "domains": [directory.domain, directory.initial_domain]}
    return row


def _check_version(version: str | None) -> None:
    if not version:
        message = "The api-version query parameter (?api-version=) is required for all requests."
        raise ArmError(400, "MissingApiVersionParameter", message)
    if version not in _VERSIONS:
        known = ",".join(_VERSIONS)
        message = f"The api-version '{version}' is invalid. The supported versions are '{known}'."
        raise ArmError(400, "InvalidApiVersionParameter", message)


def _start(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return max(0, int(base64.urlsafe_b64decode(token.encode())))
    except ValueError:
        raise ArmError(400, "InvalidSkipToken", "The skip token is not valid.") from None


async def _apply_fault(fault: Fault | None) -> None:
    """Apply a fault above the connection: wait, or raise ArmError."""
    if fault is None:
        return
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds or 0)
    if fault.kind == "throttle":
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        raise ArmError(429, "TooManyRequests", "The request is being throttled.", headers)
    if fault.kind == "error":
        headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
        raise ArmError(fault.status, "ServerError", "The service could not answer.", headers)
    if fault.kind == "expired_token":
        raise ArmError(
            401, "ExpiredAuthenticationToken", "The access token expiry UTC time is earlier than current time."
        )


def _respond(document: dict[str, t.Any], status: int, headers: t.Mapping[str, str]) -> web.Response:
    ids = {"x-ms-request-id": str(uuid.uuid4()), "Cache-Control": "no-cache"}
    body = json.dumps(document).encode()
    return web.Response(body=body, status=status, headers={**ids, **headers}, content_type="application/json")
