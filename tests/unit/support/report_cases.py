# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tenants of every kind that a report has findings about."""

from __future__ import annotations

from evidence import account_evidence, case, gdap_evidence, relationship, sku, sku_evidence, trust_evidence, unread

HEALTHY = {**sku_evidence(sku(MTP="Success")), **trust_evidence(True)}


CASES = {
    "healthy": case({**gdap_evidence(relationship()), **HEALTHY}),
    "expired": case({**gdap_evidence(relationship("expired", -3)), **HEALTHY}),
    "expiring": case({**gdap_evidence(relationship(days=10)), **HEALTHY}),
    "no_trust": case({**gdap_evidence(relationship()), **HEALTHY, **trust_evidence(False)}),
    "no_consent": case(
        {
            **gdap_evidence(relationship()),
            **{key: unread(key, "consent.app_not_in_tenant") for key in {**HEALTHY}},
        }
    ),
    "throttled": case({**gdap_evidence(relationship()), **HEALTHY, "subscribed_skus": unread("subscribed_skus")}),
    "no_guest": case({**account_evidence(), **HEALTHY}, access="b2b"),
}
