# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A large made world: how long it takes to assess, and how many answers are not the generator's own.

The module runs as a process of its own, as Ansible runs it elsewhere; the report is made as the role makes it.
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import time
import typing as t

from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.results import Names, read_results
from lab.process import start_lab

if t.TYPE_CHECKING:
    from lab.process import Lab
    from lab.worlds.world import World

_MODULE: t.Final = "ansible_collections.m365.defender.plugins.modules.mto_assessment_info"
# What the generator says of the app alone: the operator's own object says which of two accounts counts.
_APP_ONLY: t.Final = "access.guest_ambiguous"
_COLLECTIONS: t.Final = pathlib.Path(__file__).resolve().parents[2] / "build" / "collections"


class Agreement(t.NamedTuple):
    """What was measured: seconds of the module, and the tenants whose answer is not the right one."""

    tenants: int
    seconds: float
    wrong: list[str]


def measure(count: int, seed: int) -> Agreement:
    """Judge a mixed world of so many tenants."""
    with start_lab(tenants=count, seed=seed) as lab:
        started = time.perf_counter()
        result = assessed(lab)
        seconds = time.perf_counter() - started
        results = read_results(Names("assessment", "assessment"), {"assessment": result})
        answers = [[row.first_broken, row.reason] for row in make_report(results.run, results.rows).tenants]
        return Agreement(count, seconds, _wrong(lab.world, answers))


def _wrong(world: World, answers: list[list[str | None]]) -> list[str]:
    expected = [[tenant.expect.first_broken, tenant.expect.reason] for tenant in world.tenants]
    rows = zip(world.tenants, answers, expected, strict=True)
    return [tenant.name for tenant, answer, right in rows if answer != right and right[1] != _APP_ONLY]


def assessed(lab: Lab, concurrency: int = 32) -> dict[str, t.Any]:
    """The result of the module for all tenants of a lab, as onboard gets it: both identities."""
    names = ("home_tenant_id", "client_id", "client_secret", "refresh_token", "operator", "ca_path")
    options: dict[str, t.Any] = {name: lab.connection[name] for name in names}
    options |= {"endpoints": {name: lab.connection[name] for name in ("login", "graph", "arm")}}
    text = json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "tenants": lab.tenants(), "concurrency": concurrency}})
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MTO_", "AZURE_"))}
    environment = {**kept, "PYTHONPATH": str(_COLLECTIONS)}
    command = [sys.executable, "-m", _MODULE]
    done = subprocess.run(command, env=environment, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"the module failed: {done.stdout[:2000]}{done.stderr}")
    result: dict[str, t.Any] = json.loads(done.stdout)
    return result
