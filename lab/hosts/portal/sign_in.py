# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign-in to the portal: to the login host, back with a form, and two cookies [community].

The form of the login host has code, id_token, state and session_state; the portal answers it with the cookies `sccauth`
and `XSRF-TOKEN`.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import pathlib
import typing as t
import urllib.parse

from aiohttp import web

from lab.state.trust import PORTAL_APP

if t.TYPE_CHECKING:
    from lab.hosts.hosting import Service
    from lab.hosts.portal.state import PortalSession, PortalState
    from lab.state.directory import Person

SESSION_COOKIE: t.Final = "sccauth"
XSRF_COOKIE: t.Final = "XSRF-TOKEN"
STATE_COOKIE: t.Final = "OpenIdConnect.state"


class SignIn:
    """The sign-in pages of a host."""

    def __init__(self, lab: Service, host: str, portal: PortalState) -> None:
        self._lab = lab
        self._base = lab.endpoints[host]
        self.portal = portal

    def session(self, request: web.Request) -> PortalSession | None:
        """Return the session of this browser unless it has expired."""
        session = self.portal.sessions.get(request.cookies.get(SESSION_COOKIE, ""))
        return session if session is not None and session.ends > dt.datetime.now(dt.UTC) else None

    async def home(self, request: web.Request) -> web.Response:
        """Redirect to the settings page, the only page of the lab's portal."""
        session = self.session(request)
        if session is None:
            return self.to_login(request)
        response = web.Response(status=302, headers={"Location": f"{self._base}/mtosettings"})
        response.headers.add("Set-Cookie", xsrf_cookie(session.rotate()))
        return response

    def to_login(self, request: web.Request) -> web.Response:
        """Redirect to the login host, which leads back here. The browser keeps the state of its sign-in in a cookie."""
        state, nonce = self.portal.start_sign_in()
        query = {
            "client_id": PORTAL_APP,
            "response_type": "code id_token",
            "response_mode": "form_post",
            "redirect_uri": f"{self._base}/",
            "scope": "openid profile",
            "state": state,
            "nonce": nonce,
        }
        place = f"{self._lab.endpoints['login']}/common/oauth2/v2.0/authorize"
        response = web.Response(status=302, headers={"Location": f"{place}?{urllib.parse.urlencode(query)}"})
        response.headers.add("Set-Cookie", f"{STATE_COOKIE}={state}; Path=/; Secure; SameSite=None; HttpOnly")
        return response

    async def back(self, request: web.Request) -> web.Response:
        """Take the form of the login host: start a session and redirect to the settings page."""
        form = await request.post()
        code = self._lab.sign_ins.take_portal_code(str(form.get("code", "")), f"{self._base}/")
        state = str(form.get("state", ""))
        # A form that another browser was given, or another sign-in, starts no session here.
        ours = state == request.cookies.get(STATE_COOKIE) and bool(form.get("id_token"))
        if code is None or not self.portal.finish_sign_in(state, code.nonce) or not ours:
            text = f"<p>Sign-in failed. {html.escape(str(form.get('error_description', '')))}</p>"
            return web.Response(text=text, status=401, content_type="text/html")
        value, token = new_session(self.portal, code.person)
        response = web.Response(status=302, headers={"Location": f"{self._base}/mtosettings"})
        response.headers.add("Set-Cookie", f"{SESSION_COOKIE}={value}; Path=/; Secure; SameSite=None; HttpOnly")
        response.headers.add("Set-Cookie", xsrf_cookie(token))
        response.headers.add("Set-Cookie", f"{STATE_COOKIE}=; Path=/; Secure; SameSite=None; HttpOnly; Max-Age=0")
        return response


def xsrf_cookie(token: str) -> str:
    """Return a Set-Cookie header with a new XSRF token, which the page's own scripts read."""
    return f"{XSRF_COOKIE}={urllib.parse.quote(token, safe='')}; Path=/; Secure; SameSite=None"


def new_session(portal: PortalState, person: Person) -> tuple[str, str]:
    """Return the session cookie and the XSRF token of a new session, the latter not yet encoded."""
    value = portal.sign_in(person, dt.datetime.now(dt.UTC))
    return value, portal.sessions[value].rotate()


def write_storage_state(path: pathlib.Path, portal: PortalState, person: Person, host: str) -> str:
    """Write a new session to a file in Playwright's form, readable by its owner only. Return the path."""
    value, token = new_session(portal, person)
    ends = portal.sessions[value].ends.timestamp()
    common = {"domain": host, "path": "/", "expires": ends, "secure": True, "sameSite": "None"}
    cookies = [
        {"name": SESSION_COOKIE, "value": value, "httpOnly": True, **common},
        {"name": XSRF_COOKIE, "value": urllib.parse.quote(token, safe=""), "httpOnly": False, **common},
    ]
    # An existing file would keep its mode.
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({"cookies": cookies, "origins": []}), encoding="utf-8")
    return str(path)
