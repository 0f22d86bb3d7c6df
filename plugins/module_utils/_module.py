# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge to Ansible: AnsibleModule hands in the options, and our errors become `fail_json`."""

from __future__ import annotations

import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import required_by
from ansible_collections.m365.defender.plugins.module_utils._auth.identity import require_msal
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    MissingLibraryError,
    MtoError,
    OptionError,
    described,
)
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import HIDDEN, SHORTEST
from ansible_collections.m365.defender.plugins.module_utils._core.text import clean
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import require_requests
from ansible_collections.m365.defender.plugins.module_utils._options.connection import (
    connection_constraints,
    resolve_connection,
)
from ansible_collections.m365.defender.plugins.module_utils._options.environment import own_name
from ansible_collections.m365.defender.plugins.module_utils._options.spec import merge_constraints

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
    connections: list[Connection] = []

    def run() -> dict[str, object]:
        _refuse_short_secrets(module)
        if offline is not None and module.params["from_evidence"]:
            return offline(module)
        require_requests()
        require_msal()
        connections.append(resolve_connection(module.params, identity_needed=identity_needed, app_needed=app_needed))
        return work(module, connections[0])

    _leave(module, _result_of(run), connections)


def _result_of(run: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Return the result of `run`, or a failure in one sentence."""
    try:
        return run()
    except MissingLibraryError as error:
        return {"failed": True, "msg": missing_required_lib(error.library), "exception": error.traceback}
    except MtoError as error:
        return {"failed": True, "msg": str(error)}
    except Exception as error:  # noqa: BLE001  (its text can hold a token, and a traceback would show it)
        where = "".join(traceback.format_tb(error.__traceback__))
        return {"failed": True, "msg": f"The module failed because of {described(error)}.", "exception": where}


def _leave(module: AnsibleModule, result: dict[str, object], connections: Sequence[Connection]) -> None:
    """Leave with a result. Secrets that are not parameters are not known to Ansible yet: given or issued."""
    for connection in connections:
        module.no_log_values.update(connection.known_secrets.values())
        for warning in connection.warnings:
            module.warn(warning)
    warnings = result.pop("warnings", ())
    for warning in warnings if isinstance(warnings, (list, tuple)) else ():
        module.warn(warning)
    if result.get("failed"):
        # A name in an option can hold what Ansible cannot encode.
        module.fail_json(**{**result, "msg": clean(str(result.get("msg") or "The module failed."))})
    module.exit_json(**result)


def _refuse_short_secrets(module: AnsibleModule) -> None:
    """Raise OptionError for a secret that Ansible would find, and mask, in ids and statuses of the result."""
    for name, values, key in _secret_options(module.argument_spec, module.params):
        value = values[key]
        if not isinstance(value, str) or not 0 < len(value) < SHORTEST:
            continue
        # Otherwise the message itself would be masked.
        module.no_log_values.discard(value)
        values[key] = HIDDEN
        instead = f", or set {own_name(name)} in the environment instead" if name in required_by() else ""
        raise OptionError(
            f"{name}: the value has fewer than {SHORTEST} characters, so that Ansible would mask parts of the result."
            f" Use a longer one{instead}."
        )


def _secret_options(spec: Spec, values: dict[str, object]) -> Iterator[tuple[str, dict[str, object], str]]:
    """Yield every option that is a secret, with the dictionary that holds its value."""
    for name, option in spec.items():
        inner = values.get(name)
        if isinstance(inner, dict) and option.get("options"):
            yield from (
                (f"{name}.{inner_name}", holder, key)
                for inner_name, holder, key in _secret_options(option["options"], inner)
            )
        elif option.get("no_log") and name in values:
            yield name, values, name
