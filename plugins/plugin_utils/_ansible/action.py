# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the actions that exist in the controller alone share: options checked, errors in one sentence."""

from __future__ import annotations

import abc
import contextlib
import os
import typing as t

import ansible.plugins.action

from ansible_collections.m365.defender.plugins.module_utils._core.options.names import given_prefix, named_with
from ansible_collections.m365.defender.plugins.module_utils._module import caught

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Constraints, Spec


class ControllerAction(ansible.plugins.action.ActionBase):  # type: ignore[misc]
    """An action that never runs elsewhere than in the controller. `spec` has its options, as a module would."""

    spec: t.ClassVar[Spec]
    constraints: t.ClassVar[Constraints] = {}
    _supports_check_mode = True

    @abc.abstractmethod
    def work(self, options: Mapping[str, t.Any], variables: Mapping[str, object]) -> dict[str, object]:
        """Return the result. `variables` are not templated. An MtoError fails the task with its sentence."""

    def run(self, tmp: str | None = None, task_vars: Mapping[str, object] | None = None) -> dict[str, object]:
        """See ActionBase."""
        super().run(tmp, task_vars)
        options = self.validate_argument_spec(self.spec, **self.constraints)[1]
        with changed_environment(keyword_environment(self)), named_with(given_prefix(os.environ)):
            return caught(lambda: self.work(options, task_vars or {}), "action")


def keyword_environment(action: ansible.plugins.action.ActionBase) -> dict[str, str]:
    """Return the keyword `environment` of a task and of what it is in."""
    environment: dict[str, object] = {}
    action._compute_environment_string(environment)  # noqa: SLF001  (there is no other way to it)
    return {name: str(value) for name, value in environment.items()}


@contextlib.contextmanager
def changed_environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment meanwhile: modules that are sent get those of the keyword `environment`."""
    before = dict(os.environ)
    try:
        # A name that no environment can have ends it in the middle.
        os.environ.update(values)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
