# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The row of a tenant in the first step of the guide."""

from __future__ import annotations

from evidence import (
    case,
    gdap_evidence,
    relationship,
    sku,
    sku_evidence,
    trust_evidence,
    unread,
)

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import judge_requirements


def test_consent_is_the_root_of_everything_it_hides():
    keys = ("subscribed_skus", "cross_tenant_access_partner", "cross_tenant_access_default", "accounts_by_mail")
    report = judge_requirements(case({key: unread(key, "consent.app_not_in_tenant") for key in keys}, access="b2b"))
    assert {v.status for v in report.verdicts.values()} == {"unknown"}
    assert report.as_dict()["first_broken"] == "consent"
    assert report.as_dict()["reason"] == "consent.app_not_in_tenant"


def test_recommended_is_never_first_broken():
    evidence = {**gdap_evidence(relationship()), **sku_evidence(sku(MTP="Success")), **trust_evidence()}
    report = judge_requirements(case(evidence))
    assert report.verdicts["mfa_trust"].status == "unmet"
    assert (report.ready, report.as_dict()["first_broken"]) == (True, None)
