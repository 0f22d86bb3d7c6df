# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The source of the view: a live portal session, a snapshot, or none."""

from __future__ import annotations

import dataclasses
import time
import typing as t
from urllib.parse import urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.clouds import mto_address, mto_not_given
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import SNAPSHOT
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import GUID
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Http
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import SESSION_COOKIE, XSRF_COOKIE, Portal
from ansible_collections.m365.defender.plugins.module_utils._view.observe.cookies import (
    cookies_for,
    mode_warning,
    read_cookies,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Reading, read_groups, read_live
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import age_problem, load_snapshot

if t.TYPE_CHECKING:
    from collections.abc import Mapping

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.clouds import Cloud
    from ansible_collections.m365.defender.plugins.module_utils._view.observed_view import MultitenantView, TenantGroup
    from ansible_collections.m365.defender.plugins.module_utils._view.options import PortalOptions


@dataclasses.dataclass(frozen=True, slots=True)
class ViewSource:
    """The source that was opened: at most one of `portal` and `snapshot`. `url` is where a person opens the view."""

    portal: Portal | None
    snapshot: MultitenantView | None
    max_age: float
    url: str
    deadline: Deadline
    warnings: tuple[str, ...] = ()

    @property
    def given(self) -> bool:
        """Return whether there is anything to read the view from."""
        return self.portal is not None or self.snapshot is not None

    def read(self, *, groups: bool = False) -> Reading:
        """Read the view as it is now, or as it was saved."""
        if self.portal is not None:
            return read_live(self.portal, groups=groups)
        if self.snapshot is None:
            raise ValueError("no source of the view is given: check `given` first")
        return Reading(self.snapshot)

    def groups(self) -> tuple[TenantGroup, ...] | None:
        """Read the tenant groups, None where they cannot be read."""
        if self.portal is not None:
            return read_groups(self.portal)
        return self.snapshot.groups if self.snapshot else None

    def refuse(self, view: MultitenantView, connection: Connection) -> Problem | None:
        """Return why the view proves nothing about this operator now, or None."""
        # If the portal did not say whose session it is, the cause comes first: the session may have ended.
        unread_session = view.problems.get("session") if view.operator is None else None
        too_old = None if self.snapshot is None else age_problem(view, utc_now(), self.max_age)
        return unread_session or too_old or owner_problem(view, connection.operator, connection.home_tenant_id)


def group_warning(snapshot: MultitenantView) -> str | None:
    """Return a warning where a snapshot does not say which tenant group it shows, or None."""
    if snapshot.group is not None or "effective" in snapshot.problems:
        return None
    return (
        "portal_snapshot: the snapshot does not say which tenant group it shows, as those of earlier versions do not."
        f" It is taken for the private group; take a new snapshot to be certain ({SNAPSHOT})."
    )


def owner_problem(view: MultitenantView, operator: str | None, home_tenant_id: str) -> Problem | None:
    """Return why the view is not this person's in this home tenant, or None: the view is per person. Pure."""
    if view.operator is None or view.home_tenant_id is None or not operator or GUID.match(operator.lower()):
        return Problem("registration.whose_unknown")
    if view.home_tenant_id.lower() != home_tenant_id:
        return Problem("registration.other_tenant", {"answered": view.home_tenant_id})
    if view.operator.casefold() != operator.casefold():
        return Problem("registration.other_operator", {"answered": view.operator})
    return None


class SourceFiles(t.NamedTuple):
    """What the options and the files that they name say about the source. No request has been sent."""

    url: str
    cookies: Mapping[str, str] | None
    snapshot: MultitenantView | None
    warnings: tuple[str, ...] = ()


def read_source_files(options: PortalOptions, cloud: Cloud) -> SourceFiles:
    """Return what the options name, read from its file. Raises OptionError that names the option and the way out."""
    # Without an address, the steps of the guide show what is missing in its place.
    url = cloud.mto or f"https://(multitenant portal of {cloud.name}, address not published: give endpoints.mto)"
    snapshot = load_snapshot(options.snapshot, utc_now()) if options.snapshot else None
    cookies = options.session
    warning = group_warning(snapshot) if snapshot else None
    if options.session:
        url = mto_address(cloud)
    elif options.cookies_file:
        url, cookies = _cookies_of_file(options.cookies_file, cloud)
        warning = mode_warning(options.cookies_file)
    return SourceFiles(url, cookies, snapshot, (warning,) if warning else ())


def open_source(options: PortalOptions, connection: Connection) -> ViewSource:
    """Open the source that the options name. Raises OptionError that names the option and the way out."""
    deadline = Deadline(connection.deadline)
    files = read_source_files(options, connection.cloud)
    portal = None if files.cookies is None else _open_portal(files.url, files.cookies, connection, deadline)
    return ViewSource(portal, files.snapshot, options.snapshot_max_age, files.url, deadline, files.warnings)


def _open_portal(base: str, cookies: Mapping[str, str], connection: Connection, deadline: Deadline) -> Portal:
    http = Http(ca_path=connection.ca_path, timeout=connection.timeout, deadline=deadline, pool=1)
    http.secrets = connection.known_secrets
    portal = Portal(http, base, cookies, connection.home_tenant_id)
    portal.renew()
    return portal


def _cookies_of_file(path: str, cloud: Cloud) -> tuple[str, Mapping[str, str]]:
    """Return where the session in a cookie file is valid, and its cookies. The multitenant portal comes first."""
    cookies, now = read_cookies(path), time.time()
    bases = [base for base in (cloud.mto, cloud.portal) if base]
    for base in bases:
        session = cookies_for(cookies, urlsplit(base).hostname or "", now)
        if XSRF_COOKIE in session and any(name.startswith(SESSION_COOKIE) for name in session):
            return base, session
    hosts = " or ".join(urlsplit(base).hostname or "" for base in bases)
    raise OptionError(
        f"portal_cookies_file: '{path}' holds no session that is valid now. The cookies {SESSION_COOKIE} and"
        f" {XSRF_COOKIE} of {hosts} are needed. Sign in again with ansible-playbook m365.defender.record -e"
        " mto_record=false, or export them from a browser." + ("" if cloud.mto else f" {mto_not_given(cloud)}")
    )
