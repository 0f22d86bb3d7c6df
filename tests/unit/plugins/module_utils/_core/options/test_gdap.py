# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key `gdap` of a tenant: what is taken, and the one sentence about everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentences import faults_of

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import GdapTerms, GroupRoles
from ansible_collections.m365.defender.plugins.module_utils._core.options.gdap import parse_gdap

READER = "5d6b6bb7-de71-4623-b4af-96380a352509"
OPERATOR = "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f"
GROUP = "bbbbbbbb-0000-4000-8000-000000000001"
LABEL = "tenants[0] (Contoso)"


@pytest.mark.parametrize(
    ("value", "terms"),
    [
        (None, None),
        ({}, GdapTerms()),
        ({"roles": "Security Reader", "duration": "p1y"}, GdapTerms((READER,), "P365D")),
        ({"roles": [READER.upper()], "auto_extend": False}, GdapTerms((READER,), auto_extend=False)),
        ({"roles": ["Global Administrator"], "auto_extend": False, "duration": "P2Y"}, None),
        (
            {"roles": ["Security Reader", "Security Operator"], "assignments": [{"group": f"{{{GROUP.upper()}}}"}]},
            GdapTerms((READER, OPERATOR), assignments=(GroupRoles(GROUP, (READER, OPERATOR)),)),
        ),
        (
            {"assignments": [{"group": GROUP, "roles": ["Security Operator"]}]},
            GdapTerms(assignments=(GroupRoles(GROUP, (OPERATOR,)),)),
        ),
    ],
)
def test_taken(value, terms):
    parsed = parse_gdap(LABEL, value)
    assert parsed == terms or (terms is None and parsed is not None and len(parsed.roles) == 1)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("P730D", "gdap: 'P730D' is not a dictionary"),
        ({"rolls": []}, "'rolls' is not a known key (did you mean 'roles'?)"),
        ({"roles": ["Security Raeder"]}, "did you mean 'Security Reader'?"),
        ({"roles": ["Global Administrator"]}, "cannot be extended automatically"),
        ({"duration": "P731D"}, "duration 'P731D' is not a time from P1D to P730D"),
        ({"duration": "730d"}, "duration '730d' is not a time from P1D to P730D"),
        ({"assignments": {"group": GROUP}}, "assignments is not a list"),
        ({"assignments": [{"group": "SOC", "roles": [READER]}]}, "assignments[0]: group 'SOC' is not a GUID"),
        ({"assignments": [{"group": GROUP}]}, "assignments[0]: roles is missing"),
        ({"assignments": [{"group": GROUP, "roles": [READER], "name": "x"}]}, "'name' is not a known key"),
        ({"assignments": [{"group": GROUP, "roles": [READER]}] * 2}, f"group {GROUP} is in two assignments"),
        (
            {"roles": [READER], "assignments": [{"group": GROUP, "roles": [OPERATOR]}]},
            "a group cannot get a role that `roles` of gdap does not have",
        ),
        (
            {"assignments": [{"group": GROUP, "roles": [f"00000000-0000-4000-8000-{n:012d}" for n in range(16)]}]},
            "more than 15 roles",
        ),
    ],
)
def test_refused_in_one_sentence(value, said):
    with pytest.raises(OptionError) as refused:
        parse_gdap(LABEL, value)
    assert said in str(refused.value)
    assert faults_of(str(refused.value), "tenants") == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["group", "roles", "x"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["roles", "duration", "auto_extend", "assignments", "y"]), ANYTHING))
def test_anything_is_taken_or_refused_in_one_sentence(value):
    try:
        parse_gdap(LABEL, value)
    except OptionError as error:
        assert faults_of(str(error), "tenants") == []  # noqa: PT017
