# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login host: discovery documents, keys and the token endpoint."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import typing as t
import urllib.parse
import uuid

from aiohttp import web

from lab.hosts import hosting
from lab.hosts.entra import acceptance, pages
from lab.hosts.entra.errors import EntraError, body
from lab.hosts.entra.grants import NotEmulatedError, TokenRequest, redeem
from lab.hosts.entra.interactive import DEVICE_LIFE

if t.TYPE_CHECKING:
    from lab.hosts.hosting import Service
    from lab.state.directory import Directory
    from lab.worlds.faults import Fault


def build(lab: Service) -> web.Application:
    """Return the application of the host."""
    app = hosting.application(lab, "login")
    host = _Login(lab)
    app.router.add_get("/common/discovery/instance", host.instance)
    app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", host.configuration)
    app.router.add_get("/{tenant}/.well-known/openid-configuration", host.configuration_v1)
    app.router.add_get("/{tenant}/discovery/v2.0/keys", host.keys)
    app.router.add_get("/{tenant}/discovery/keys", host.keys)
    app.router.add_route("*", "/{tenant}/oauth2/v2.0/token", host.token)
    app.router.add_get("/{tenant}/oauth2/v2.0/authorize", host.authorize)
    app.router.add_post("/{tenant}/oauth2/v2.0/authorize", host.authorize)
    app.router.add_post("/{tenant}/oauth2/v2.0/devicecode", host.device_code)
    app.router.add_get("/{tenant}/adminconsent", host.admin_consent)
    app.router.add_get("/{tenant}/v2.0/adminconsent", host.admin_consent)
    app.router.add_get("/device", host.device)
    app.router.add_post("/device", host.device)
    acceptance.routes(app, lab)
    return app


