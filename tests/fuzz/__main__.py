# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fuzz every reader: `python -m fuzz` from tests/ (or `make fuzz`).

    make fuzz ARGS="--cpu-seconds 600"      ten minutes of processor time, shared by all readers
    make fuzz ARGS="--only cookies token"   some readers
    make fuzz ARGS="--keep"                 write what was found to the corpus, which a unit test replays
    make fuzz ARGS="--record"               take the seeds of evidence and batches from the lab again

Exit code 1 if a reader raises anything but our own errors, returns what Ansible cannot encode, or takes more than half
a second of processor time.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
import typing as t

from fuzz.corpus import keep
from fuzz.guide import Coverage, Finding, try_input
from fuzz.mutate import mutated
from fuzz.readers import READERS
from fuzz.seeds import record

if t.TYPE_CHECKING:
    from fuzz.readers import Reader

_MOST_INPUTS: t.Final = 400
_SHRINKING: t.Final = 3.0


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Give every reader spoiled input.")
    parser.add_argument("--cpu-seconds", type=float, default=120.0, help="processor time for all readers (120)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[*READERS], choices=[*READERS], metavar="READER")
    parser.add_argument("--keep", action="store_true", help="write what was found to the corpus")
    parser.add_argument("--record", action="store_true", help="take seeds from the lab, and end")
    return parser.parse_args()


def fuzz(reader: Reader, seconds: float, rng: random.Random, coverage: Coverage) -> tuple[int, dict[Finding, bytes]]:
    """Spoil inputs until the processor time is used up; return their number, and one input for each finding."""
    seeds = list(reader.seeds())
    found: dict[Finding, bytes] = {}
    pool, count = list(seeds), 0
    for data in seeds:
        if (finding := try_input(reader, data)) is not None:
            raise SystemExit(f"{reader.name}: a seed is not accepted: {finding}")
    ends = time.process_time() + seconds
    while time.process_time() < ends:
        # The seeds as often as what was found since.
        parent = rng.choice(seeds if rng.random() < 0.5 else pool)
        data, reached = mutated(rng, parent, pool), coverage.reached
        finding = try_input(reader, data)
        count += 1
        if finding is not None:
            found.setdefault(Finding(finding.kind, finding.place), data)
        elif coverage.reached > reached and len(pool) < _MOST_INPUTS and len(data) < 100_000:
            pool.append(data)
    return count, {finding: shrunk(reader, finding, data) for finding, data in found.items()}


def shrunk(reader: Reader, finding: Finding, data: bytes) -> bytes:
    """Return a smaller input with the same finding. Slow ones stay as they are: each try would cost as much."""
    if finding.kind == "cpu":
        return data
    ends, size = time.process_time() + _SHRINKING, max(1, len(data) // 2)
    while size and time.process_time() < ends:
        start = 0
        while start < len(data) and time.process_time() < ends:
            smaller = data[:start] + data[start + size :]
            again = try_input(reader, smaller)
            if again is not None and (again.kind, again.place) == (finding.kind, finding.place):
                data = smaller
            else:
                start += size
        size //= 2
    return data


def main() -> int:
    """Fuzz, and print a line for each reader and each finding."""
    options = arguments()
    if options.record:
        record()
        return 0
    logging.disable()
    coverage, failures, inputs = Coverage(), 0, 0
    coverage.start()
    for name in options.only:
        rng = random.Random(f"{options.seed}/{name}")
        before = coverage.reached
        count, found = fuzz(READERS[name], options.cpu_seconds / len(options.only), rng, coverage)
        inputs, failures = inputs + count, failures + len(found)
        print(
            f"{name:<16} {count:>7} inputs, {coverage.reached - before:>5} new lines, {len(found)} findings", flush=True
        )
        for finding, data in found.items():
            kept = f" {keep(name, data).name}" if options.keep else ""
            detail = try_input(READERS[name], data)
            print(
                f"    {finding.kind} in {finding.place}: {detail.detail if detail else ''}{kept} {data[:120]!r}",
                flush=True,
            )
    print(f"seed {options.seed}: {inputs} inputs, {time.process_time():.0f} s of processor time, {failures} findings")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
