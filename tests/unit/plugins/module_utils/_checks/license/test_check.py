# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry sees of the check license."""

from __future__ import annotations

from evidence import case, sku, sku_evidence, subscription_evidence, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.license.check import CHECK
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext


def test_it_reads_the_products_of_every_target_before_any_answer():
    context = TargetContext(case({}), "home", (), frozenset(), as_operator=False, has_app=True)
    keys = [bound.key for bound in CHECK.first_reads(context)]
    assert keys == [use.read.key for use in CHECK.reads] == ["subscribed_skus", "subscriptions"]
    assert {use.side for use in CHECK.reads} == {"target"}


def test_end_of_a_subscription_is_its_expiry():
    judged = case({**sku_evidence(sku(MTP="Success")), **subscription_evidence({})})
    assert (CHECK.judged(judged).status, CHECK.judged(judged).unread) == ("met", ())
    assert [expiry.what for expiry in CHECK.expiries(judged)] == ["subscription"]


def test_advice_is_open_where_the_subscriptions_were_not_read():
    judged = case({**sku_evidence(sku(MTP="Success")), "subscriptions": unread("subscriptions")})
    assert CHECK.judged(judged).unread == ("license.trial_only",)
