# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files of the filters share."""

from __future__ import annotations

import inspect

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.filter import filter_module


def double(number: int, *, times: int = 2) -> int:
    """A made-up filter."""
    if number < 0:
        raise OptionError("number: it must not be negative.")
    return number * times


def half(number: int) -> float:
    """Another made-up filter."""
    return number / 2


def test_class_has_the_filter_by_the_name_of_its_function():
    (name, run), *others = filter_module(double)().filters().items()
    assert (name, others) == ("double", [])
    assert (run(3), run(3, times=3)) == (6, 9)
    assert inspect.signature(run) == inspect.signature(double)


def test_two_classes_know_nothing_of_each_other():
    first, second = filter_module(double), filter_module(half)
    assert [list(kind().filters()) for kind in (first, second)] == [["double"], ["half"]]


def test_our_own_error_fails_the_task_with_its_sentence():
    with pytest.raises(AnsibleFilterError, match=r"^number: it must not be negative\.$") as failed:
        filter_module(double)().filters()["double"](-1)
    # Ansible would repeat the sentence of a cause.
    assert failed.value.__cause__ is None


def test_other_errors_stay_what_they_are():
    with pytest.raises(TypeError):
        filter_module(double)().filters()["double"]("x", times="y", more=1)
