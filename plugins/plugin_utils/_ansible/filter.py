# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files of the filters share: the class that Ansible looks for."""

from __future__ import annotations

import functools
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

P = t.ParamSpec("P")
R = t.TypeVar("R")


class OneFilter:
    """A file with one filter."""

    by_name: t.ClassVar[Mapping[str, Callable[..., object]]]

    def filters(self) -> Mapping[str, Callable[..., object]]:
        """Return the filter by its name."""
        return self.by_name


def filter_module(function: Callable[P, R]) -> type[OneFilter]:
    """Return the class with a filter of the function's name. An OptionError fails the task with its sentence."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except OptionError as error:
            # Ansible would repeat the sentence of a cause.
            raise AnsibleFilterError(str(error)) from None

    return type("FilterModule", (OneFilter,), {"by_name": {function.__name__: run}})
