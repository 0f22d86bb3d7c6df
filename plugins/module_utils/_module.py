# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The edge to Ansible: what a module does, whoever runs it, and AnsibleModule, which runs it where it is sent.

On the control node, an action plugin of the same name runs it in Ansible's own process:
`plugin_utils/_ansible/in_process.py`.
"""

from __future__ import annotations

import dataclasses
import os
import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from ansible_collections.m365.defender.plugins.module_utils._auth.credentials.registry import required_by
from ansible_collections.m365.defender.plugins.module_utils._auth.identities import require_libraries
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import (
    connection_constraints,
    resolve_connection,
)
from ansible_collections.m365.defender.plugins.module_utils._auth.options.environment import environment_paths, own_name
from ansible_collections.m365.defender.plugins.module_utils._core.errors import (
    MissingLibraryError,
    MtoError,
    OptionError,
    described,
)
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import (
    given_prefix,
    named_with,
    with_prefix,
)
from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Constraints, merge_constraints
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import HIDDEN, SHORTEST
from ansible_collections.m365.defender.plugins.module_utils._core.text import clean

if t.TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

    Result = dict[str, object]


class Call(t.Protocol):
    """What Ansible hands over to a module."""

    params: dict[str, t.Any]
    check_mode: bool
    # What must not be in the result.
    no_log_values: set[str]

    def run_command(self, args: list[str], *, handle_exceptions: bool) -> object:
        """Run a command and wait for its end. Raise OSError if it cannot be started, unless exceptions are handled."""

    def tell(self, line: str) -> None:
        """Show a line about the progress, if there is a screen."""


@dataclasses.dataclass(frozen=True, slots=True)
class ModuleTask:
    """What a module does, whoever runs it. All of them support check mode.

    `constraints` are the module's own; those of the connection options are added. `identity_needed` is False where a
    person signs in, `app_needed` where the app plays no part. `offline` takes the place of `work` where `from_evidence`
    is given, and where there is no `work`: a module that never connects.
    """

    spec: Spec
    work: Callable[[Call, Connection], Result] | None
    constraints: Constraints = dataclasses.field(default_factory=Constraints)
    identity_needed: bool = True
    app_needed: bool = True
    offline: Callable[[Call], Result] | None = None

    def all_constraints(self) -> Constraints:
        """Return what Ansible can check of the options."""
        return merge_constraints(connection_constraints() if self.work else {}, self.constraints)

    def environment_paths(self, resolve: Callable[[str], str]) -> dict[str, str]:
        """Return the full path of every path option that the environment gives, by the name of its variable."""
        return environment_paths(self.spec, os.environ, resolve)

    def result_of(self, call: Call) -> tuple[Result, list[str]]:
        """Return the result, or a failure in one sentence, and the warnings. Secrets are in `no_log_values` then."""
        connections: list[Connection] = []
        with named_with(given_prefix(os.environ)):
            result = caught(lambda: self._run(call, connections), "module")
            given = [warning for connection in connections for warning in connection.warnings]
            own = result.pop("warnings", None)
            warnings = [
                with_prefix(warning, self.spec)
                for warning in (*given, *(own if isinstance(own, (list, tuple)) else ()))
            ]
        for connection in connections:
            # Given by the environment, or issued: Ansible does not know them.
            call.no_log_values.update(connection.known_secrets.values())
        if result.get("failed"):
            # A name in an option can hold what Ansible cannot encode.
            result["msg"] = clean(str(result.get("msg") or "The module failed."))
        return result, warnings

    def _run(self, call: Call, connections: list[Connection]) -> Result:
        try:
            return self._work(call, connections)
        except OptionError as error:
            raise OptionError(with_prefix(str(error), self.spec)) from None

    def _work(self, call: Call, connections: list[Connection]) -> Result:
        _refuse_short_secrets(self.spec, call)
        if self.offline is not None and (self.work is None or call.params["from_evidence"]):
            return self.offline(call)
        require_libraries()
        connection = resolve_connection(call.params, identity_needed=self.identity_needed, app_needed=self.app_needed)
        connections.append(connection)
        if self.work is None:
            raise ValueError("a module that never connects needs `offline`")
        return self.work(call, connection)


class _Module(AnsibleModule):  # type: ignore[misc]
    """A module that was sent: Ansible shows its result, and nothing before."""

    def tell(self, line: str) -> None:
        """See Call."""


def run_module(task: ModuleTask) -> None:
    """Run a task as a module, and leave with its result. A result with `failed` leaves as a failure, complete."""
    module = _Module(argument_spec=task.spec, supports_check_mode=True, **task.all_constraints())
    result, warnings = task.result_of(module)
    for warning in warnings:
        module.warn(warning)
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)


def caught(run: Callable[[], Result], who: str) -> Result:
    """Return the result of `run`, or a failure in one sentence. `who` fails: a module or an action."""
    try:
        return run()
    except MissingLibraryError as error:
        return {"failed": True, "msg": missing_required_lib(error.library), "exception": error.traceback}
    except MtoError as error:
        return {"failed": True, "msg": str(error)}
    except Exception as error:  # noqa: BLE001  (its text can hold a token, and a traceback would show it)
        where = "".join(traceback.format_tb(error.__traceback__))
        return {"failed": True, "msg": f"The {who} failed because of {described(error)}.", "exception": where}


def _refuse_short_secrets(spec: Spec, call: Call) -> None:
    """Raise OptionError for a secret that Ansible would find, and mask, in ids and statuses of the result."""
    for name, values, key in _secret_options(spec, call.params):
        value = values[key]
        if not isinstance(value, str) or not 0 < len(value) < SHORTEST:
            continue
        # Otherwise the message itself would be masked.
        call.no_log_values.discard(value)
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
