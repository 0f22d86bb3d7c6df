# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of the modules: on the control node, their work is done in Ansible's own process.

Ansible would pack the module and start a second Python that compiles and imports it all again, for every task. An
action is imported once, in the parent of the processes that run tasks; sessions and threads are made in these. Sent
elsewhere, under `become` or `async`, or to a Python that was chosen, the module runs as any other.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import json
import subprocess
import sys
import threading
import typing as t

import ansible.plugins.action
from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.json import Direction, get_module_decoder, get_module_encoder
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.typed import require_fit
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.action import (
    changed_environment,
    keyword_environment,
)
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import (
    given_paths,
    user_path,
)

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._module import ModuleTask

    Result = dict[str, object]

# Ansible finds a Python by itself.
_NOT_CHOSEN: t.Final = frozenset({"", "auto", "auto_silent", "auto_legacy", "auto_legacy_silent"})
# How Ansible writes the arguments and results of modules.
_PROFILE: t.Final = "legacy"
_INVOCATION: t.Final = "INJECT_INVOCATION"


class ModuleAction(ansible.plugins.action.ActionBase):  # type: ignore[misc]
    """The action of a module. `module_task` is what the module runs, too."""

    module_task: t.ClassVar[ModuleTask]
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """See ActionBase."""
        super().run(tmp, task_vars)
        variables = task_vars or {}
        # An empty text counts as not given, as in the variables of the role.
        args = {name: value for name, value in self._task.args.items() if value != ""}
        try:
            # Ansible would refuse the same, in words that name Python's types.
            require_fit(self.module_task.spec, args)
        except OptionError as error:
            return {"failed": True, "msg": str(error)}
        if self._connection.transport != "local":
            return self._send(args, variables)
        environment = keyword_environment(self)
        with changed_environment(environment):
            # Only here do paths of the control node mean anything.
            paths = self.module_task.environment_paths(self._path)
            args |= given_paths(self.module_task.spec, args, self._path)
            with changed_environment(paths):
                if self._runs_here(variables):
                    return _in_thread(lambda: self._run_here(args, variables))
                self._task.environment = [{**environment, **paths}]
                return self._send(args, variables)

    def _run_here(self, args: Mapping[str, object], variables: Mapping[str, t.Any]) -> Result:
        # Before ansible-core 2.21, results always had the arguments.
        known = constants.config.get_configuration_definition(_INVOCATION) is not None
        return run_here(
            self.module_task,
            args,
            action=self._task.action,
            check_mode=self._task.check_mode,
            with_invocation=not known or bool(constants.config.get_config_value(_INVOCATION, variables=variables)),
            tell=self._display.display,
        )

    def _send(self, args: Mapping[str, object], variables: dict[str, t.Any]) -> Result:
        result: Result = self._execute_module(
            module_args=dict(args), task_vars=variables, wrap_async=self._task.async_val
        )
        return result

    def _runs_here(self, variables: Mapping[str, t.Any]) -> bool:
        if self._connection.become or self._task.async_val:
            return False
        host = self._task.delegate_to
        chosen = constants.config.get_config_value(
            "INTERPRETER_PYTHON", variables=variables["ansible_delegated_vars"][host] if host else variables
        )
        path = str(self._templar.template(chosen) or "").strip()
        return path in _NOT_CHOSEN or path == sys.executable

    def _path(self, path: str) -> str:
        """Return the full path of what a user wrote. Under `become`, `~` is the home of the other user, as ever."""
        return path if self._connection.become and path.startswith("~") else user_path(path)


def run_here(
    task: ModuleTask,
    args: Mapping[str, object],
    *,
    action: str,
    check_mode: bool,
    with_invocation: bool,
    tell: Callable[[str], None],
) -> Result:
    """Return the result that the module would give: masked, with its warnings and, if wanted, its arguments."""
    # As a module gets its arguments: plain, without what the controller knows about their origin.
    text = json.dumps(args, cls=get_module_encoder(_PROFILE, Direction.CONTROLLER_TO_MODULE))
    params = json.loads(text, cls=get_module_decoder(_PROFILE, Direction.CONTROLLER_TO_MODULE))
    call = _Call(params, check_mode, tell)
    validation = ArgumentSpecValidator(task.spec, **task.all_constraints()).validate(call.params)
    call.params.update(validation.validated_parameters)
    call.no_log_values.update(validation._no_log_values)  # noqa: SLF001  (as AnsibleModule does)
    if validation.error_messages:
        unknown = isinstance(validation.errors[0], UnsupportedError)
        head = f"Unsupported parameters for ({action}) module: " if unknown else ""
        result: Result = {"failed": True, "msg": f"{head}{validation.errors.msg}"}
        warnings: list[str] = []
    else:
        result, warnings = task.result_of(call)
    if with_invocation:
        result["invocation"] = {"module_args": call.params}
    if warnings:
        result["warnings"] = warnings
    return _masked(result, call.no_log_values)


@dataclasses.dataclass(slots=True)
class _Call:
    """What AnsibleModule has of a task."""

    params: dict[str, t.Any]
    check_mode: bool
    tell: Callable[[str], None]
    no_log_values: set[str] = dataclasses.field(default_factory=set)

    def run_command(self, args: list[str], *, handle_exceptions: bool) -> object:
        """Run a command with nothing on its standard streams, and wait for its end."""
        return subprocess.run(args, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode  # noqa: S603


def _masked(result: Result, secrets: set[str]) -> Result:
    """Return the result without secrets, as AnsibleModule does. The number of a truth value is not taken for one."""
    # Going through the rows of a thousand tenants takes ten times as long as searching their text.
    text = json.dumps(result, ensure_ascii=False)
    if not any(json.dumps(secret, ensure_ascii=False)[1:-1] in text for secret in secrets):
        plain: Result = json.loads(text)
        return plain
    kept = {name: value for name, value in result.items() if value is None or isinstance(value, bool)}
    masked: Result = remove_values(result, secrets)
    return {**masked, **kept}


def _in_thread(work: Callable[[], Result]) -> Result:
    """Return the result of a thread.

    Ansible interrupts a task at its `timeout` by an exception in the main thread, which the work could take for its
    own. A daemon does not keep the process from ending.
    """
    future: concurrent.futures.Future[Result] = concurrent.futures.Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  (raised where it is waited for)
            future.set_exception(error)

    threading.Thread(target=run, name="module", daemon=True).start()
    return future.result()
