# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide's third step as a whole: options in, the module's result out."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.module_utils._options.tenants import parse_tenants
from ansible_collections.m365.defender.plugins.module_utils._options.values import GUID
from ansible_collections.m365.defender.plugins.module_utils._view import reconcile
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import load_contract
from ansible_collections.m365.defender.plugins.module_utils._view.judge import Picture
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import load_snapshot, snapshot_of
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import open_source
from ansible_collections.m365.defender.plugins.module_utils._view.plan import Wish
from ansible_collections.m365.defender.plugins.module_utils._view.result import Run, Told

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Live
    from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import Source

    Params = Mapping[str, t.Any]

# How long `apply` waits for the portal to show what it accepted, in seconds.
_APPLY_WAIT: t.Final = 60.0


def register_tenants(params: Params, connection: Connection, *, check_mode: bool) -> dict[str, t.Any]:
    """The result of mto_tenant. Raises MtoError before anything is changed."""
    if not connection.operator:
        raise OptionError(
            "operator: say whose view it is: the user principal name of the person in the home tenant (option operator,"
            " or MTO_OPERATOR in the environment)."
        )
    _check_numbers(params)
    tenants = _tenants(params, connection)
    wish = _wish(params, tenants, connection)
    applies = _choice(params, "registration", ("assist", "apply")) == "apply"
    contract = load_contract(params["portal_contract"]) if params.get("portal_contract") else None
    source = open_source(params, connection)
    if applies and (contract is None or source.portal is None):
        raise OptionError(
            "registration: apply needs portal_contract (docs/contract.md) and a live session (portal_cookies_file or"
            " portal_session); without them, assist says what to do by hand."
        )
    told = Told(
        tenants,
        wish,
        connection.operator,
        source.url,
        applies=applies,
        check_mode=check_mode,
        defender_portal=connection.cloud.portal,
    )
    if not source.given:
        return told.without_view()
    keeper = _Keeper(params) if params.get("backup") else None
    desk = reconcile.Desk(
        read=source.read,
        refuse=lambda view: source.refuse(view, connection),
        wish=wish,
        wait=_wait(params, source, applies=applies),
        keep=keeper.keep if keeper else lambda live: None,
    )
    if check_mode or (not applies and source.portal is None):
        outcome = reconcile.look(desk)
    elif applies and source.portal is not None and contract is not None:
        outcome = reconcile.apply(desk, source.portal, contract)
    else:
        outcome = reconcile.assist(desk)
    result = told.result(Run(outcome, backup_file=keeper.path if keeper else None))
    return {**result, "warnings": list(source.warnings)}


def _wait(params: Params, source: Source, *, applies: bool) -> float:
    given = params.get("wait_timeout")
    wait = (_APPLY_WAIT if applies else 0.0) if given is None else float(given)
    return min(wait, source.deadline.remaining())


def _choice(params: Params, option: str, choices: Sequence[str]) -> str:
    value = str(params.get(option) or choices[0])
    if value not in choices:
        raise OptionError(f"{option}: '{value}' is not a choice; choose one of {', '.join(choices)}.")
    return value


def _check_numbers(params: Params) -> None:
    for option, least in (("max_tenants", 1), ("max_removals", 0), ("wait_timeout", 0)):
        value = params.get(option)
        if value is not None and value < least:
            raise OptionError(f"{option}: {value} is out of range; give {least} or more.")


def _tenants(params: Params, connection: Connection) -> list[Tenant]:
    """The declared list, or what stood in the view when a backup was made."""
    restore, rows = params.get("restore"), params.get("tenants")
    if (restore is None) == (rows is None):
        raise OptionError("tenants: give either tenants, the full declared list, or restore, a backup of the view.")
    if restore is None:
        return parse_tenants(rows or (), connection.home_tenant_id)
    view = load_snapshot(restore, utc_now(), option="restore")
    if view.problems:
        raise OptionError(f"restore: '{restore}' does not hold the whole view; give a file that `backup: true` wrote.")
    exposed = view.exposed or {}
    kept = [one for one in view.registered if one != connection.home_tenant_id]
    return [Tenant(one, exposed[one].name if one in exposed else one) for one in kept]


def _wish(params: Params, tenants: Sequence[Tenant], connection: Connection) -> Wish:
    declared = tuple(tenant.tenant_id for tenant in tenants)
    return Wish(
        declared=declared,
        eligible=_eligible(params, declared),
        home_tenant_id=connection.home_tenant_id,
        state="absent" if _choice(params, "state", ("present", "absent")) == "absent" else "present",
        purge=bool(params.get("purge")),
        whole_list=params.get("whole_list") is not False,
        max_tenants=params.get("max_tenants") or 100,
        max_removals=3 if params.get("max_removals") is None else params["max_removals"],
    )


def _eligible(params: Params, declared: Sequence[str]) -> frozenset[str]:
    """Ids that may be added. Raises OptionError for one that is no GUID or not declared: a slip of the pen."""
    given = params.get("eligible")
    if given is None:
        return frozenset(declared)
    for index, one in enumerate(given):
        if not GUID.match(str(one).lower()) or str(one).lower() not in declared:
            raise OptionError(f"eligible[{index}]: '{one}' is not the tenant_id of a row in tenants; take it out.")
    return frozenset(str(one).lower() for one in given)


class _Keeper:
    """Writes the state before the first write to a file that `portal_snapshot` and `restore` accept."""

    def __init__(self, params: Params) -> None:
        self.path: str | None = None
        self._directory = pathlib.Path(params.get("backup_dir") or ".")
        if not self._directory.is_dir() or not os.access(self._directory, os.W_OK):
            raise OptionError(f"backup_dir: '{self._directory}' is no directory that may be written to.")

    def keep(self, live: Live) -> None:
        """Write it. Raises OptionError where that fails, before anything is changed."""
        saved = snapshot_of(live.view)
        stamp = live.view.taken_at.replace("-", "").replace(":", "")
        path = self._directory.resolve() / f"mto-view-{stamp}-{os.getpid()}.json"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(saved, indent=2, ensure_ascii=False) + "\n")
        except OSError as error:
            raise OptionError(f"backup_dir: {error.strerror}: without the backup nothing was sent.") from None
        self.path = str(path)


def view_info(params: Params, connection: Connection) -> dict[str, t.Any]:
    """The result of mto_tenant_info."""
    if not connection.operator:
        raise OptionError("operator: say whose view it is: the user principal name of the person in the home tenant.")
    source = open_source(params, connection)
    if not source.given:
        raise OptionError(
            "portal_snapshot: no picture of the view is given. Give portal_cookies_file, portal_session or"
            " portal_snapshot (docs/snapshot.md)."
        )
    live = source.read(groups=True)
    problem = source.refuse(live.view, connection)
    nothing = Wish((), frozenset(), connection.home_tenant_id)
    told = Told([], nothing, connection.operator, source.url, defender_portal=connection.cloud.portal)
    whole = not live.view.problems and problem is None
    saved = snapshot_of(live.view) if whole else None
    return {**told.info(Picture(live.view, problem, source.url)), "snapshot": saved, "warnings": list(source.warnings)}
