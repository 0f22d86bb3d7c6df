# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same world calm, and with throttled and broken answers: no verdict may differ but by being unknown."""

from __future__ import annotations

import json
import pathlib
import random
import tempfile
import time
import typing as t

from bench.agreement import assessed
from lab.generator.generate import generate
from lab.process import start_lab

_THROTTLED: t.Final = 0.10
_BROKEN: t.Final = 0.02
_MOST_TIMES_CALM: t.Final = 3.0
_LEAST_THE_SAME: t.Final = 0.95
# Graph throttles twice and says for how long; an answer is cut twice, so that the third attempt gets it.
_THROTTLE: t.Final = {"kind": "throttle", "times": 2, "retry_after": "1"}
_CUT: t.Final = {"kind": "truncate", "times": 2}

Verdicts = dict[str, dict[str, str]]


def compare(count: int, latency_ms: float, concurrency: int) -> int:
    """Measure both worlds, print what differs, and return the exit code."""
    calm, calm_seconds = _run(_world(count, spoiled=False), latency_ms, concurrency)
    found, seconds = _run(_world(count, spoiled=True), latency_ms, concurrency)
    touched = _touched(count)
    lost = calm.keys() - found.keys()
    pairs = [
        (tenant, check, status, found[tenant][check])
        for tenant, checks in calm.items()
        if tenant in found
        for check, status in checks.items()
    ]
    lies = [pair for pair in pairs if pair[2] != pair[3] != "unknown"]
    same = sum(calm[tenant] == found.get(tenant) for tenant in touched)
    print(f"tenants {count}, throttled or cut {len(touched)}, rows lost {len(lost)}, verdicts that differ {len(lies)}")
    print(f"touched tenants with the calm verdicts {same} ({same / max(1, len(touched)):.1%})")
    print(f"calm {calm_seconds:.1f} s, spoiled {seconds:.1f} s: {seconds / calm_seconds:.2f} times")
    kept = not lost and not lies and same >= _LEAST_THE_SAME * len(touched)
    return 0 if kept and seconds <= _MOST_TIMES_CALM * calm_seconds else 1


def _touched(count: int) -> dict[str, dict[str, t.Any]]:
    """The tenants with a fault."""
    chance = random.Random(count)  # noqa: S311  (a world, not a secret)
    ids = [tenant.tenant_id for tenant in generate(count, 7).tenants]
    chance.shuffle(ids)
    throttled, broken = round(count * _THROTTLED), max(1, round(count * _BROKEN))
    return {
        **dict.fromkeys(ids[:throttled], _THROTTLE),
        **dict.fromkeys(ids[throttled : throttled + broken], _CUT),
    }


def _world(count: int, *, spoiled: bool) -> dict[str, t.Any]:
    world: dict[str, t.Any] = generate(count, 7).model_dump(mode="json", exclude_unset=True)
    for row in world["tenants"]:
        fault = _touched(count).get(row["tenant_id"]) if spoiled else None
        row["faults"] = [*row.get("faults", ()), *([fault] if fault else [])]
    return world


def _run(world: dict[str, t.Any], latency_ms: float, concurrency: int) -> tuple[Verdicts, float]:
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "world.yml"
        path.write_text(json.dumps(world), encoding="utf-8")
        with start_lab(world=path, latency_ms=latency_ms) as lab:
            started = time.perf_counter()
            result = assessed(lab, concurrency)
            seconds = time.perf_counter() - started
    verdicts: Verdicts = {
        tenant: {check: verdict["status"] for check, verdict in row["requirements"].items()}
        for tenant, row in result["requirements"].items()
    }
    for row in result["tenants"]:
        verdicts[row["tenant_id"]] |= {check: row[check]["status"] for check in row["checks"]}
    return verdicts, seconds
