# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that are kept as they are, and those that could be something else than a constant."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.doubt import (
    holds_number_of_tenants,
    is_secret,
    is_time,
    is_unlikely,
)
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.sample import Sample
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import PlaceholderValues

ONE, TWO, THREE = (f"aaaaaaaa-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("value", "place", "secret"),
    [
        ("Zk4vQ9r2Lm8Xw1Tb6Nc3", "body.x", True),
        ("AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh", "body.x", True),
        ("abcd", "query.sig", True),
        ("abcd", "body.sessionState", True),
        ("abcd", "headers.x-xsrf-token", True),
        ("abc", "query.code", False),
        ("abcd", "body.countryCode", False),
        ("application/json;odata.metadata=minimal", "headers.accept", False),
        ("2026-11-28T10:00:00", "body.x", False),
        ("multitenant-management-settings-page-of-the-portal", "body.source", False),
        ("tenantGroups", "body.kind", False),
    ],
)
def test_secret(value, place, secret):
    assert is_secret(value, place) is secret


@pytest.mark.parametrize(
    ("value", "place", "time"),
    [
        ("2026-11-28", "body.x", True),
        ("10:00", "body.x", True),
        ("Sat, 28 Nov", "headers.date", True),
        (1764324000000, "body.x", True),
        (1764324000.5, "body.x", True),
        ("2026-11-28", "query.api-version", False),
        ("Sunrise and Monolith", "body.x", False),
        (12345678, "body.x", False),
        (True, "body.x", False),
        (None, "body.x", False),
    ],
)
def test_time(value, place, time):
    assert is_time(value, place) is time


@pytest.mark.parametrize(
    ("value", "unlikely"), [("Contoso1", True), ("contosos", True), ("v1.0", True), ("GDAP", False), ("v1", False)]
)
def test_text_that_is_equal_to_another_hardly_by_chance(value, unlikely):
    assert is_unlikely(value) is unlikely


def request(*tenants, shown=(ONE,)):
    """A request about these tenants, sent while the group showed those."""
    effective = {"exposedTargetTenantsInfo": [{"tenantId": each} for each in shown]}
    values = PlaceholderValues("", {}, effective, {}, (THREE, TWO, ONE))
    return Sample(None, values, {"tenants": tenants}, frozenset(), {})


@pytest.mark.parametrize(
    ("value", "requests", "holds"),
    [
        (2, [request(TWO, THREE)], True),
        ("Add 2 tenants", [request(TWO, THREE)], True),
        ("v2.0", [request(TWO, THREE)], False),
        (7, [request(TWO, THREE)], False),
        # How many the group shows, and the place of the tenant in the list of the portal.
        (1, [request(TWO, THREE)], True),
        (3, [request(ONE, shown=())], True),
        (2, [request(ONE, shown=())], True),
        # In every request it would have to be one.
        (2, [request(TWO, THREE), request(TWO, shown=(ONE, TWO, THREE))], True),
        (3, [request(TWO, THREE), request(TWO, shown=(ONE, TWO, THREE))], False),
        (True, [request(TWO)], False),
        (None, [request(TWO)], False),
    ],
)
def test_number_or_position_of_tenants(value, requests, holds):
    assert holds_number_of_tenants(value, requests) is holds
