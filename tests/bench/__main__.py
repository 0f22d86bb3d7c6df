# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure the facts module and the playbook onboard against the lab: `python -m bench` from tests/ (or `make bench`).

Prints wall seconds of the module alone (its process, with start-up and imports), of a whole play around it, and of a
play that does nothing (Ansible's own fixed cost); of the playbook `onboard` with both identities, and of a play with as
many tasks that do nothing; requests per target tenant, and bytes of evidence per tenant. Then both modules judge a
large mixed world, and every answer is compared with the generator's own.
Machines are noisy: every figure is the median of several runs, and all of them come from one session.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import typing as t

from bench.agreement import measure
from lab.process import Lab, start_lab

ROOT: t.Final = pathlib.Path(__file__).resolve().parent.parent.parent
COLLECTIONS: t.Final = ROOT / "build" / "collections"
# What the module promises for 25 tenants at 100 ms a request.
MOST_SECONDS: t.Final = 3.0
MOST_REQUESTS: t.Final = 4
MOST_BYTES: t.Final = 4096
# The whole onboarding of 25 tenants at 100 ms a request, Ansible's own cost included.
MOST_ONBOARD_SECONDS: t.Final = 10.0
# Both modules for the large mixed world.
MOST_LARGE_SECONDS: t.Final = 60.0
# So many tasks does the playbook run.
ONBOARD_TASKS: t.Final = 16
MODULE: t.Final = "ansible_collections.m365.defender.plugins.modules.mto_requirement_facts"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the facts module against the lab.")
    parser.add_argument("--tenants", type=int, default=25)
    parser.add_argument("--latency-ms", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--large", type=int, default=1000, help="tenants of the large mixed world")
    parser.add_argument("--seed", type=int, default=7, help="seed of the large mixed world")
    return parser.parse_args()


def environment() -> dict[str, str]:
    """The environment of every measured process."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "MTO_", "AZURE_"))}
    return {**kept, "PYTHONPATH": str(COLLECTIONS), "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS)}


def module_options(lab: Lab, tenants: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    """What a task would hand to the module."""
    connection = lab.connection
    names = ("home_tenant_id", "client_id", "client_secret", "operator", "ca_path")
    endpoints = {name: connection[name] for name in ("login", "graph")}
    return {**{name: connection[name] for name in names}, "endpoints": endpoints, "tenants": tenants}


def run_module(options: dict[str, t.Any]) -> tuple[float, dict[str, t.Any]]:
    """Run the module as its own process; seconds and result."""
    text = json.dumps({"ANSIBLE_MODULE_ARGS": options})
    command = [sys.executable, "-m", MODULE]
    started = time.perf_counter()
    done = subprocess.run(command, env=environment(), input=text, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"the module failed: {done.stdout}{done.stderr}")
    return seconds, json.loads(done.stdout)


def run_play(tasks: list[dict[str, t.Any]]) -> float:
    """Run a play with these tasks on localhost; seconds."""
    variables = {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "ansible_pipelining": True}
    head = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables}
    with tempfile.TemporaryDirectory() as directory:
        playbook = pathlib.Path(directory) / "play.yml"
        playbook.write_text(json.dumps([{**head, "tasks": tasks}]), encoding="utf-8")
        command = [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", str(playbook)]
        started = time.perf_counter()
        done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"the play failed: {done.stdout}{done.stderr}")
    return seconds


def run_onboard(lab: Lab, tenants: list[dict[str, t.Any]]) -> float:
    """Run the playbook as a user would: both identities, the view written and read back, all reports; seconds."""
    connection = lab.connection
    names = ("home_tenant_id", "client_id", "operator", "ca_path", "portal_cookies_file", "portal_contract")
    endpoints = {name: connection[name] for name in ("login", "graph", "arm", "portal", "mto")}
    variables = {f"mto_{name}": connection[name] for name in names}
    variables |= {"mto_endpoints": endpoints, "mto_registration": "apply"}
    secrets = {f"MTO_{name.upper()}": connection[name] for name in ("client_secret", "refresh_token")}
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "variables.json"
        path.write_text(
            json.dumps({**variables, "mto_tenants": tenants, "mto_report_dir": directory}), encoding="utf-8"
        )
        command = [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "m365.defender.onboard"]
        started = time.perf_counter()
        done = subprocess.run(
            [*command, "-e", f"@{path}"], env=environment() | secrets, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"onboard failed: {done.stdout}{done.stderr}")
    return seconds


def evidence_bytes(requirements: dict[str, t.Any]) -> list[int]:
    """Bytes of evidence in each tenant's row, as compact JSON; a piece that two verdicts rest on counts twice."""
    return [
        sum(len(json.dumps(verdict["evidence"], separators=(",", ":"))) for verdict in row["requirements"].values())
        for row in requirements.values()
    ]


def requests_per_tenant(lab: Lab, home_tenant_id: str) -> list[int]:
    """Requests that each target tenant saw so far: discovery and token included."""
    counted = collections.Counter(row["tenant"] for row in lab.requests() if row["tenant"] != home_tenant_id)
    return list(counted.values())


def main() -> int:
    """Measure and print; one figure a line."""
    options = arguments()
    with start_lab(tenants=options.tenants, seed=1, calm=True, latency_ms=options.latency_ms) as lab:
        tenants = lab.tenants()
        task = module_options(lab, tenants)
        first, result = run_module(task)
        counted = requests_per_tenant(lab, lab.connection["home_tenant_id"])
        seconds = [first, *(run_module(task)[0] for _run in range(options.runs - 1))]
        plays = [run_play([{"m365.defender.mto_requirement_facts": task}]) for _run in range(options.runs)]
        empty = [run_play([{"ansible.builtin.assert": {"that": True}}]) for _run in range(options.runs)]
        onboard = [run_onboard(lab, tenants) for _run in range(options.runs)]
        nothing = [{"ansible.builtin.assert": {"that": True}}] * ONBOARD_TASKS
        idle = [run_play(nothing) for _run in range(options.runs)]
    rows = result["ansible_facts"]["mto_requirements"]
    size = evidence_bytes(rows)
    print(f"tenants                      {len(rows)}, ready {sum(row['ready'] for row in rows.values())}")
    print(f"latency                      {options.latency_ms} ms a request, median of {options.runs} runs")
    print(f"module alone                 {statistics.median(seconds):.2f} s")
    print(f"play with the module         {statistics.median(plays):.2f} s")
    print(f"play with nothing            {statistics.median(empty):.2f} s")
    print(f"playbook onboard             {statistics.median(onboard):.2f} s")
    print(f"play with {ONBOARD_TASKS} idle tasks      {statistics.median(idle):.2f} s")
    print(f"requests per target tenant   {max(counted)} at most, {statistics.mean(counted):.1f} on average")
    print(f"evidence per tenant          {max(size)} bytes at most, {statistics.mean(size):.0f} on average")
    kept = statistics.median(seconds) <= MOST_SECONDS and max(counted) <= MOST_REQUESTS and max(size) <= MOST_BYTES
    kept = kept and statistics.median(onboard) <= MOST_ONBOARD_SECONDS
    large = measure(options.large, options.seed, environment())
    print(f"{large.tenants} mixed tenants           {large.seconds:.1f} s, {len(large.wrong)} answers are wrong")
    kept = kept and large.seconds <= MOST_LARGE_SECONDS and not large.wrong
    word = "kept" if kept else "NOT kept"
    print(
        f"limits                       {word}: {MOST_SECONDS} s, {MOST_REQUESTS} requests, {MOST_BYTES} bytes,"
        f" onboard {MOST_ONBOARD_SECONDS} s, mixed tenants {MOST_LARGE_SECONDS:.0f} s and every answer right"
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