class _Login:
    def __init__(self, lab: Service) -> None:
        self._lab = lab
        self._base = lab.endpoints["login"]

    async def instance(self, request: web.Request) -> web.Response:
        """Answer MSAL's question which hosts belong together: the lab is a cloud of its own."""
        host = urllib.parse.urlsplit(self._base).netloc
        names = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
        document = {
            "tenant_discovery_endpoint": f"{self._base}/common/v2.0/.well-known/openid-configuration",
            "api-version": request.query.get("api-version", "1.1"),
            "metadata": [names],
        }
        return web.json_response(document)

    async def configuration(self, request: web.Request) -> web.StreamResponse:
        """Answer with the OpenID configuration, version 2.0."""
        return await self._answer(request, lambda: self._configuration(request, f"{self._base}/{{tenant}}/v2.0"))

    async def configuration_v1(self, request: web.Request) -> web.StreamResponse:
        """Answer with the OpenID configuration, version 1.0, which has another issuer."""
        return await self._answer(request, lambda: self._configuration(request, "https://sts.windows.net/{tenant}/"))

    def _configuration(self, request: web.Request, issuer: str) -> dict[str, t.Any]:
        name = request.match_info["tenant"].lower()
        tenant = "{tenantid}" if name in pages.SHARED else self._directory(request).tenant_id
        place = f"{self._base}/{name if name in pages.SHARED else tenant}"
        return {
            "token_endpoint": f"{place}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "jwks_uri": f"{place}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer.format(tenant=tenant),
            "authorization_endpoint": f"{place}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{place}/oauth2/v2.0/devicecode",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
            "cloud_graph_host_name": "graph.windows.net",
            "msgraph_host": "graph.microsoft.com",
            "rbac_url": "https://pas.windows.net",
        }

    async def keys(self, _request: web.Request) -> web.Response:
        """Answer with the public keys, the same for every tenant."""
        return web.json_response(self._lab.keys.jwks())

    async def authorize(self, request: web.Request) -> web.Response:
        """Serve the authorization endpoint for a browser."""
        return await pages.authorize(self._lab, request)

    async def admin_consent(self, _request: web.Request) -> web.Response:
        """Refuse admin consent with 501."""
        return _not_emulated("The lab does not emulate admin consent; a world says what was consented to.")

    async def device(self, request: web.Request) -> web.Response:
        """Serve the page on which a person enters a device code."""
        return await pages.device(self._lab, request)

    async def device_code(self, request: web.Request) -> web.StreamResponse:
        """Start a sign-in by device code."""
        form = await _form(request)
        return await self._answer(request, lambda: self._new_device(request, form))

    def _new_device(self, request: web.Request, form: dict[str, str]) -> dict[str, t.Any]:
        shared = request.match_info["tenant"].lower() in pages.SHARED
        directory = self._lab.state.home if shared else self._directory(request)
        if form.get("client_id", "").lower() != self._lab.credentials.client_id:
            raise EntraError(700016, client_id=form.get("client_id", ""), tenant=directory.name)
        ends = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=DEVICE_LIFE)
        interval = self._lab.state.device_code_interval
        value, device = self._lab.sign_ins.new_device(directory.tenant_id, form.get("scope", ""), interval, ends)
        address = f"{self._base}/device"
        return {
            "user_code": device.user_code,
            "device_code": value,
            "verification_uri": address,
            "expires_in": DEVICE_LIFE,
            "interval": interval,
            "message": f"To sign in, use a web browser to open the page {address} and enter the code"
            f" {device.user_code} to authenticate.",
        }

    async def token(self, request: web.Request) -> web.StreamResponse:
        """Serve the token endpoint."""
        form = await _form(request)
        as_app = form.get("grant_type") == "client_credentials"
        request[hosting.RECORD]["identity"] = "app" if as_app else "operator"
        return await self._answer(request, lambda: self._redeem(request, form))

    def _redeem(self, request: web.Request, form: dict[str, str]) -> dict[str, t.Any]:
        if request.method != "POST":
            raise EntraError(900561, method=request.method)
        shared = request.match_info["tenant"].lower() in pages.SHARED
        if shared and form.get("grant_type") == "client_credentials":
            raise EntraError(50059)
        lab = self._lab
        directory = lab.state.home if shared else self._directory(request)
        now = dt.datetime.now(dt.UTC)
        return redeem(
            TokenRequest(form, directory, lab.state, lab.credentials, lab.keys, self._base, now, lab.sign_ins)
        )

    def _directory(self, request: web.Request) -> Directory:
        name = request.match_info["tenant"]
        directory = self._lab.state.find_directory(name)
        if directory is None:
            raise EntraError(90002, tenant=name)
        return directory

    async def _answer(self, request: web.Request, make: t.Callable[[], dict[str, t.Any]]) -> web.StreamResponse:
        """Answer with the result of `make` as JSON, with Entra's body of a refusal, or as a fault demands."""
        fault = self._fault(request)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds or 0)
        response = self._json(request, make, fault)
        if fault is not None and fault.kind in ("reset", "truncate", "html"):
            return await hosting.break_wire(request, fault, response.body if isinstance(response.body, bytes) else b"")
        return response

    def _json(self, request: web.Request, make: t.Callable[[], dict[str, t.Any]], fault: Fault | None) -> web.Response:
        sent_id = request.headers.get("client-request-id")
        headers = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache", "x-ms-request-id": str(uuid.uuid4())}
        if sent_id:
            headers["client-request-id"] = sent_id
        try:
            _raise_fault(fault)
            return _respond(make(), 200, headers)
        except EntraError as error:
            if fault is not None and fault.retry_after is not None:
                headers["Retry-After"] = fault.retry_after
            elif error.status in (429, 503) and fault is None:
                headers["Retry-After"] = "0.05"
            status = fault.status if fault is not None and fault.kind == "error" else error.status
            return _respond(body(error, self._base, sent_id or str(uuid.uuid4())), status, headers)
        except NotEmulatedError as error:
            return _not_emulated(str(error))

    def _fault(self, request: web.Request) -> Fault | None:
        directory = self._lab.state.find_directory(request.match_info["tenant"])
        if directory is None or directory.faults is None:
            return None
        request[hosting.RECORD]["tenant"] = directory.tenant_id
        path = request.path.removeprefix(f"/{request.match_info['tenant']}")
        return directory.faults.next("login", path, in_batch=False)


def _raise_fault(fault: Fault | None) -> None:
    if fault is not None and fault.kind == "throttle":
        raise EntraError(90055)
    if fault is not None and fault.kind == "error":
        raise EntraError(90033)


async def _form(request: web.Request) -> dict[str, str]:
    """Return the parameters of a form. A body of another content type has none."""
    if request.content_type != "application/x-www-form-urlencoded":
        return {}
    return dict(urllib.parse.parse_qsl(await request.text(), keep_blank_values=True))


def _respond(document: dict[str, t.Any], status: int, headers: dict[str, str]) -> web.Response:
    body_bytes = json.dumps(document).encode()
    return web.Response(body=body_bytes, status=status, headers=headers, content_type="application/json")


def _not_emulated(sentence: str) -> web.Response:
    return web.json_response({"error": "not_implemented", "error_description": sentence}, status=501)
