# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Microsoft Graph in more than one version: a preview may be in v1.0 already, or still only in beta.

A request names the versions to try. The first one that has the path answers, and the answer's address says which one
that was.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph import Graph

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer, Request
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken, Http

VERSIONS: t.Final = ("v1.0", "beta")


class GraphVersions:
    """Reads of one Graph service in the versions that each request names. `base` is its address without a version."""

    def __init__(self, http: Http, base: str) -> None:
        self._clients = {version: Graph(http, base, version) for version in VERSIONS}

    def read(self, requests: Sequence[Request], token: BearerToken) -> dict[str, Answer]:
        """Answer every request, under its key. Failures of the service and the network are in the answers."""
        answers: dict[str, Answer] = {}
        waiting, turn = list(requests), 0
        while waiting:
            for version in dict.fromkeys(request.versions[turn] for request in waiting):
                version_requests = [request for request in waiting if request.versions[turn] == version]
                answers.update(self._clients[version].read(version_requests, token))
            turn += 1
            waiting = [
                request for request in waiting if request.versions[turn:] and answers[request.key].unknown_segment
            ]
        return answers
