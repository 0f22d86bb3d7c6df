# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a token lacks for the reads that are due."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.m365.defender.plugins.module_utils._collect.missing_permissions import (
    granted,
    missing_permissions,
    readable_with,
    roles_missing,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

READ = Read("a", "the first", "/a", ("Small.Read", "Big.Read"), ("User.Read",), shape=dict, readers=("reader",))
OTHER = dataclasses.replace(READ, what="b", title="the second", optional=True)


@pytest.mark.parametrize(
    ("claims", "result"),
    [
        ({"roles": ["BIG.read"]}, True),
        ({"scp": "openid small.read"}, True),
        ({"roles": "Big.Read"}, False),
        ({"scp": None}, False),
    ],
)
def test_permissions_in_roles_or_scopes(claims, result):
    assert granted(READ.app, claims) is result
    assert readable_with("app", claims)(READ) is result


def test_token_that_cannot_be_read_lacks_nothing():
    assert readable_with("app", {})(READ)
    assert readable_with("app", {"roles": []})(dataclasses.replace(READ, app=()))
    assert missing_permissions([READ], "app", {}) == ()


@pytest.mark.parametrize(("reads", "optional"), [((READ, OTHER), False), ((OTHER, READ), False), ((OTHER,), True)])
def test_one_row_for_each_permission(reads, optional):
    (row,) = missing_permissions([*reads, *reads], "app", {"roles": ["X"]})
    assert row.as_dict() == {
        "permission": "Small.Read",
        "alternatives": ["Big.Read"],
        "reads": [read.title for read in reads],
        "optional": optional,
    }


@pytest.mark.parametrize(
    ("identity", "claims", "missing"),
    [
        ("operator", {"wids": ["other"]}, True),
        ("operator", {"wids": ["READER"]}, False),
        ("operator", {}, False),
        ("app", {"wids": []}, False),
    ],
)
def test_roles_of_a_person(identity, claims, missing):
    assert roles_missing(READ, identity, claims) is missing
    assert not roles_missing(dataclasses.replace(READ, readers=()), identity, claims)
