# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the storm: `python -m storm` from tests/ (or `make storm`).

    make storm                                        all worlds: 20,000 checks, every kind at home and elsewhere
    make storm ARGS="--seed 7 --seconds 300"          another storm, bounded
    make storm ARGS="--only retry-after"              the kinds with this in their name
    make storm ARGS="--world methods --case '...'"    one fault again, as the table of failures names it

A check is a verdict about a tenant in a run with a fault. Prints a table by kind, and how to repeat each failure. Exit
code 1 on any failure.
"""

from __future__ import annotations

import argparse
import sys
import typing as t

from storm.campaign import Campaign
from storm.worker import Settings, work

WORLDS: t.Final = ("generated", "methods", "depth", "demo")


def arguments() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(prog="storm", description="Spoil answers, and compare every verdict with calm.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long each world is stormed at most (600)")
    parser.add_argument("--checks", type=int, default=20_000, help="how many checks are enough (20000)")
    parser.add_argument("--runs", type=int, default=10**9, help="how many runs of a module at most, for each world")
    parser.add_argument("--world", nargs="*", default=[*WORLDS], help="worlds of the lab, or `generated`")
    parser.add_argument("--tenants", type=int, default=50, help="tenants of the generated world (50)")
    parser.add_argument("--only", default="", help="the kinds with this text in their name")
    parser.add_argument("--case", default="", help="one fault, as a failure names it; give --world and --seed too")
    parser.add_argument("--worker", type=int, nargs=3, default=None, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    """Run a worker, or the campaign that starts the workers."""
    options = arguments()
    worlds = options.world
    if options.case and len(worlds) != 1:
        sys.stderr.write("--case needs --world with one world.\n")
        return 2
    number, count, skip = options.worker or (0, len(worlds), 0)
    settings = [
        Settings(
            world=world,
            seed=options.seed,
            tenants=options.tenants,
            seconds=options.seconds,
            checks=-(-options.checks // count),
            runs=options.runs,
            only=options.only,
            case=options.case,
            number=number if options.worker else index,
            of=count,
            skip=skip,
        )
        for index, world in enumerate(worlds)
    ]
    if options.worker:
        work(settings[0])
    campaign = Campaign(settings)
    campaign.run()
    return campaign.report()


if __name__ == "__main__":
    sys.exit(main())
