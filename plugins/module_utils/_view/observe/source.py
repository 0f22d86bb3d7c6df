# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the picture of the view comes from: a live portal session, a snapshot, or nowhere."""

from __future__ import annotations

import dataclasses
import time
import typing as t
from urllib.parse import urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import mto_address, mto_not_given
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import (
    SESSION_COOKIE,
    XSRF_COOKIE,
    Portal,
)
from ansible_collections.m365.defender.plugins.module_utils._options.environment import environment_value
from ansible_collections.m365.defender.plugins.module_utils._options.values import GUID
from ansible_collections.m365.defender.plugins.module_utils._view.observe.cookies import (
    cookies_for,
    mode_warning,
    read_cookies,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Live, read_live
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import (
    age_problem,
    load_snapshot,
    parse_duration,
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import Cloud
    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._options.spec import Spec
    from ansible_collections.m365.defender.plugins.module_utils._view.view import View

_SOURCES: t.Final = ("portal_cookies_file", "portal_session", "portal_snapshot")


def portal_spec() -> Spec:
    """The options of the doc fragment `m365.defender._portal`."""
    return {
        "portal_cookies_file": {"type": "path", "no_log": False},
        "portal_session": {
            "type": "dict",
            "no_log": True,
            "options": {"sccauth": {"type": "str", "no_log": True}, "xsrf_token": {"type": "str", "no_log": True}},
        },
        "portal_snapshot": {"type": "path"},
        "snapshot_max_age": {"type": "str", "default": "24h"},
    }


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """At most one of `portal` and `snapshot`. `url` is where a person opens the multitenant view."""

    portal: Portal | None
    snapshot: View | None
    max_age: float
    url: str
    deadline: Deadline
    warnings: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Is there a picture at all?"""
        return self.portal is not None or self.snapshot is not None

    def read(self, *, groups: bool = False) -> Live:
        """The picture as it is now, or as it was saved."""
        if self.portal is not None:
            return read_live(self.portal, groups=groups)
        if self.snapshot is None:
            raise ValueError("there is no picture: ask `given` first")
        return Live(self.snapshot, None, None)

    def refuse(self, view: View, connection: Connection) -> Problem | None:
        """Why the picture proves nothing about this operator now, or None."""
        unread = _unread_session(view)
        if unread is not None:
            return unread
        late = None if self.snapshot is None else age_problem(view, utc_now(), self.max_age)
        return late or owner_problem(view, connection.operator, connection.home_tenant_id)


def _unread_session(view: View) -> Problem | None:
    """Where the portal did not say whose session it is, why it did not says more: it has ended, say."""
    return view.problems.get("session") if view.operator is None else None


def owner_problem(view: View, operator: str | None, home_tenant_id: str) -> Problem | None:
    """The view is per person: is it this person's, in this home tenant? Pure."""
    if view.operator is None or view.home_tenant_id is None or not operator or GUID.match(operator.lower()):
        return Problem("registration.whose_unknown")
    if view.home_tenant_id.lower() != home_tenant_id:
        return Problem("registration.other_tenant", {"answered": view.home_tenant_id})
    if view.operator.casefold() != operator.casefold():
        return Problem("registration.other_operator", {"answered": view.operator})
    return None


def open_source(params: Mapping[str, t.Any], connection: Connection) -> Source:
    """The source that the options name. Raises OptionError that names the option and the way out."""
    given = {name: _given(params, name) for name in _SOURCES}
    named = [name for name in _SOURCES if given[name]]
    if len(named) > 1:
        raise OptionError(f"{named[0]}: give only one of {', '.join(_SOURCES)}; {named[1]} is given as well.")
    max_age = parse_duration(str(params.get("snapshot_max_age") or "24h"))
    base, warnings = connection.cloud.mto, []
    portal = snapshot = None
    deadline = Deadline(connection.deadline)
    if given["portal_snapshot"]:
        snapshot = load_snapshot(given["portal_snapshot"], utc_now())
    elif named:
        base, cookies = _session(given, connection)
        warning = mode_warning(given["portal_cookies_file"]) if given["portal_cookies_file"] else None
        warnings = [warning] if warning else []
        http = Http(ca_path=connection.ca_path, timeout=connection.timeout, deadline=deadline, pool=1)
        portal = Portal(http, base, cookies, connection.home_tenant_id)
        portal.renew()
    return Source(portal, snapshot, max_age, base or _unpublished(connection.cloud), deadline, tuple(warnings))


def _unpublished(cloud: Cloud) -> str:
    """What stands in the steps of the guide in place of an address."""
    return f"https://(multitenant portal of {cloud.name}, address not published: give endpoints.mto)"


def _given(params: Mapping[str, t.Any], name: str) -> t.Any:
    value = params.get(name)
    return value if value or name == "portal_session" else environment_value(name)


def _session(given: Mapping[str, t.Any], connection: Connection) -> tuple[str, Mapping[str, str]]:
    """Where the session is valid, and its cookies. The multitenant portal's own host comes first."""
    cloud = connection.cloud
    bases = [base for base in (cloud.mto, cloud.portal) if base]
    if given["portal_session"]:
        return mto_address(cloud), _session_values(given["portal_session"])
    cookies, now = read_cookies(given["portal_cookies_file"]), time.time()
    for base in bases:
        found = cookies_for(cookies, urlsplit(base).hostname or "", now)
        if XSRF_COOKIE in found and any(name.startswith(SESSION_COOKIE) for name in found):
            return base, found
    hosts = " or ".join(urlsplit(base).hostname or "" for base in bases)
    raise OptionError(
        f"portal_cookies_file: it holds no session that is valid now: the cookies {SESSION_COOKIE} and {XSRF_COOKIE} of"
        f" {hosts} are needed. Sign in there in a browser and export them again."
        + ("" if cloud.mto else f" {mto_not_given(cloud)}")
    )


def _session_values(session: Mapping[str, t.Any]) -> dict[str, str]:
    values = {SESSION_COOKIE: session.get("sccauth"), XSRF_COOKIE: session.get("xsrf_token")}
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise OptionError("portal_session: give both sccauth and xsrf_token, the values of the two cookies.")
    return {name: str(value) for name, value in values.items()}
