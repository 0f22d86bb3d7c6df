# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check everything that a run of the role is given, before its first request. No request is sent here."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._assess.access import parse_checks
from ansible_collections.m365.defender.plugins.module_utils._auth.identities import require_libraries, sign_in_warnings
from ansible_collections.m365.defender.plugins.module_utils._auth.login.options import check_wait_and_port
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import (
    require_operator,
    resolve_connection,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import (
    environment_paths,
    home_tenant_of,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.operators import resolve_operators
from ansible_collections.m365.defender.plugins.module_utils._auth.options.writer import writer_connection
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import mto_address
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MissingLibraryError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.destination import require_place
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import (
    declared_tenants,
    license_warnings,
    parse_tenants,
)
from ansible_collections.m365.defender.plugins.module_utils._core.options.typed import typed_options
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import (
    parse_days,
    parse_guid,
    quoted,
)
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import SHORTEST
from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Journal
from ansible_collections.m365.defender.plugins.module_utils._remedies.options import (
    parse_remedy_options,
    require_remedies,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import read_source_files
from ansible_collections.m365.defender.plugins.module_utils._view.options import (
    parse_portal_options,
    parse_registration_options,
    require_source,
    view_owner,
)
from ansible_collections.m365.defender.plugins.module_utils._view.registration import check_registration
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.driver import require_playwright
from ansible_collections.m365.defender.plugins.module_utils._view.sitting.options import parse_sitting_options
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import changed_environment
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import given_paths, user_path
from ansible_collections.m365.defender.plugins.plugin_utils._report.baseline import read_baseline
from ansible_collections.m365.defender.plugins.plugin_utils._report.directory import file_mode, writable_directory
from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import read_previous
from ansible_collections.m365.defender.plugins.plugin_utils._report.slices.steps import parse_max_age
from ansible_collections.m365.defender.plugins.plugin_utils._role.accept import accept_options
from ansible_collections.m365.defender.plugins.plugin_utils._role.options import as_variables, role_spec

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec
    from ansible_collections.m365.defender.plugins.plugin_utils._role.options import EntryPoint, Playbook

    Values = Mapping[str, t.Any]

# What the tasks of the role go by, rather than by the variables: these may be text of a command line.
_FOR_TASKS: t.Final = (
    *("backup", "checks", "expiry_warning_days", "fail_on", "max_removals", "max_tenants", "operators", "purge"),
    *("register", "report_per_tenant"),
    *("remedies", "remedy_confirm", "remedy_create_partner", "max_writes", "journal", "invitations_dir"),
    *("registration", "report_formats", "report_mode", "adopt_dir", "adopt_overwrite", "snapshot_file"),
    *("login_method", "login_wait", "login_port", "login_renew", "login_browser"),
    *("record", "record_wait", "record_write", "browser", "browser_profile", "portal_contract"),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Checked:
    """What the later tasks need, and what the user should know. `run` says whose run it is."""

    tenants: Sequence[Mapping[str, object]] = ()
    warnings: Sequence[str] = ()
    options: Mapping[str, object] = dataclasses.field(default_factory=dict)
    run: Mapping[str, object] = dataclasses.field(default_factory=dict)


def check_options(entry_point: EntryPoint | Playbook, given: Mapping[str, object], *, local: bool = True) -> Checked:
    """Check the options of an entry point or a playbook, without the prefix of their variables. Raise OptionError.

    If the role is sent elsewhere (`local` is false), its files and environment are those of another machine.
    """
    spec = role_spec(entry_point)
    try:
        values = typed_options(spec, given)
        values.update(given_paths(spec, values, user_path))
        _require_secrets(spec, values)
        # As the actions of the modules do.
        with changed_environment(environment_paths(spec, os.environ, user_path)):
            checked = _CHECKS[entry_point](values, local)
    except OptionError as error:
        raise OptionError(as_variables(str(error), spec)) from None
    return dataclasses.replace(
        checked,
        warnings=[as_variables(warning, spec) for warning in checked.warnings],
        options={**{name: values[name] for name in _FOR_TASKS if name in spec}, **checked.options},
    )


def _require_secrets(spec: Spec, values: Values) -> None:
    """Raise OptionError for the path of a file, and for text so short that Ansible would mask parts of results."""
    for name, option in spec.items():
        value = values[name] if option.get("no_log") else None
        secrets = {f"{name}.{key}": inner for key, inner in value.items()} if isinstance(value, dict) else {name: value}
        for secret, text in secrets.items():
            if text and os.path.isfile(user_path(text)):  # noqa: PTH113  (never raises)
                instead = f", or name the file in {name}_file" if f"{name}_file" in spec else ""
                raise OptionError(f"{secret}: the value is the path of a file; pass what the file holds{instead}.")
            if text and len(text) < SHORTEST:
                raise OptionError(
                    f"{secret}: the value has fewer than {SHORTEST} characters, so that Ansible would mask parts of the"
                    " result; use a longer one, or give it in the environment."
                )


def _check_run(values: Values, local: bool) -> Checked:
    """Check what onboard, drift and a slice are given."""
    # The operator may be the first of a team.
    connection = resolve_operators(values, resolve_connection(values))[0] if local else None
    checked = _check_list(values)
    parse_days(values["expiry_warning_days"])
    warnings = list(checked.warnings)
    if connection:
        warnings += _file_warnings(connection)
        warnings += _view_warnings(values, connection) if values.get("register") else ()
        warnings += _remedy_warnings(values, connection) if values.get("remedies") else ()
    return dataclasses.replace(checked, warnings=warnings, run=_run_of(values, connection))


def _check_remedy(values: Values, local: bool) -> Checked:
    """Check what the remedies are given, and the checks after them."""
    checked = _check_run(values, local)
    require_remedies(values["remedies"])
    return checked


def _check_undo(values: Values, local: bool) -> Checked:
    """Check what the way back is given: the list says which tenants are meant."""
    checked = _check_list(values)
    connection = _connection(values) if local else None
    warnings = [*_file_warnings(connection), *_remedy_warnings(values, connection, undo=True)] if connection else ()
    return dataclasses.replace(checked, warnings=[*checked.warnings, *warnings])


def _remedy_warnings(values: Values, connection: Connection, *, undo: bool = False) -> Sequence[str]:
    """Check what the remedies are written with, and return warnings. Raise OptionError."""
    tenants = declared_tenants(values["tenants"], connection.home_tenant_id)
    options = parse_remedy_options(values, tenants, connection.cloud.portal, undo=undo)
    writing = writer_connection(values, connection)
    with Journal(options.journal, utc_now, writing.client_id, connection.home_tenant_id, read_only=True) as journal:
        return [*writing.warnings, *journal.warnings]


def _check_merge(values: Values, local: bool) -> Checked:
    """Check what a merge is given. It signs in nowhere but in the portal, and reads no tenant."""
    connection = _connection(values, app_needed=False) if local else None
    checked = _check_list(values)
    parse_max_age(values["parts_max_age"])
    view = _view_warnings(values, connection) if connection and values["register"] else ()
    return dataclasses.replace(checked, warnings=[*checked.warnings, *view], run=_run_of(values, connection))


def _check_list(values: Values) -> Checked:
    """Check the tenant list, what counts, and where files are to be written."""
    rows: list[dict[str, t.Any]] | None = values["tenants"]
    if rows is None:
        raise OptionError(
            "tenants: missing. Set the variable to a list of tenants (m365.defender.adopt writes one), or add a host"
            " for each tenant to the inventory group mto_tenants."
        )
    tenants = declared_tenants(rows, home_tenant_of(values["home_tenant_id"], os.environ))
    if "checks" in values:
        parse_checks(values["checks"])
    _check_files(values)
    complete = [_complete(row, tenant) for row, tenant in zip(rows, tenants, strict=True)]
    return Checked(complete, license_warnings(tenants))


def _run_of(values: Values, connection: Connection | None) -> dict[str, object]:
    """Return whose run it is. Sent elsewhere, the environment of that machine may say more."""
    return {
        "home_tenant_id": connection.home_tenant_id if connection else values["home_tenant_id"] or "",
        "operator": (connection.operator if connection else values["operator"]) or "",
        "cloud": connection.cloud.name if connection else values["cloud"] or "public",
        "run_id": values.get("run_id") or "",
    }


def _check_offboard(values: Values, local: bool) -> Checked:
    connection = _connection(values, app_needed=False) if local else None
    home = home_tenant_of(values["home_tenant_id"], os.environ)
    leaving = dict.fromkeys(_leaving(values["offboard"], home))
    declared = [tenant.tenant_id for tenant in parse_tenants(values["tenants"] or (), home)]
    still = [tenant_id for tenant_id in leaving if tenant_id in declared]
    if still:
        # The next onboard would add it again.
        raise OptionError(f"offboard: still declared: {', '.join(still)}. Remove these tenants from mto_tenants first.")
    rows: list[dict[str, object]] = [{"tenant_id": tenant_id} for tenant_id in leaving]
    options = {**values, "tenants": rows, "state": "absent"}
    return Checked(rows, _view_warnings(options, connection) if connection else ())


def _leaving(ids: Sequence[str], home_tenant_id: str) -> list[str]:
    if not ids:
        raise OptionError("offboard: the list is empty; give the IDs of the tenants to remove from the view.")
    leaving: list[str] = []
    for index, text in enumerate(ids):
        tenant_id = parse_guid(text)
        if tenant_id is None:
            raise OptionError(f"offboard[{index}]: {quoted(text)} is not a GUID; give the directory (tenant) ID.")
        if tenant_id == home_tenant_id:
            raise OptionError(f"offboard[{index}]: this is the home tenant, which is always in the view; leave it out.")
        leaving.append(tenant_id)
    return leaving


def _check_report(values: Values, _local: bool) -> Checked:
    _check_files(values)
    return Checked()


def _check_adopt(values: Values, local: bool) -> Checked:
    writable_directory("adopt_dir", values["adopt_dir"])
    connection = _connection(values, operator_needed=False) if local else None
    return Checked(warnings=_file_warnings(connection) if connection else ())


def _check_login(values: Values, local: bool) -> Checked:
    require_place("refresh_token_file", values["refresh_token_file"])
    check_wait_and_port(values["login_wait"], values["login_port"], prefix="login_")
    if not local:
        return Checked()
    connection = resolve_connection({**values, "refresh_token_file": None}, identity_needed=False)
    # The file that the environment names may be the one to be written.
    without_token = dataclasses.replace(connection, refresh_token=None, refresh_token_file=None)
    return Checked(warnings=_file_warnings(without_token))


def _check_record(values: Values, local: bool) -> Checked:
    if not local:
        return Checked()
    # They are files to be written, and no sources of the view.
    connection = resolve_connection(values, app_needed=False, identity_needed=False)
    named = {**values, "wait": values["record_wait"], "write": values["record_write"]}
    parse_sitting_options(named, connection, wait_option="record_wait")
    mto_address(connection.cloud)
    require_playwright()
    return Checked(warnings=connection.warnings)


def _check_snapshot(values: Values, local: bool) -> Checked:
    require_place("snapshot_file", values["snapshot_file"])
    if not local:
        return Checked()
    connection = _connection(values, app_needed=False)
    view_owner(connection)
    options = parse_portal_options(values)
    require_source(options)
    return Checked(warnings=[*connection.warnings, *read_source_files(options, connection.cloud).warnings])


def _check_files(values: Values) -> None:
    """Raise OptionError where a file could not be read or written at the end of the run."""
    if "report_mode" in values:
        file_mode("report_mode", values["report_mode"])
    for option in ("report_dir", "evidence_dir", "parts_dir"):
        if values.get(option):
            writable_directory(option, values[option])
    if "report_previous" in values:
        read_previous(values["report_previous"], values["report_dir"])
    if values.get("baseline"):
        read_baseline("baseline", values["baseline"])


def _connection(values: Values, *, app_needed: bool = True, operator_needed: bool = True) -> Connection:
    connection = resolve_connection(values, app_needed=app_needed, identity_needed=app_needed)
    if app_needed and operator_needed:
        require_operator(connection)
    return connection


def _file_warnings(connection: Connection) -> list[str]:
    """Read the files of credentials, tokens and certificate authorities, and return warnings. Raise OptionError."""
    if connection.token_cache and not os.path.isdir(connection.token_cache):  # noqa: PTH112  (never raises)
        # The modules make it.
        writable_directory("token_cache", str(pathlib.Path(connection.token_cache).parent))
    try:
        require_libraries()
    except MissingLibraryError:
        # The Python of the modules may have it; if not, they say so.
        return list(connection.warnings)
    return [*connection.warnings, *sign_in_warnings(connection)]


def _view_warnings(values: Values, connection: Connection) -> Sequence[str]:
    """Check what the view is read and written with, and return warnings. Raise OptionError."""
    # The operator of a refresh token is known after the sign-in.
    known = connection if connection.operator else dataclasses.replace(connection, operator="the operator")
    return check_registration(parse_registration_options(values, known), known)


def _complete(row: Mapping[str, object], tenant: Tenant) -> dict[str, object]:
    """Return a row with what the user gave, its id in the form of all results, and a name."""
    given = {key: value for key, value in row.items() if value not in (None, [], "")}
    return {**given, "tenant_id": tenant.tenant_id, "name": tenant.name}


_CHECKS: t.Final[Mapping[EntryPoint | Playbook, t.Callable[[Values, bool], Checked]]] = {
    "onboard": _check_run,
    "drift": _check_run,
    "offboard": _check_offboard,
    "remedy": _check_remedy,
    "undo": _check_undo,
    "report": _check_report,
    # Only the form of its options is checked.
    "notify": lambda _values, _local: Checked(),
    "slice": _check_run,
    "merge": _check_merge,
    "accept": lambda values, _local: Checked(options=accept_options(values)),
    "adopt": _check_adopt,
    "login": _check_login,
    "record": _check_record,
    "snapshot": _check_snapshot,
}
