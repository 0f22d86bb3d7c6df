# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Resource Manager: the tenants that a person belongs to.

Only `GET /tenants` is used [doc Microsoft.Resources 2022-12-01]. It takes a person's token; an app gets its own tenant
at most [guess].
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import all_pages, get_url

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer, Request
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Http


class Arm:
    """Reads of one Resource Manager. `base` is its address without a trailing slash."""

    def __init__(self, http: Http, base: str) -> None:
        self._http = http
        self._base = base

    def read(self, requests: Sequence[Request], token: BearerToken) -> dict[str, Answer]:
        """Answer every request, under its key. Failures of the service and the network are in the answers."""
        answers: dict[str, Answer] = {}
        for request in requests:
            first = get_url(self._http, self._base + request.path, token, request.headers)
            answers[request.key] = all_pages(self._http, request, first, token, "nextLink")
        return answers
