# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as their types: what is taken, and the one sentence about everything else."""

from __future__ import annotations

import contextlib
import re

import pytest
from any_case import ANY_JSON
from hypothesis import given
from hypothesis import strategies as st
from sentences import sentences_about

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import connection_spec
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import tenants_spec
from ansible_collections.m365.defender.plugins.module_utils._core.options.typed import typed_options, typed_value
from ansible_collections.m365.defender.plugins.module_utils._view.options import registration_spec

SPEC = {**connection_spec(), **registration_spec(), **tenants_spec(), "mode": {"type": "raw"}}


@pytest.mark.parametrize(
    ("option", "value", "result"),
    [
        ({"type": "bool"}, "Yes", True),
        ({"type": "bool"}, 0, False),
        ({"type": "bool", "default": True}, "", True),
        ({"type": "int"}, "50", 50),
        ({"type": "int"}, 50.0, 50),
        ({"type": "int"}, -3, -3),
        ({}, 30, "30"),
        ({"type": "list", "elements": "str"}, "a, b,", ["a", "b"]),
        ({"type": "list", "elements": "str"}, ("a", 1), ["a", "1"]),
        ({"type": "list"}, [], []),
        ({"type": "dict"}, '{"a": 1}', {"a": 1}),
        ({"type": "dict", "options": {"a": {"type": "int"}, "b": {}}}, {"a": "1"}, {"a": 1, "b": None}),
        ({"type": "raw"}, ["x"], ["x"]),
        ({"choices": ["a"], "default": "a"}, None, "a"),
    ],
)
def test_value_is_taken(option, value, result):
    assert typed_value("x", option, value) == result


ROWS = {"type": "list", "elements": "dict", "options": {"tenant_id": {}, "name": {}}}


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ({"type": "bool"}, "maybe", "x: 'maybe' is neither true nor false; write true or false."),
        ({"type": "bool"}, [], "x: a list is neither true nor false; write true or false."),
        ({"type": "int", "default": 50}, "ten", "x: 'ten' is not a whole number; write one such as 50."),
        ({"type": "int"}, True, "x: true is not a whole number; write one such as 10."),
        ({"type": "int"}, 1.5, "x: '1.5' is not a whole number; write one such as 10."),
        ({}, True, "x: true is not text; put it in quotes."),
        ({}, ["a"], "x: a list is not text; give text."),
        ({"type": "path"}, {}, "x: a dictionary is not the path of a file or directory; give the path of a file or"),
        ({"type": "list", "required": True}, None, "x: missing; give a list."),
        ({"type": "list"}, ["a", ""], "x[1]: the entry is empty; remove it, or give text."),
        ({"type": "list"}, 5, "x: '5' is not a list; give a list."),
        (ROWS, "contoso", "x: 'contoso' is not a list; give a list of dictionaries with tenant_id, name."),
        (ROWS, {"tenant_id": "a"}, "x: a dictionary is not a list; give a list of dictionaries with tenant_id, name."),
        (ROWS, ["a"], "x[0]: 'a' is not a dictionary; give a dictionary with tenant_id, name."),
        (
            ROWS,
            [{"tenantid": "a"}],
            "x[0]: 'tenantid' is not a known key (did you mean 'tenant_id'?); use tenant_id, name",
        ),
        (
            ROWS,
            '[{"tenant_id": "a"}]',
            """x: the value is text that looks like JSON; on a command line, give the vari""",
        ),
        ({"type": "dict"}, '{"x', "x: the value is text that looks like JSON"),
        ({"type": "dict"}, "{x", "x: '{x' is not a dictionary; give a dictionary."),
        (
            {"choices": ["assist", "apply"]},
            "aply",
            "x: 'aply' is not a choice (did you mean 'apply'?); choose among assist",
        ),
        ({"type": "list", "choices": ["json"]}, ["json", 5], "x: '5' is not a choice; choose among json."),
        ({"type": "int", "no_log": True}, "secret", "x: the value is not a whole number"),
    ],
)
def test_value_is_refused_in_one_sentence(option, value, sentence):
    with pytest.raises(OptionError, match=f"^{re.escape(sentence)}"):
        typed_value("x", option, value)


@pytest.mark.parametrize("name", sorted(SPEC))
@given(value=ANY_JSON)
def test_any_value_is_taken_or_refused_by_name(name, value):
    with contextlib.suppress(OptionError), sentences_about(name):
        typed_options({name: SPEC[name]}, {name: value})


@given(values=st.dictionaries(st.sampled_from(sorted(SPEC)), st.just(None)))
def test_nothing_given_is_the_defaults(values):
    assert typed_options(SPEC, values) == {name: option.get("default") for name, option in SPEC.items()}
