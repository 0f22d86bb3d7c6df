# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure what the collection costs, against the lab: `make bench`, or `python -m bench` from tests/.

    make bench                                    the rows below for 25 and 100 tenants
    make bench ARGS="--tenants 1000 --runs 3"     for a thousand
    make bench ARGS="--rows onboard --against X"  beside another tree, X/ansible_collections/m365/defender, in turns
    make bench ARGS="--spoiled"                   the same world calm, then with throttled and broken answers
    make bench ARGS="--agreement 1000"            whether both modules answer as the generator of the world says

Rows: `onboard` is the whole playbook with all three steps; `operators` are its first two for a team of twenty, read by
the app alone, and `one` the same for one of them; `facts` are the requirements without Ansible; `limit` sends the same
requests with asyncio and judges nothing; `sequential` is a script with msal and requests; `uri` is a play of 25 tenants
as people write it. Figures are medians of runs that take turns; ratios hold within one call only. All of
them are also in build/bench/bench.json. A busy machine makes them void, and the last line says so.
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import statistics
import sys
import typing as t

from bench.agreement import measure
from bench.rows import ROWS, TESTS, Measured, Setting, run
from bench.spoiled import compare

OUTPUT: t.Final = TESTS.parent / "build" / "bench" / "bench.json"
# The play that people write takes minutes.
MOST_FOR_URI: t.Final = 25
MOST_FOR_SEQUENTIAL: t.Final = 100


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure the collection against the lab.")
    parser.add_argument("--tenants", type=int, nargs="+", default=[25, 100])
    parser.add_argument("--rows", nargs="+", choices=[*ROWS], default=["onboard", "facts", "limit"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--latency-ms", type=float, default=100)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[32])
    parser.add_argument("--against", type=pathlib.Path, help="a directory that holds ansible_collections/m365/defender")
    parser.add_argument("--spoiled", action="store_true")
    parser.add_argument("--agreement", type=int, metavar="TENANTS")
    return parser.parse_args()


def row_of(name: str, setting: Setting, runs: list[Measured]) -> dict[str, t.Any]:
    """One line of the table: medians, and the worst of what has a limit."""
    per_tenant = runs[-1].per_tenant or [0]
    return {
        "row": name,
        "tenants": setting.tenants,
        "concurrency": setting.concurrency,
        "wall": round(statistics.median(one.cost.wall for one in runs), 2),
        "cpu": round(statistics.median(one.cost.cpu for one in runs), 2),
        "peak_mib": round(max(one.cost.peak_mib for one in runs)),
        "requests_mean": round(statistics.mean(per_tenant), 2),
        "requests_most": max(per_tenant),
        "requests_home": runs[-1].at_home,
        "requests": sum(runs[-1].per_tenant) + runs[-1].at_home,
        "lab_cpu": round(statistics.median(one.lab_cpu for one in runs), 2),
        "load": round(max(one.cost.load for one in runs), 1),
        "runs": len(runs),
    }


def compared(options: argparse.Namespace, count: int, concurrency: int) -> list[dict[str, t.Any]]:
    """All rows for one number of tenants, run in turns."""
    setting = Setting(count, options.latency_ms, concurrency)
    most = {"uri": MOST_FOR_URI, "sequential": MOST_FOR_SEQUENTIAL}
    plan = {name: (name, setting) for name in options.rows if count <= most.get(name, count)}
    if options.against and "onboard" in plan:
        plan["against"] = ("onboard", Setting(count, options.latency_ms, concurrency, options.against.resolve()))
    runs: dict[str, list[Measured]] = {label: [] for label in plan}
    for number in range(options.runs):
        for label, (name, its_setting) in plan.items():
            # One run of what takes minutes is enough: nothing is said of it but how many.
            if name not in most or number == 0:
                runs[label].append(run(name, its_setting))
                print(f"  {label} of {count}: {runs[label][-1].cost.wall:.1f} s", file=sys.stderr)
    return [row_of(label, plan[label][1], runs[label]) for label in plan]


def ratios(rows: list[dict[str, t.Any]]) -> list[str]:
    """What the rows of one number of tenants say about each other."""
    by_name = {row["row"]: row for row in rows}
    pairs = (
        ("onboard", "against"),
        ("operators", "one"),
        ("facts", "limit"),
        ("sequential", "facts"),
        ("uri", "onboard"),
    )
    return [
        f"{ours} / {other}: wall {by_name[ours]['wall'] / by_name[other]['wall']:.2f},"
        f" CPU {by_name[ours]['cpu'] / by_name[other]['cpu']:.2f},"
        f" requests {by_name[ours]['requests'] / max(1, by_name[other]['requests']):.2f}"
        for ours, other in pairs
        if ours in by_name and other in by_name
    ]


def main() -> int:
    """Measure, print, and keep the figures."""
    options = arguments()
    at_first = os.getloadavg()[0]
    if options.spoiled:
        return compare(options.tenants[0], options.latency_ms, options.concurrency[0])
    rows: list[dict[str, t.Any]] = []
    for count in options.tenants:
        for concurrency in options.concurrency:
            new = compared(options, count, concurrency)
            for row in new:
                print("  ".join(f"{key} {value}" for key, value in row.items()))
            print("\n".join(ratios(new)))
            rows += new
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps({"latency_ms": options.latency_ms, "rows": rows}, indent=1) + "\n", encoding="utf-8")
    print(f"Written: {OUTPUT}")
    wrong: list[str] = []
    if options.agreement:
        large = measure(options.agreement, 7)
        wrong = large.wrong
        print(f"agreement: {large.tenants} mixed tenants in {large.seconds:.1f} s, {len(wrong)} answers are wrong")
    if at_first > 0.5 * (os.cpu_count() or 1):
        print(f"The machine was busy before (load {at_first:.1f}): these figures are void. Run again when it is quiet.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
