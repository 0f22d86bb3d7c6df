# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of Microsoft Graph: the next one is tried only where the path is unknown."""

from __future__ import annotations

import json
import types

from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Request
from ansible_collections.m365.defender.plugins.module_utils._microsoft.graph_versions import GraphVersions
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response

BASE = "https://graph.microsoft.com"
NO_SEGMENT = {"error": {"code": "BadRequest", "message": "Resource not found for the segment 'x'."}}


def reader(refusals):
    """A client whose versions refuse as told: {(version): (status, body)}. Every address asked is recorded."""
    asked = []

    def send(method, url, **_options):
        asked.append(url.removeprefix(BASE))
        status, body = refusals.get(url.removeprefix(BASE).split("/")[1], (200, {"version": url}))
        return Response(method, url, status, {"request-id": "r"}, json.dumps(body).encode())

    return GraphVersions(types.SimpleNamespace(send=send, deadline=Deadline(60)), BASE), asked


def test_first_version_that_has_the_path_answers():
    versions, asked = reader({"v1.0": (400, NO_SEGMENT)})
    answer = versions.read([Request("k", "/x", versions=("v1.0", "beta"))], None)["k"]
    assert answer.url == f"{BASE}/beta/x"
    assert asked == ["/v1.0/x", "/beta/x"]


def test_other_refusal_is_the_answer():
    versions, asked = reader({"v1.0": (403, {"error": {"code": "Forbidden"}})})
    assert versions.read([Request("k", "/x", versions=("v1.0", "beta"))], None)["k"].status == 403
    assert asked == ["/v1.0/x"]


def test_path_that_no_version_has():
    versions, asked = reader({"v1.0": (400, NO_SEGMENT), "beta": (404, NO_SEGMENT)})
    assert versions.read([Request("k", "/x", versions=("v1.0", "beta"))], None)["k"].status == 404
    assert len(asked) == 2
