# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of mto_tenant: read the view, compare it with the desired state, and change it or wait for a person."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._view import reconcile
from ansible_collections.m365.defender.plugins.module_utils._view.backup import BackupWriter
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import load_contract
from ansible_collections.m365.defender.plugins.module_utils._view.messages import hidden_warnings, sentence_details
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import open_source, read_source_files
from ansible_collections.m365.defender.plugins.module_utils._view.result import ResultBuilder

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Contract
    from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import ViewSource
    from ansible_collections.m365.defender.plugins.module_utils._view.options import RegistrationOptions


def register_tenants(options: RegistrationOptions, connection: Connection, *, check_mode: bool) -> dict[str, object]:
    """The result of mto_tenant. Raises MtoError before anything is changed."""
    contract = _contract_of(options)
    if options.applies and contract is not None and contract.whole is not None:
        options = dataclasses.replace(options, desired=dataclasses.replace(options.desired, sends_full_list=True))
    source = open_source(options.portal, connection)
    details = sentence_details(connection, options.operator, source.url, options.desired.max_tenants)
    builder = ResultBuilder(options, source.url, details, check_mode)
    if not source.given:
        return builder.without_view()
    backup = BackupWriter(options.backup_dir) if options.backup_dir else None
    groups = contract is not None and contract.needs_groups
    context = reconcile.ReconcileContext(
        read=lambda: source.read(groups=groups),
        refuse=lambda view: source.refuse(view, connection),
        desired=options.desired,
        wait=min(options.wait, source.deadline.remaining()),
        keep=backup.keep if backup else lambda reading: None,
    )
    outcome = _reconcile(context, source, contract if options.applies else None, check_mode=check_mode)
    result = builder.result(outcome, backup.path if backup else None, source.groups())
    return {**result, "warnings": [*source.warnings, *hidden_warnings(outcome.after.view, options.operator)]}


def check_registration(options: RegistrationOptions, connection: Connection) -> tuple[str, ...]:
    """Check the options and the files that they name, and return warnings. No request is sent. Raises OptionError."""
    _contract_of(options)
    if options.backup_dir:
        BackupWriter(options.backup_dir)
    return read_source_files(options.portal, connection.cloud).warnings


def _contract_of(options: RegistrationOptions) -> Contract | None:
    """Return the contract that is given. Raises OptionError for `apply` without all that it needs."""
    if options.applies and not (options.portal_contract and options.portal.live):
        raise OptionError(
            "registration: apply needs portal_contract and a live session (portal_cookies_file or portal_session); give"
            f" both ({CONTRACT} says how), or use assist, which lists the steps for a person."
        )
    return load_contract(options.portal_contract) if options.portal_contract else None


def _reconcile(
    context: reconcile.ReconcileContext, source: ViewSource, contract: Contract | None, *, check_mode: bool
) -> reconcile.Outcome:
    """Change the view by the contract, if there is one; else wait for a person, if the view is live."""
    if check_mode or source.portal is None:
        return reconcile.look(context)
    if contract is None:
        return reconcile.assist(context)
    return reconcile.apply(context, source.portal, contract)
