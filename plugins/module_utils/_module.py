# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge: where AnsibleModule stands. It hands in options, and turns our errors into `fail_json`."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.m365.defender.plugins.module_utils._auth.identity import require_msal
from ansible_collections.m365.defender.plugins.module_utils._core.errors import MissingLibraryError, MtoError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import require_requests
from ansible_collections.m365.defender.plugins.module_utils._options.connection import resolve_connection, secrets_of

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._options.connection import Connection, Spec


def run_module(  # noqa: PLR0913 - keywords, each with a default
    spec: Spec,
    work: Callable[[AnsibleModule, Connection], dict[str, t.Any]],
    *,
    supports_check_mode: bool,
    identity_needed: bool = True,
    app_needed: bool = True,
    offline: Callable[[AnsibleModule], dict[str, t.Any]] | None = None,
    constraints: Mapping[str, object] | None = None,
) -> None:
    """Make the module, do the work, leave with its result; what we raise on purpose becomes one clear sentence.

    A result with `failed` leaves as a failure, complete as it is. `identity_needed` False: a person signs in here.
    `app_needed` False: our app plays no part. `offline` takes the place of `work` where `from_evidence` is given.
    `constraints` are AnsibleModule's own, such as `mutually_exclusive`.
    """
    module = AnsibleModule(
        argument_spec=spec,
        supports_check_mode=supports_check_mode,
        **({"required_one_of": [("tenants", "from_evidence")]} if offline else {}),
        **(constraints or {}),
    )
    try:
        if offline is not None and module.params["from_evidence"]:
            result = offline(module)
        else:
            require_requests()
            require_msal()
            connection = resolve_connection(module.params, identity_needed=identity_needed, app_needed=app_needed)
            # Secrets out of the environment are no parameters: Ansible has to be told to keep them out of its output.
            module.no_log_values.update(secrets_of(connection))
            result = work(module, connection)
    except MissingLibraryError as error:
        module.fail_json(msg=missing_required_lib(error.library), exception=error.traceback)
    except MtoError as error:
        module.fail_json(msg=str(error))
    for warning in result.pop("warnings", ()):
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
