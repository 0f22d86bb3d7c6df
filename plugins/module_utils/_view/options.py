# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of mto_tenant and mto_tenant_info: their argument specs, and the typed values that are made of them once.

Constraints are part of the argument spec where Ansible can express them. That at most one source of the view is
given is checked here, because two of the sources can also come from the environment.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import environment_value
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import SNAPSHOT
from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import (
    parse_tenants,
    shared_tenants_spec,
)
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import (
    DAY,
    parse_duration,
    parse_guid,
    parse_whole_number,
    quoted,
)
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import (
    SESSION_COOKIE,
    XSRF_COOKIE,
    is_cookie_value,
)
from ansible_collections.m365.defender.plugins.module_utils._view.desired import DesiredState
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import load_snapshot

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Constraints, Spec

_SOURCES: t.Final = ("portal_cookies_file", "portal_session", "portal_snapshot")
# How long `apply` waits for the portal to show what it accepted, in seconds.
_APPLY_WAIT: t.Final = 60.0
_OLDEST: t.Final = 3650 * DAY
_MOST: t.Final = 1_000_000

REGISTRATION_CONSTRAINTS: t.Final[Constraints] = {
    "mutually_exclusive": [("tenants", "restore")],
    "required_one_of": [("tenants", "restore")],
    "required_if": [("registration", "apply", ("portal_contract",))],
}


def view_spec() -> Spec:
    """The options of mto_tenant_info: those of the doc fragments `_connection` and `_portal`."""
    return {
        **connection_spec(),
        "portal_cookies_file": {"type": "path", "no_log": False},
        "portal_session": {
            "type": "dict",
            "no_log": True,
            "options": {"sccauth": {"type": "str", "no_log": True}, "xsrf_token": {"type": "str", "no_log": True}},
            "required_together": [("sccauth", "xsrf_token")],
        },
        "portal_snapshot": {"type": "path"},
        "snapshot_max_age": {"type": "str", "default": "24h"},
    }


def registration_spec() -> Spec:
    """The options of mto_tenant; REGISTRATION_CONSTRAINTS belong to them."""
    return {
        **view_spec(),
        **shared_tenants_spec(),
        "eligible": {"type": "list", "elements": "str"},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        "purge": {"type": "bool", "default": False},
        "whole_list": {"type": "bool", "default": True},
        "registration": {"type": "str", "default": "assist", "choices": ["assist", "apply"]},
        "portal_contract": {"type": "path"},
        "max_tenants": {"type": "int", "default": 100},
        "max_removals": {"type": "int", "default": 3},
        "wait_timeout": {"type": "str"},
        "backup": {"type": "bool", "default": False},
        "backup_dir": {"type": "path", "default": "."},
        "restore": {"type": "path"},
    }


@dataclasses.dataclass(frozen=True, slots=True)
class PortalOptions:
    """The source of the view: at most one of `cookies_file`, `session` (cookies by name) and `snapshot`."""

    cookies_file: str | None = None
    session: Mapping[str, str] | None = dataclasses.field(default=None, repr=False)
    snapshot: str | None = None
    # In seconds.
    snapshot_max_age: float = 86400.0

    @property
    def live(self) -> bool:
        """Return whether a session of the portal is given."""
        return bool(self.cookies_file or self.session)


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationOptions:
    """The options of mto_tenant. `wait` is in seconds; `backup_dir` is None where no backup is wanted."""

    operator: str
    portal: PortalOptions
    tenants: tuple[Tenant, ...]
    desired: DesiredState
    applies: bool = False
    portal_contract: str | None = None
    wait: float = 0.0
    backup_dir: str | None = None


def parse_registration_options(params: Mapping[str, t.Any], connection: Connection) -> RegistrationOptions:
    """The options of mto_tenant as one value. Raises OptionError that names the option and the way out."""
    operator = view_owner(connection)
    applies = params.get("registration") == "apply"
    tenants = _declared_tenants(params, connection)
    return RegistrationOptions(
        operator=operator,
        portal=parse_portal_options(params),
        tenants=tenants,
        desired=_desired_state(params, tenants, connection),
        applies=applies,
        portal_contract=params.get("portal_contract") or None,
        wait=parse_duration("wait_timeout", params.get("wait_timeout"), _APPLY_WAIT if applies else 0.0, least=0),
        backup_dir=(params.get("backup_dir") or ".") if params.get("backup") else None,
    )


