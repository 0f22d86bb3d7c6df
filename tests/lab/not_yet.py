# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts that the lab does not emulate yet: they answer, and say so."""

from __future__ import annotations

import typing as t

from aiohttp import web

from lab import hosting

if t.TYPE_CHECKING:
    from lab.hosting import Service


def build(lab: Service, host: str, name: str) -> web.Application:
    """The application of a host whose only answer is 501."""
    app = hosting.application(lab, host)
    sentence = f"The lab does not emulate {name} yet."

    async def refuse(_request: web.Request) -> web.Response:
        return web.json_response({"error": {"code": "NotImplemented", "message": sentence}}, status=501)

    app.router.add_route("*", "/{tail:.*}", refuse)
    return app
