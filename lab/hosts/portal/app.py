# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's hosts: sign-in, the reads of its own pages, a settings page, and the lab's own write request.

Reads follow public captures [community]. How Microsoft's page writes is not public: the requests under /mtoapi/lab are
the lab's own invention, in several shapes, so that a recorded contract can be proven without code for any of them.
"""

from __future__ import annotations

import datetime as dt
import typing as t
import urllib.parse

from aiohttp import web

from lab.hosts import hosting
from lab.hosts.portal import bodies
from lab.hosts.portal.errors import PortalError
from lab.hosts.portal.page import settings_page
from lab.hosts.portal.sign_in import SESSION_COOKIE, XSRF_COOKIE, SignIn, xsrf_cookie
from lab.hosts.portal.writes import SHAPES
from lab.hosts.portal.writes.shape import Write

if t.TYPE_CHECKING:
    from lab.hosts.hosting import Service
    from lab.hosts.portal.state import PersonalView, PortalSession, PortalState
    from lab.hosts.portal.writes.shape import Handler as WriteHandler
    from lab.state.directory import Person
    from lab.worlds.portal import PortalFault

_PROXY: t.Final = "/apiproxy/mtoapi"


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
    app.router.add_get(f"{_PROXY}/assignments", api.answer(api.assignments))
    app.router.add_get(f"{_PROXY}/tenants/{{tenant_id}}/workloadStatus", api.answer(api.workloads))
    for method, path, handler in SHAPES[portal.settings.write_shape].requests:
        app.router.add_route(method, f"{_PROXY}{path}", api.answer(api.writer(handler), write=True))
    app.router.add_route("*", "/{tail:.*}", _not_found)
    return app


async def _settings(pages: SignIn, request: web.Request) -> web.Response:
    if pages.session(request) is None:
        return pages.to_login(request)
    return settings_page(SHAPES[pages.portal.settings.write_shape].script)


async def _not_found(_request: web.Request) -> web.Response:
    return web.json_response({"message": "Unknown api endpoint"}, status=404)


Handler = t.Callable[[web.Request], t.Awaitable[web.StreamResponse]]


class _Api:
    """The requests of the portal's own pages, with a person's cookies."""

    def __init__(self, lab: Service, portal: PortalState) -> None:
        self._lab = lab
        self._portal = portal
        self._known = {row.tenant_id: bodies.info(row.tenant_id, row.name, row.environment) for row in portal.offers}
        self._known[portal.home[0]] = bodies.info(*portal.home)

    def answer(self, work: t.Any, *, multitenant: bool = True, write: bool = False) -> Handler:
        """Return the handler of a path: it checks the session, answers or refuses, and renews the XSRF token."""

        async def handle(request: web.Request) -> web.StreamResponse:
            session = self._portal.sessions.get(request.cookies.get(SESSION_COOKIE, ""))
            try:
                self._check(request, session, multitenant=multitenant, write=write)
                request[hosting.RECORD] |= {"tenant": self._portal.home[0], "identity": "session"}
                response: web.StreamResponse = await work(request, session)
            except PortalError as error:
                response = web.json_response({"message": str(error)}, status=error.status, headers=error.headers)
            if session is not None and session.ends > _now() and not response.prepared:
                _renew(response, session)
            return response

        return handle

    def _check(self, request: web.Request, session: PortalSession | None, *, multitenant: bool, write: bool) -> None:
        if session is None:
            raise PortalError(401, "You are not signed in.")
        if session.ends <= _now():
            raise PortalError(440, "Your session has ended.")
        sent = request.headers.get("X-XSRF-TOKEN", "")
        cookie = urllib.parse.unquote(request.cookies.get(XSRF_COOKIE, ""))
        # A page sends several reads at once, but no write beside another request [guess].
        accepted = session.tokens[-1:] if write else session.tokens
        # The status for an invalid token is not on record [guess].
        if sent != cookie or sent not in accepted:
            raise PortalError(400, "The XSRF token is missing or not valid.")
        if multitenant and request.headers.get("mtoproxyurl") != "MTO":
            raise PortalError(400, "InvalidProxyPrefix")
        if multitenant and self._portal.settings.feature == "off":
            raise PortalError(400, "Multitenant management is not available for this user.")

    async def context(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer whose session it is."""
        broken = self._read_fault(request, "session")
        body = bodies.tenant_context(self._portal.home[0], session.person.upn)
        if "session_user_id" in self._portal.settings.fields:
            body["AuthInfo"]["UserId"] = session.person.object_id
        return broken or web.json_response(body)

    async def picker(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer which tenants can be added and which are in the view."""
        return self._read_fault(request, "picker") or web.json_response(self._picker(session.person))

    async def effective(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer with the person's own group."""
        return self._read_fault(request, "effective") or self._group_answer(session.person)

    async def groups(self, _request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer with the tenant groups: captures show an array or a single object [community]."""
        own = self._group(session.person)
        group = {**own, "entityType": "TenantGroup", "tenantGroupId": own["tenantGroupId"] or bodies.GROUP_ID}
        return web.json_response([group] if self._portal.settings.groups_as == "array" else group)

    async def assignments(self, _request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer with the distribution profiles."""
        added = self._portal.view_of(session.person).visible(_now())
        return web.json_response(bodies.assignments(self._portal.profiles, added))

    async def workloads(self, request: web.Request, session: PortalSession) -> web.StreamResponse:
        """Answer with the workloads of a tenant; the form of this answer is not on record [guess]."""
        tenant_id = request.match_info["tenant_id"].lower()
        row = next((row for row in self._portal.offers_to(session.person) if row.tenant_id == tenant_id), None)
        if row is None or not row.reachable:
            raise PortalError(403, "You have no access to this tenant.")
        return web.json_response({"tenantId": tenant_id, "mdeStatus": "Active", "mdoStatus": "Active"})

    def writer(self, handler: WriteHandler) -> t.Any:
        """Return the work of a write request: check it, then change the view, with the faults around it."""

        async def work(request: web.Request, session: PortalSession) -> web.StreamResponse:
            if self._portal.settings.group is not None:
                raise PortalError(409, "Another tenant group is selected.")
            return await self._change(request, session, handler)

        return work

    async def _change(self, request: web.Request, session: PortalSession, handler: WriteHandler) -> web.StreamResponse:
        """Change the view, with the faults before and after it takes effect."""
        view = self._portal.view_of(session.person)
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
        wanted = await handler(self._write(request, session.person))
        self._check_limit(wanted, view)
        if kind != "does_nothing":
            if SHAPES[self._portal.settings.write_shape].whole:
                # What a list does not name is not in the view any more, seen or not.
                view.hidden = 0
            view.write(wanted, _now(), fault.seconds if fault and kind == "slow" else 0.0)
        if kind == "error_after":
            raise PortalError(500, "An unexpected error occurred.")
        return _cut(request) if kind == "cut_after" else self._group_answer(session.person)

    def _check_limit(self, wanted: list[str], view: PersonalView) -> None:
        """Refuse more tenants than a view can hold; how the portal refuses them is not on record [guess]."""
        most = self._portal.settings.max_tenants
        whole = SHAPES[self._portal.settings.write_shape].whole
        if most is not None and len(view.added) < len(wanted) > most - (0 if whole else view.hidden):
            raise PortalError(400, f"A view can hold at most {most} tenants.")

    def _write(self, request: web.Request, person: Person) -> Write:
        shown = tuple(self._portal.shown_to(person))
        group, picker = self._group(person), self._picker(person)
        return Write(request, self._portal.view_of(person), person.object_id, group, picker, shown)

    def _read_fault(self, request: web.Request, on: str) -> web.StreamResponse | None:
        fault = self._portal.fault(on)
        _refuse(fault)
        if fault is not None and fault.kind == "html":
            return web.Response(text=hosting.HTML, content_type="text/html")
        return _cut(request) if fault is not None and fault.kind == "cut_before" else None

    def _picker(self, person: Person) -> dict[str, t.Any]:
        """Return the body of the tenant picker."""
        added = self._portal.view_of(person).visible(_now())
        return bodies.picker(self._portal.offers_to(person), added, self._portal.settings, self._portal.home)

    def _group(self, person: Person) -> dict[str, t.Any]:
        """Return the body of the person's own group, or of the shared one that is selected."""
        view, settings = self._portal.view_of(person), self._portal.settings
        since = creation_time(self._lab)
        group = bodies.effective(view, view.visible(_now()), self._known, self._portal.home[0], since, settings.group)
        return bodies.with_invented(group, settings.fields, view, person.object_id)

    def _group_answer(self, person: Person) -> web.Response:
        """Answer with the group. Where the world says so, its version is in a header."""
        headers = {"ETag": self._portal.view_of(person).etag} if "etag_header" in self._portal.settings.fields else {}
        return web.json_response(self._group(person), headers=headers)


def creation_time(lab: Service) -> str:
    """Return when the group was created."""
    return lab.state.started.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _refuse(fault: PortalFault | None) -> None:
    if fault is None:
        return
    if fault.kind == "error":
        raise PortalError(503, "The service is not available.")
    if fault.kind == "throttle":
        raise PortalError(429, "Too many requests.", {"Retry-After": str(int(fault.seconds) or 1)})


def _cut(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer."""
    request[hosting.RECORD]["status"] = 0
    if request.transport is not None:
        request.transport.abort()
    return web.StreamResponse()


def _renew(response: web.StreamResponse, session: PortalSession) -> None:
    response.headers.add("Set-Cookie", xsrf_cookie(session.rotate()))


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
