# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A large made world: how long both modules take for it, and how many answers are not the generator's own.

The modules run as processes of their own, as Ansible runs them; the report is made by the filter that the role uses.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile
import time
import typing as t

from lab.process import start_lab

if t.TYPE_CHECKING:
    from lab.process import Lab
    from lab.worlds.world import World

_MODULES: t.Final = "ansible_collections.m365.defender.plugins.modules"
_REPORT: t.Final = """
import json, sys
from ansible_collections.m365.defender.plugins.plugin_utils._report.make import make_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.results import Names, read_results
facts, access = (json.load(open(path)) for path in sys.argv[1:])
results = read_results(Names("facts", "access"), {"facts": facts, "access": access})
print(json.dumps([[row.first_broken, row.reason] for row in make_report(results.run, results.rows).tenants]))
"""


class Agreement(t.NamedTuple):
    """What was measured: seconds of both modules together, and the tenants whose answer is not the right one."""

    tenants: int
    seconds: float
    wrong: list[str]


def measure(count: int, seed: int, environment: dict[str, str]) -> Agreement:
    """Judge a mixed world of so many tenants."""
    with start_lab(tenants=count, seed=seed) as lab, tempfile.TemporaryDirectory() as place:
        started = time.perf_counter()
        files = [_run(lab, name, environment, pathlib.Path(place)) for name in _modules(lab)]
        seconds = time.perf_counter() - started
        command = [sys.executable, "-c", _REPORT, *map(str, files)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return Agreement(count, seconds, _wrong(lab.world, json.loads(done.stdout)))


def _wrong(world: World, answers: list[list[str | None]]) -> list[str]:
    expected = [[tenant.expect.first_broken, tenant.expect.reason] for tenant in world.tenants]
    rows = zip(world.tenants, answers, expected, strict=True)
    return [tenant.name for tenant, answer, right in rows if answer != right]


def _modules(lab: Lab) -> dict[str, dict[str, t.Any]]:
    """The modules with their options: both identities, as onboard has them."""
    names = ("home_tenant_id", "client_id", "client_secret", "refresh_token", "operator", "ca_path")
    options = {name: lab.connection[name] for name in names}
    options |= {"endpoints": {name: lab.connection[name] for name in ("login", "graph", "arm")}}
    facts = {name: value for name, value in options.items() if name != "refresh_token"}
    return {"mto_requirement_facts": facts, "mto_tenant_access": options}


def _run(lab: Lab, name: str, environment: dict[str, str], place: pathlib.Path) -> pathlib.Path:
    """Run a module; the file with its result."""
    text = json.dumps({"ANSIBLE_MODULE_ARGS": {**_modules(lab)[name], "tenants": lab.tenants()}})
    command = [sys.executable, "-m", f"{_MODULES}.{name}"]
    done = subprocess.run(command, env=environment, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stdout[:2000]}{done.stderr}")
    path = place / f"{name}.json"
    path.write_text(done.stdout, encoding="utf-8")
    return path
