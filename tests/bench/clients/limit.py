# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Send the recorded requests of a run again with asyncio, and judge nothing: what the network alone takes."""

from __future__ import annotations

import asyncio
import json
import pathlib
import ssl
import sys
import typing as t

import aiohttp


async def tenant(session: aiohttp.ClientSession, requests: list[dict[str, t.Any]], slots: asyncio.Semaphore) -> None:
    """Send the requests of one tenant, one after the other."""
    token = ""
    async with slots:
        for request in requests:
            form = isinstance(request["body"], dict)
            headers = request["headers"] | ({} if form else {"Authorization": f"Bearer {token}"})
            async with session.request(
                request["method"], request["url"], data=request["body"], headers=headers
            ) as answer:
                body = json.loads(await answer.read())
            token = body.get("access_token", token)


async def run(options: dict[str, t.Any]) -> None:
    """Send the requests of the home tenant, then those of all others at once."""
    home, *others = options["recorded"]
    slots = asyncio.Semaphore(options["concurrency"])
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=options["ca_path"]), limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        await tenant(session, home, slots)
        await asyncio.gather(*(tenant(session, requests, slots) for requests in others))


def main() -> int:
    """Send them."""
    options = json.load(sys.stdin)
    recorded = json.loads(pathlib.Path(options["recorded"]).read_text(encoding="utf-8"))
    asyncio.run(run({**options, "recorded": recorded}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
