# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's hosts: sign-in, the reads of its own pages, a settings page, and the lab's own write request.

Reads follow public captures [community]. How Microsoft's page writes is not public: the requests under /mtoapi/lab are
the lab's own invention, in two shapes, so that a recorded contract can be proven without code for either.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import typing as t
import urllib.parse

from aiohttp import web

from lab.hosts import hosting
from lab.hosts.portal import bodies
from lab.hosts.portal.page import settings_page
from lab.hosts.portal.sign_in import SESSION_COOKIE, XSRF_COOKIE, SignIn, xsrf_cookie

if t.TYPE_CHECKING:
    from lab.hosts.hosting import Service
    from lab.hosts.portal.state import PersonalView, PortalSession, PortalState
    from lab.worlds.faults import PortalFault

_PROXY: t.Final = "/apiproxy/mtoapi"


class PortalError(Exception):
    """A refusal."""

    def __init__(self, status: int, message: str, headers: t.Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


def build(lab: Service, host: str, portal: PortalState) -> web.Application:
    """Return the application of a host. Both hosts share sessions and views."""
    app = hosting.application(lab, host)
    pages = SignIn(lab, host, portal)
    api = _Api(lab, portal)
    app.router.add_get("/", pages.home)
    app.router.add_post("/", pages.back)
    app.router.add_get("/mtosettings", lambda request: _settings(pages, request))
    app.router.add_get("/apiproxy/mtp/sccManagement/mgmt/TenantContext", api.answer(api.context, multitenant=False))
    app.router.add_get(f"{_PROXY}/tenants/TenantPicker", api.answer(api.picker))
    app.router.add_get(f"{_PROXY}/tenantGroups/effective/", api.answer(api.effective))
    app.router.add_get(f"{_PROXY}/tenantGroups/effective", api.answer(api.effective))
    app.router.add_get(f"{_PROXY}/tenantGroups", api.answer(api.groups))
    app.router.add_get(f"{_PROXY}/tenants/{{tenant_id}}/workloadStatus", api.answer(api.workloads))
    if portal.settings.write_shape == "replace":
        app.router.add_put(f"{_PROXY}/lab/view", api.answer(api.replace))
    else:
        app.router.add_post(f"{_PROXY}/lab/view/{{tenant_id}}", api.answer(api.add))
        app.router.add_delete(f"{_PROXY}/lab/view/{{tenant_id}}", api.answer(api.remove))
    app.router.add_route("*", "/{tail:.*}", _not_found)
    return app


async def _settings(pages: SignIn, request: web.Request) -> web.Response:
    if pages.session(request) is None:
        return pages.to_login(request)
    return settings_page(pages.portal.settings.write_shape)


async def _not_found(_request: web.Request) -> web.Response:
    return web.json_response({"message": "Unknown api endpoint"}, status=404)


Handler = t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]