def view_owner(connection: Connection) -> str:
    """The operator whose view it is. Raises OptionError where nobody is named."""
    if not connection.operator:
        raise OptionError(
            "operator: missing. Give the user principal name of the person whose view it is; the environment can hold"
            " it as MTO_OPERATOR."
        )
    return connection.operator


def parse_portal_options(params: Mapping[str, t.Any]) -> PortalOptions:
    """The options of the doc fragment `_portal` as one value. Raises OptionError that names the option."""
    session = _parse_session(params.get("portal_session"))
    cookies_file = params.get("portal_cookies_file") or environment_value("portal_cookies_file")
    snapshot = params.get("portal_snapshot") or environment_value("portal_snapshot")
    given = [name for name, value in zip(_SOURCES, (cookies_file, session, snapshot), strict=True) if value]
    if len(given) > 1:
        raise OptionError(f"{given[0]}: give only one of {', '.join(_SOURCES)}; {given[1]} is given as well.")
    max_age = parse_duration("snapshot_max_age", params.get("snapshot_max_age"), DAY, most=_OLDEST)
    return PortalOptions(cookies_file, session, snapshot, max_age)


def require_source(options: PortalOptions) -> None:
    """Raise OptionError if there is nothing to read the view from."""
    if not (options.live or options.snapshot):
        raise OptionError(
            "portal_snapshot: no source of the view is given. Give portal_cookies_file, portal_session or"
            f" portal_snapshot ({SNAPSHOT})."
        )


def _parse_session(values: Mapping[str, str | None] | None) -> Mapping[str, str] | None:
    if not values:
        return None
    sccauth, xsrf_token = values.get("sccauth"), values.get("xsrf_token")
    if not sccauth or not xsrf_token:
        raise OptionError("portal_session: give both sccauth and xsrf_token, the values of the two cookies.")
    session = {SESSION_COOKIE: sccauth.strip(), XSRF_COOKIE: xsrf_token.strip()}
    if not all(map(is_cookie_value, session.values())):
        raise OptionError("portal_session: sccauth or xsrf_token holds a character that no cookie value can hold.")
    return session


def _declared_tenants(params: Mapping[str, t.Any], connection: Connection) -> tuple[Tenant, ...]:
    """The declared list, or the tenants that were in the view when a backup was made."""
    path = params.get("restore")
    if path is None:
        return tuple(parse_tenants(params.get("tenants") or (), connection.home_tenant_id))
    view = load_snapshot(path, utc_now(), option="restore")
    if view.problems:
        raise OptionError(
            f"restore: '{path}' does not hold the whole view; give a file that was written with `backup: true`."
        )
    exposed = {tenant_id: view.exposed_row(tenant_id) for tenant_id in view.registered}
    return tuple(
        Tenant(tenant_id, row.name if row else tenant_id)
        for tenant_id, row in exposed.items()
        if tenant_id != connection.home_tenant_id
    )


def _desired_state(params: Mapping[str, t.Any], tenants: Sequence[Tenant], connection: Connection) -> DesiredState:
    declared = tuple(tenant.tenant_id for tenant in tenants)
    return DesiredState(
        declared=declared,
        eligible=_parse_eligible(params.get("eligible"), declared),
        home_tenant_id=connection.home_tenant_id,
        state="absent" if params.get("state") == "absent" else "present",
        purge=bool(params.get("purge")),
        whole_list=params.get("whole_list") is not False,
        max_tenants=parse_whole_number("max_tenants", params.get("max_tenants"), 100, least=1, most=_MOST),
        max_removals=parse_whole_number("max_removals", params.get("max_removals"), 3, least=0, most=_MOST),
    )


def _parse_eligible(given: Sequence[str] | None, declared: Sequence[str]) -> frozenset[str]:
    """Ids that may be added, by default all. Raises OptionError for one that is not declared: most likely a typo."""
    if given is None:
        return frozenset(declared)
    eligible = [parse_guid(tenant_id) for tenant_id in given]
    for index, tenant_id in enumerate(eligible):
        if tenant_id not in declared:
            raise OptionError(
                f"eligible[{index}]: {quoted(given[index])} is not the tenant_id of a row in tenants; remove it from"
                " eligible."
            )
    return frozenset(tenant_id for tenant_id in eligible if tenant_id)
