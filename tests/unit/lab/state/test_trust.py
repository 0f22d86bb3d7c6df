# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cross-tenant access: the trust of an entry, of a null, and of the default."""

from __future__ import annotations

import pytest
from lab_worlds import TARGET, small_state


@pytest.mark.parametrize(
    ("written", "trust"),
    [
        ("{partner: {mfa: true}}", True),
        ("{partner: {mfa: false}}", False),
        ("{partner: {mfa: null}}", None),
    ],
)
def test_trust_of_the_partner(written, trust):
    target = small_state("expect:", f"cross_tenant_access: {written}\n    expect:").directories[TARGET]
    assert next(iter(target.partners.values()))["inboundTrust"]["isMfaAccepted"] is trust


def test_partner_whose_trust_is_null_and_no_partner():
    target = small_state("expect:", "cross_tenant_access: {partner: {trust: null}}\n    expect:").directories[TARGET]
    assert next(iter(target.partners.values()))["inboundTrust"] is None
    assert not small_state("expect:", "cross_tenant_access: {partner: none}\n    expect:").directories[TARGET].partners


def test_default_that_was_touched():
    target = small_state("expect:", "cross_tenant_access: {default: {mfa: true}}\n    expect:").directories[TARGET]
    assert target.trust_default["isServiceDefault"] is False
    assert target.trust_default["inboundTrust"]["isMfaAccepted"] is True
