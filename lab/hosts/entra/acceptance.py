# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of people in other tenants: a customer approves a GDAP relationship, a guest redeems an invitation.

Microsoft has them in the admin center and at sign-in; the lab has both on its login host, and asks for no password.
"""

from __future__ import annotations

import datetime as dt
import html
import typing as t
import urllib.parse

from lab.hosts.entra.pages import page, people_of
from lab.state.gdap_changes import approve, has_lapsed
from lab.state.people import redeem

if t.TYPE_CHECKING:
    from aiohttp import web

    from lab.hosts.hosting import Service
    from lab.state.directory import Entity

# The address in the partner's link has this path as a fragment [doc].
APPROVAL: t.Final = "/AdminPortal/Home/partners/invitation/granularAdminRelationships/{id}"


def routes(app: web.Application, lab: Service) -> None:
    """Add the pages to the login host."""
    pages = _Pages(lab)
    for path, handler in (("/redeem", pages.redeem), (APPROVAL, pages.approve)):
        app.router.add_get(path, handler)
        app.router.add_post(path, handler)


class _Pages:
    def __init__(self, lab: Service) -> None:
        self._lab = lab

    async def approve(self, request: web.Request) -> web.Response:
        """Show a relationship that waits for approval; a POST approves it."""
        wanted = request.match_info["id"].lower()
        rows = self._lab.state.relationships
        found = next((row for row in rows if row.entity["id"] == wanted), None)
        now = dt.datetime.now(dt.UTC)
        if found is None or found.entity["status"] != "approvalPending" or has_lapsed(found, now):
            return page("Approve partner roles", "<p>There is no request to approve.</p>", 404)
        if request.method == "POST":
            approve(found, now)
            return page("Approve partner roles", "<p>You have approved the request.</p>")
        name = html.escape(found.entity["displayName"])
        return page("Approve partner roles", f'<p>{name}</p><form method="post"><button>Approve</button></form>')

    async def redeem(self, request: web.Request) -> web.Response:
        """Show an invitation; a POST by the person whom it is for accepts it."""
        found = self._invited(request.query.get("rd", ""))
        if found is None:
            return page("Review permissions", "<p>This invitation is not valid.</p>", 400)
        if request.method != "POST":
            field = '<label>Account <input name="account"></label>'
            return page("Review permissions", f'<form method="post">{field}<button>Accept</button></form>')
        account = str((await request.post()).get("account", ""))
        if not self._is_account_of(account, found):
            return page("Review permissions", "<p>This invitation is for another account.</p>", 403)
        redeem(found, dt.datetime.now(dt.UTC))
        self._lab.state.changes += 1
        return page("Review permissions", "<p>You have accepted the invitation.</p>")

    def _invited(self, address: str) -> Entity | None:
        """Return the user of the link's ticket."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        directory = self._lab.state.directories.get(query.get("tenant", ""))
        if directory is None:
            return None
        return directory.users.get(directory.tickets.get(query.get("ticket", ""), ""))

    def _is_account_of(self, account: str, user: Entity) -> bool:
        """Return whether an account of the home tenant, by its word or by its name, has the invited address."""
        person = people_of(self._lab).get(account)
        home = self._lab.state.home
        own = home.users.get(person.object_id) if person else home.find_user(account)
        if own is None:
            return False
        return str(user["mail"]).lower() in (own["mail"].lower(), own["userPrincipalName"].lower())
