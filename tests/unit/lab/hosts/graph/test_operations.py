# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of operations: each is found by its path, has callers, and requires known permissions."""

from __future__ import annotations

import re

import pytest

from lab.data import permissions, roles
from lab.hosts.entra.tokens import Caller
from lab.hosts.graph.authorization import authorize
from lab.hosts.graph.errors import GraphError
from lab.hosts.graph.operations import OPERATIONS
from lab.hosts.graph.routing import find_operation
from lab.process import WORLDS
from lab.worlds.loading import load_world

IDS = [f"{operation.method} {operation.path}" for operation in OPERATIONS]


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_found_by_its_path(operation):
    path = re.sub(r"\{\w+\}", "a.b%23c", operation.path)
    for version in operation.versions:
        operation_found, keys = find_operation(operation.method, version, path)
        assert operation_found is operation
        assert set(keys.values()) <= {"a.b#c"}
    assert find_operation(operation.method, "beta", path.upper())[0] is operation


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if "v1.0" not in op.versions], ids=str)
def test_what_only_beta_has_is_no_segment_of_v1_0(operation):
    with pytest.raises(GraphError, match="Resource not found for the segment 'defender'"):
        find_operation(operation.method, "v1.0", operation.path)


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_permissions_exist(operation):
    for names in (operation.required.delegated, operation.required.application):
        assert set(names) <= permissions.KNOWN
        assert len(set(names)) == len(names)
    assert operation.required.delegated


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if not op.writes], ids=str)
def test_full_consent_is_enough(operation):
    assert not permissions.FULL_DELEGATED.isdisjoint(operation.required.delegated)
    assert not operation.required.application or not permissions.FULL_APPLICATION.isdisjoint(
        operation.required.application
    )


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if op.writes], ids=str)
def test_full_consent_writes_nothing(operation):
    assert permissions.FULL_DELEGATED.isdisjoint(operation.required.delegated)
    assert permissions.FULL_APPLICATION.isdisjoint(operation.required.application)


@pytest.mark.parametrize("operation", [op for op in OPERATIONS if op.path.startswith("/me")], ids=str)
def test_me_is_not_for_apps(operation):
    app = Caller("t", "o", "app", permissions.KNOWN)
    with pytest.raises(GraphError, match="only valid with delegated"):
        authorize(operation, {}, app, None)


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_each_permission_alone_is_enough(operation):
    admin = frozenset((roles.GLOBAL_ADMINISTRATOR,))
    callers = [Caller("t", "o", "app", frozenset((name,))) for name in operation.required.application]
    callers += [Caller("t", "o", "operator", frozenset((name,)), admin) for name in operation.required.delegated]
    refused = []
    for caller in callers:
        try:
            authorize(operation, {}, caller, None)
        except GraphError:
            refused.append(caller)
    assert callers
    assert refused == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=IDS)
def test_others_are_not(operation):
    for allowed, identity in ((operation.required.delegated, "operator"), (operation.required.application, "app")):
        stranger = Caller("t", "o", identity, permissions.KNOWN - set(allowed), frozenset(roles.NAME_OF))
        with pytest.raises(GraphError):
            authorize(operation, {}, stranger, None)


def test_demo_uses_the_full_consent_mostly():
    tenants = load_world(WORLDS / "demo.yml").tenants
    assert [tenant.consent for tenant in tenants].count("full") == 24
