# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the action mto_preflight in this process, as Ansible would in the controller."""

from __future__ import annotations

import types

from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import connection_loader
from ansible.template import Templar, trust_as_template

from ansible_collections.m365.defender.plugins.action.mto_preflight import ActionModule

HOME = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
OTHER = "aaaaaaaa-0000-4000-8000-000000000002"
# What a run needs at least. Nothing listens at the discard port, so that a request would fail at once.
NOWHERE = "https://127.0.0.1:9"
GOOD = {
    "mto_home_tenant_id": HOME,
    "mto_client_id": CLIENT,
    "mto_client_secret": "a-long-client-secret",
    "mto_operator": "anna@northwind.example",
    "mto_endpoints": dict.fromkeys(("login", "graph", "arm", "portal", "mto"), NOWHERE),
    "mto_tenants": [{"tenant_id": TENANT, "name": "Contoso"}],
    "mto_register": False,
}


def preflight(variables, entry_point="onboard", *, groups=None, environment=None, transport="local"):
    """Return the result, and the warnings that were shown."""
    groups = groups or {}
    every = _trusted(
        {
            "inventory_hostname": "localhost",
            "groups": {name: list(hosts) for name, hosts in groups.items()},
            "hostvars": {
                name: {"inventory_hostname": name, **host} for hosts in groups.values() for name, host in hosts.items()
            },
            **variables,
        }
    )
    loader, context = DataLoader(), PlayContext()
    task = Task()
    task.action, task.args, task.environment = (
        "m365.defender.mto_preflight",
        {"entry_point": entry_point},
        [environment or {}],
    )
    connection = connection_loader.get(transport, context)
    action = ActionModule(task, connection, context, loader, Templar(loader=loader, variables=every), None)
    shown = []
    action._display = types.SimpleNamespace(warning=shown.append)
    result = action.run(task_vars=every)
    return result, [*shown, *result.get("warnings", ())]


def _trusted(value):
    """Return variables as they come from an inventory: their templates are resolved."""
    if isinstance(value, dict):
        return {key: _trusted(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_trusted(inner) for inner in value]
    return trust_as_template(value) if isinstance(value, str) else value
