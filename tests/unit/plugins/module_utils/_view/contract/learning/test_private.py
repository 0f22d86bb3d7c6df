# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no contract may hold."""

from __future__ import annotations

from recorded import NAMES, OPERATOR, Recorded, put_full_list

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.exchange import exchanges
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.private import names_in, secrets_in


def test_names_of_tenants_and_of_the_person():
    names = names_in(exchanges(Recorded().recipe(put_full_list).entries))
    assert {*NAMES.values(), OPERATOR} <= names
    assert "My private group" not in names


def test_cookies_tokens_and_versions_in_all_their_forms():
    page = Recorded()
    headers = {"Cookie": "sccauth=planted%2Bcookie; XSRF-TOKEN=planted-xsrf", "Authorization": "Bearer planted.token"}
    page.send(
        "PUT", "/view", {}, {**headers, "X-CSRF": "planted-csrf", "Accept": "application/json", "X-Token": "short"}
    )
    page.entries[0]["response"]["headers"] = [{"name": "Set-Cookie", "value": "sccauth=planted-new; path=/"}]
    page.entries[0]["response"]["cookies"] = [{"name": "x", "value": "planted-in-row"}]
    values = secrets_in([*page.entries, None, {"request": 1}])
    for secret in (
        "planted%2Bcookie",
        "planted+cookie",
        "planted-xsrf",
        "planted-csrf",
        "planted-new",
        "planted-in-row",
    ):
        assert secret in values
    assert "application/json" not in values
    assert "short" not in values
