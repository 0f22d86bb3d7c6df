# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A batch is checked before anything of it runs."""

from __future__ import annotations

import hypothesis
import pytest
from hypothesis import strategies as st

from lab.hosts.graph.batch import MAX_ITEMS, check_items
from lab.hosts.graph.errors import GraphError


def item(number: object, *depends: str) -> dict[str, object]:
    return {"id": str(number), "method": "GET", "url": "/users", "dependsOn": list(depends)}


@pytest.mark.parametrize("count", [1, MAX_ITEMS])
def test_size(count):
    assert len(check_items({"requests": [item(number) for number in range(count)]})) == count


@hypothesis.given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_a_ring_is_found(edges):
    """Refused exactly when some request waits for itself in the end."""
    waits = {number: {after for before, after in edges if before == number} for number in range(10)}
    reach = {number: set(others) for number, others in waits.items()}
    for _round in range(10):
        reach = {number: others.union(*(reach[other] for other in others)) for number, others in reach.items()}
    ring = any(number in others for number, others in reach.items())
    body = {"requests": [item(number, *map(str, waits[number])) for number in range(10)]}
    if ring:
        with pytest.raises(GraphError, match="ring"):
            check_items(body)
    else:
        assert len(check_items(body)) == 10
