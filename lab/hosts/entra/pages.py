# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages of the login host for a person, and the redirect back to the program."""

from __future__ import annotations

import datetime as dt
import html
import typing as t
import urllib.parse

from aiohttp import web

from lab.hosts.entra.errors import EntraError
from lab.hosts.entra.interactive import Code, check_redirect, code_life
from lab.state.trust import PORTAL_APP

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.hosts.hosting import Service
    from lab.state.directory import Directory, Person

# Names for "any tenant" in an address.
SHARED: t.Final = ("common", "organizations")


def people_of(lab: Service) -> dict[str, Person]:
    """Return the people that can be picked, by the value of their button."""
    return {"operator": lab.state.operator, "colleague": lab.state.colleague}


def page(title: str, body: str, status: int = 200) -> web.Response:
    """Return a small page."""
    text = (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
        f"<body><h1>{html.escape(title)}</h1>{body}</body></html>"
    )
    return web.Response(text=text, status=status, content_type="text/html")


def buttons(lab: Service, hidden: Mapping[str, str]) -> str:
    """Return the form in which a person picks an account or cancels."""
    fields = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in hidden.items()
    )
    picks = "".join(
        f'<p><button name="account" value="{key}">{html.escape(person.upn)}</button></p>'
        for key, person in people_of(lab).items()
    )
    return f'<form method="post">{fields}{picks}<p><button name="account" value="">Cancel</button></p></form>'


async def authorize(lab: Service, request: web.Request) -> web.Response:
    """Show the accounts on GET; on POST redirect back to the program with a code or a refusal."""
    form = {key: str(value) for key, value in (await request.post()).items()}
    query = {**request.query, **form}
    try:
        directory = _directory(lab, request)
        _check_client(lab, directory, query)
    except EntraError as error:
        return page("Sorry, but we're having trouble signing you in.", f"<p>{html.escape(str(error))}</p>", 400)
    refusal = _bad_request(query)
    if refusal is not None:
        return _redirect_back(query, refusal)
    if request.method != "POST":
        return page("Pick an account", buttons(lab, query))
    person = people_of(lab).get(query.get("account", ""))
    if person is None:
        text = "AADSTS65004: User declined to consent to access the app."
        return _redirect_back(query, {"error": "access_denied", "error_description": text})
    code = {"code": _new_code(lab, directory, person, query)}
    return _redirect_back(query, code | ({"id_token": "lab"} if query["response_type"] == "code id_token" else {}))


def _check_client(lab: Service, directory: Directory, query: Mapping[str, str]) -> None:
    """Accept our own app with a loopback address, and the portal's app with an address of the portal."""
    client_id, target = query.get("client_id", "").lower(), query.get("redirect_uri", "")
    if client_id == PORTAL_APP and target in {f"{lab.endpoints[host]}/" for host in ("portal", "mto")}:
        return
    if client_id != lab.credentials.client_id:
        raise EntraError(700016, client_id=query.get("client_id", ""), tenant=directory.name)
    check_redirect(target)


def _new_code(lab: Service, directory: Directory, person: Person, query: Mapping[str, str]) -> str:
    ends = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=code_life())
    return lab.sign_ins.new_code(
        Code(
            person=person,
            tenant_id=directory.tenant_id,
            redirect_uri=query["redirect_uri"],
            challenge=query.get("code_challenge", ""),
            scope=query.get("scope", ""),
            nonce=query.get("nonce", ""),
            ends=ends,
        )
    )


def _directory(lab: Service, request: web.Request) -> Directory:
    name = request.match_info["tenant"].lower()
    directory = lab.state.home if name in SHARED else lab.state.find_directory(name)
    if directory is None:
        raise EntraError(90002, tenant=name)
    return directory


def _bad_request(query: Mapping[str, str]) -> dict[str, str] | None:
    """Return the refusal that is reported to the program rather than to the person."""
    wanted = "code id_token" if query.get("client_id", "").lower() == PORTAL_APP else "code"
    if query.get("response_type") != wanted:
        return {"error": "unsupported_response_type", "error_description": "The lab emulates response_type code only."}
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        return {"error": "invalid_request", "error_description": "Only code_challenge_method S256 is supported."}
    if query.get("response_mode", "query") not in ("query", "fragment", "form_post"):
        return {"error": "invalid_request", "error_description": "The response_mode is not supported."}
    return None


def _redirect_back(query: Mapping[str, str], answer: Mapping[str, str]) -> web.Response:
    """Redirect to the redirect URI in the requested response mode."""
    fields = {**answer, **({"state": query["state"]} if "state" in query else {}), "session_state": "lab"}
    target, mode = query["redirect_uri"], query.get("response_mode", "query")
    if mode == "form_post":
        inputs = "".join(
            f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in fields.items()
        )
        form = f'<form method="post" action="{html.escape(target)}">{inputs}<button>Continue</button></form>'
        return page("Working", form)
    mark = "#" if mode == "fragment" else "?"
    return web.Response(status=302, headers={"Location": f"{target}{mark}{urllib.parse.urlencode(fields)}"})


async def device(lab: Service, request: web.Request) -> web.Response:
    """Serve the page where a person enters the code that a program shows, and picks an account."""
    form = {key: str(value) for key, value in (await request.post()).items()}
    if request.method != "POST":
        field = '<p><label>Code <input name="user_code"></label></p>'
        return page("Enter code", buttons(lab, {}).replace('<form method="post">', f'<form method="post">{field}'))
    pending = lab.sign_ins.device_of(form.get("user_code", ""), dt.datetime.now(dt.UTC))
    if pending is None:
        return page("Enter code", "<p>That code didn't work. Check the code and try again.</p>", 400)
    pending.person = people_of(lab).get(form.get("account", ""))
    pending.declined = pending.person is None
    if pending.declined:
        return page("Cancelled", "<p>You have not signed in. You may now close this window.</p>")
    return page("Done", "<p>You have signed in to Multitenant operations. You may now close this window.</p>")
