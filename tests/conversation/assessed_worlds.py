# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole worlds, each read by both modules once for all tests."""

from __future__ import annotations

import functools
import typing as t

from test_facts import result

from ansible_collections.m365.defender.plugins.module_utils._assess.access import verify_access
from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
from ansible_collections.m365.defender.plugins.module_utils._core.options.tenants import parse_tenants
from lab.process import start_lab

CHECKS = ("listed", "sign_in", "defender")


class Assessed(t.NamedTuple):
    """What both modules found, and the connection of the lab that has ended since."""

    facts: t.Any
    access: t.Any
    connection: dict[str, t.Any]


def verified(lab, rows, **changes):
    """The second module's facts."""
    names = ("home_tenant_id", "client_id", "client_secret", "refresh_token", "operator", "ca_path")
    options = {name: lab.connection[name] for name in names}
    options["endpoints"] = {name: lab.connection[name] for name in ("login", "graph", "arm")}
    connection = resolve_connection({**options, **changes}, {})
    return verify_access(Session(connection), parse_tenants(rows, connection.home_tenant_id), CHECKS)


@functools.cache
def assessed(world: str) -> Assessed:
    """The world of that name; both identities for the second module."""
    with start_lab(world=world) as lab:
        return Assessed(result(lab, lab.tenants()), verified(lab, lab.tenants()), lab.connection)