class _Api:
    """The requests of the portal's own pages, with a person's cookies."""

    def __init__(self, lab: Service, portal: PortalState) -> None:
        self._lab = lab
        self._portal = portal
        self._names = {row.tenant_id: row.name for row in portal.offers} | dict([portal.home])

    def answer(self, work: t.Any, *, multitenant: bool = True) -> Handler:
        """Return the handler of a path: it checks the session, answers, and renews the XSRF token."""

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                session = self._session(request, multitenant=multitenant)
                request[hosting.RECORD] |= {"tenant": self._portal.home[0], "identity": "session"}
                response: web.StreamResponse = await work(request, session)
            except PortalError as error:
                body = {"message": str(error)}
                return web.json_response(body, status=error.status, headers=error.headers)
            if not response.prepared:
                _renew(response, session)
            return response

        return handle

    def _session(self, request: web.Request, *, multitenant: bool) -> PortalSession:
        session = self._portal.sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        if session is None:
            raise PortalError(401, "You are not signed in.")
        if session.ends <= _now():
            raise PortalError(440, "Your session has ended.")
        sent = request.headers.get("X-XSRF-TOKEN", "")
        cookie = urllib.parse.unquote(request.cookies.get(XSRF_COOKIE, ""))
        # The status for an invalid token is not on record [guess].
        if not sent or sent not in session.tokens or cookie not in session.tokens:
            raise PortalError(400, "The XSRF token is missing or not valid.")
        if multitenant and request.headers.get("mtoproxyurl") != "MTO":
            raise PortalError(400, "InvalidProxyPrefix")
        if multitenant and self._portal.settings.feature == "off":
            raise PortalError(400, "Multitenant management is not available for this user.")
        return session

    async def context(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer whose session it is."""
        broken = self._read_fault(request, "session")
        return broken or web.json_response(bodies.tenant_context(self._portal.home[0], session.person.upn))

    async def picker(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer which tenants can be added and which are in the view."""
        broken = self._read_fault(request, "picker")
        added = self._portal.view_of(session.person).visible(_now())
        offers = self._portal.offers_to(session.person)
        return broken or web.json_response(bodies.picker(offers, added, self._portal.settings, self._portal.home))

    async def effective(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer with the person's own group."""
        broken = self._read_fault(request, "effective")
        return broken or web.json_response(self._group(self._portal.view_of(session.person)))

    async def groups(self, _request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer with the tenant groups: captures show an array or a single object [community]."""
        group = {**self._group(self._portal.view_of(session.person)), "entityType": "TenantGroup"}
        return web.json_response([group] if self._portal.settings.groups_as == "array" else group)

    async def workloads(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer with the workloads of a tenant; the form of this answer is not on record [guess]."""
        tenant_id = request.match_info["tenant_id"].lower()
        row = next((row for row in self._portal.offers_to(session.person) if row.tenant_id == tenant_id), None)
        if row is None or not row.reachable:
            raise PortalError(403, "You have no access to this tenant.")
        return web.json_response({"tenantId": tenant_id, "mdeStatus": "Active", "mdoStatus": "Active"})

    async def replace(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Write the full list, if the client has read its newest version: the first shape."""
        view = self._portal.view_of(session.person)
        body = await _json(request)
        rows = body.get("tenants") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise PortalError(400, "The body has to hold the list `tenants`.")
        wanted = [self._known(row.get("tenantId") if isinstance(row, dict) else None, view, session) for row in rows]
        if "If-Match" not in request.headers:
            raise PortalError(428, "If-Match is missing.")

        def change() -> None:
            if request.headers["If-Match"] != view.etag:
                raise PortalError(412, "The tenant group was changed in the meantime.")
            self._write(view, wanted)

        return await self._change(request, session, view, change)

    async def add(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Add a tenant: the second shape."""
        view = self._portal.view_of(session.person)
        tenant_id = self._known(request.match_info["tenant_id"], view, session)
        body = await _json(request)
        if not isinstance(body, dict) or str(body.get("tenantId", "")).lower() != tenant_id:
            raise PortalError(400, "The body has to name the same tenant as the path.")
        return await self._change(request, session, view, lambda: self._write(view, [*view.added, tenant_id]))

    async def remove(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Remove a tenant: the second shape."""
        view = self._portal.view_of(session.person)
        tenant_id = request.match_info["tenant_id"].lower()
        if tenant_id not in view.added:
            raise PortalError(404, "The tenant is not in the view.")
        return await self._change(
            request, session, view, lambda: self._write(view, [row for row in view.added if row != tenant_id])
        )

    def _known(self, sent: object, view: PersonalView, session: PortalSession) -> str:
        tenant_id = str(sent or "").lower()
        offered = {row.tenant_id for row in self._portal.offers_to(session.person) if row.offered}
        if tenant_id not in offered and tenant_id not in view.added:
            raise PortalError(400, "The tenant is not one that you can add.")
        return tenant_id

    def _write(self, view: PersonalView, wanted: t.Iterable[str], delay: float = 0.0) -> None:
        view.write(dict.fromkeys(wanted), _now(), self._delay or delay)

    _delay = 0.0

    async def _change(
        self, request: web.Request, session: PortalSession, view: PersonalView, change: t.Callable[[], None]
    ) -> web.StreamResponse:
        """Change the view, with the faults before and after it takes effect."""
        fault = self._portal.fault("write")
        kind = fault.kind if fault else ""
        _refuse(fault)
        if kind == "session_ends":
            session.ends = _now()
            raise PortalError(440, "Your session has ended.")
        if kind == "changed_meanwhile":
            view.write([*view.added, *(row.tenant_id for row in self._portal.settings.extra)], _now())
        if kind == "cut_before":
            return _cut(request)
        if kind != "does_nothing":
            self._delay = fault.seconds if fault and kind == "slow" else 0.0
            change()
        if kind == "error_after":
            raise PortalError(500, "An unexpected error occurred.")
        return _cut(request) if kind == "cut_after" else web.json_response(self._group(view))

    def _read_fault(self, request: web.Request, on: str) -> web.StreamResponse | None:
        fault = self._portal.fault(on)
        _refuse(fault)
        if fault is not None and fault.kind == "html":
            return web.Response(text=hosting.HTML, content_type="text/html")
        return _cut(request) if fault is not None and fault.kind == "cut_before" else None

    def _group(self, view: PersonalView) -> dict[str, t.Any]:
        since = creation_time(self._lab)
        return bodies.effective(view, view.visible(_now()), self._names, self._portal.home[0], since)


def creation_time(lab: Service) -> str:
    """Return when the group was created."""
    return lab.state.started.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _refuse(fault: PortalFault | None) -> None:
    if fault is None:
        return
    if fault.kind == "error":
        raise PortalError(503, "The service is not available.")
    if fault.kind == "throttle":
        raise PortalError(429, "Too many requests.", {"Retry-After": str(math.ceil(fault.seconds or 1))})


def _cut(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    request[hosting.RECORD]["status"] = 0
    if request.transport is not None:
        request.transport.abort()
    return web.StreamResponse()


def _renew(response: web.StreamResponse, session: PortalSession) -> None:
    response.headers.add("Set-Cookie", xsrf_cookie(session.rotate()))


async def _json(request: web.Request) -> t.Any:
    try:
        return await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise PortalError(400, "The body is not JSON.") from None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
