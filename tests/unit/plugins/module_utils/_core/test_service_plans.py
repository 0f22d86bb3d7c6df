# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names of products."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._core.service_plans import (
    OPEN,
    QUALIFYING,
    product_of,
)


def test_products_have_names():
    assert {product_of(plan_id) for plan_id in QUALIFYING} == {product for _name, product in QUALIFYING.values()}
    assert product_of(next(iter(OPEN))) == "Microsoft Defender for Endpoint Plan 1"
    assert product_of("only-the-user-knows") == "only-the-user-knows"
