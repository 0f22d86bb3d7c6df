# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Resource Manager: every request is answered under its key, with all of its pages."""

from __future__ import annotations

import json
import types

from ansible_collections.m365.defender.plugins.module_utils._core.errors import UnreachableError
from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Request
from ansible_collections.m365.defender.plugins.module_utils._microsoft.arm import Arm
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import Response

BASE = "https://management.azure.com"


def test_pages_follow_next_link():
    bodies = {
        f"{BASE}/tenants": {"value": ["a"], "nextLink": f"{BASE}/more"},
        f"{BASE}/more": {"value": ["b"]},
    }

    def send(method, url, **_options):
        return Response(method, url, 200, {}, json.dumps(bodies[url]).encode())

    answers = Arm(types.SimpleNamespace(send=send), BASE).read([Request("tenants", "/tenants")], None)
    assert answers["tenants"].body == {"value": ["a", "b"]}


def test_network_that_is_down_is_an_answer():
    def send(*_arguments, **_options):
        raise UnreachableError("down")

    answers = Arm(types.SimpleNamespace(send=send), BASE).read([Request("tenants", "/tenants")], None)
    assert (answers["tenants"].status, answers["tenants"].error) == (0, "down")
