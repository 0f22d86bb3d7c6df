# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command: python -m lab --world lab/worlds/demo.yml"""

from __future__ import annotations

import argparse
import functools
import pathlib
import sys
import tempfile
import typing as t

from lab.generator.generate import choose_world
from lab.server import PortError, Settings, serve
from lab.worlds.loading import WorldError

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from lab.worlds.world import World

_MAX_PORT: t.Final = 65535 - 4


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lab", description="The Microsoft lab: Entra and Microsoft Graph.")
    parser.add_argument("--world", type=pathlib.Path, help="a world file")
    parser.add_argument(
        "--tenants", type=int, metavar="N", help="make N tenants from the seed; with --world, only its home is taken"
    )
    parser.add_argument("--seed", type=int, default=1, help="which world to make (default 1)")
    parser.add_argument("--calm", action="store_true", help="make healthy tenants only")
    parser.add_argument("--analysts", type=int, default=0, metavar="N", help="give the operator N colleagues")
    parser.add_argument("--port", type=int, default=0, help="first of five ports; 0 takes free ones (default)")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="how long every request waits")
    parser.add_argument("--state-dir", type=pathlib.Path, help="where ca.pem and requests.jsonl go")
    return parser


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    if options.world is None and options.tenants is None:
        parser.error("give --world FILE or --tenants N")
    if options.tenants is not None and options.tenants < 1:
        parser.error("--tenants must be 1 or more")
    if options.analysts < 0 or (options.analysts and options.tenants is None):
        parser.error("--analysts needs a number of 0 or more, and --tenants")
    if options.calm and options.tenants is None:
        parser.error("--calm needs --tenants")
    if not 0 <= options.port <= _MAX_PORT:
        parser.error(f"--port must be between 0 and {_MAX_PORT}")
    if options.latency_ms < 0:
        parser.error("--latency-ms must be 0 or more")


def _world(options: argparse.Namespace) -> World:
    return choose_world(options.world, options.tenants, options.seed, calm=options.calm, analysts=options.analysts)


def _run(world: World, options: argparse.Namespace, announce: Callable[[str], None], owner: int | None) -> None:
    settings = functools.partial(Settings, port=options.port, latency=options.latency_ms / 1000, owner=owner)
    if options.state_dir is not None:
        options.state_dir.mkdir(parents=True, exist_ok=True)
        serve(world, settings(options.state_dir.resolve()), announce)
        return
    with tempfile.TemporaryDirectory(prefix="lab-") as folder:
        serve(world, settings(pathlib.Path(folder)), announce)


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None, announce: Callable[[str], None] = _print, owner: int | None = None) -> int:
    """Run the command: exit code 0 after a clean stop, 2 for a bad option or a bad world."""
    parser = _parser()
    options = parser.parse_args(arguments)
    _check(parser, options)
    try:
        _run(_world(options), options, announce, owner)
    except (WorldError, PortError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"The state directory cannot be used: {error}.\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
