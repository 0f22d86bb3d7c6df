# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge to Ansible: AnsibleModule hands in the options, and our errors become `fail_json`."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.m365.defender.plugins.module_utils._auth.identity import require_msal
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MissingLibraryError, MtoError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import require_requests
from ansible_collections.m365.defender.plugins.module_utils._options.connection import (
    connection_constraints,
    resolve_connection,
)
from ansible_collections.m365.defender.plugins.module_utils._options.spec import merge_constraints

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._options.spec import Constraints, Spec


def run_module(  # noqa: PLR0913  (all but two are optional keywords)
    spec: Spec,
    work: Callable[[AnsibleModule, Connection], dict[str, object]],
    *,
    supports_check_mode: bool,
    constraints: Constraints | None = None,
    identity_needed: bool = True,
    app_needed: bool = True,
    offline: Callable[[AnsibleModule], dict[str, object]] | None = None,
) -> None:
    """Run a module that takes the connection options, and leave with its result or one clear sentence.

    A result with `failed` leaves as a failure, complete as it is. `constraints` are the module's own; those of the
    connection options are added. `identity_needed` is False where a person signs in, `app_needed` where the app plays
    no part. `offline` takes the place of `work` where `from_evidence` is given.
    """
    module = AnsibleModule(
        argument_spec=spec,
        supports_check_mode=supports_check_mode,
        **merge_constraints(connection_constraints(), constraints or {}),
    )
    try:
        if offline is not None and module.params["from_evidence"]:
            result = offline(module)
        else:
            require_requests()
            require_msal()
            connection = resolve_connection(module.params, identity_needed=identity_needed, app_needed=app_needed)
            # Secrets from the environment are not parameters, so Ansible does not know them yet.
            module.no_log_values.update(connection.secrets())
            result = work(module, connection)
    except MissingLibraryError as error:
        module.fail_json(msg=missing_required_lib(error.library), exception=error.traceback)
    except MtoError as error:
        module.fail_json(msg=str(error))
    warnings = result.pop("warnings", ())
    for warning in warnings if isinstance(warnings, (list, tuple)) else ():
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
