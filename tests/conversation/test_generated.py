# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made worlds: the generator's own oracle and the judges have to agree about every tenant."""

from __future__ import annotations

import collections

import pytest
from report_documents import body
from reports import made_report, text_of
from test_access import access
from test_facts import facts

from lab.process import start_lab


@pytest.mark.parametrize(("count", "seed"), [(100, 1), (150, 2026)])
def test_every_answer_is_the_oracles(count, seed):
    """The bench asks the same of a thousand tenants."""
    with start_lab(tenants=count, seed=seed) as lab:
        requirements = facts(lab, lab.tenants())
        rows = access(lab, lab.tenants())["tenants"]
    report = made_report(
        {row["tenant_id"]: row for row in requirements},
        access=rows,
        generated_at="2026-11-24T12:00:00Z",
        home_tenant_id=lab.connection["home_tenant_id"],
        operator=lab.connection["operator"],
        cloud="public",
    )
    assert len({tenant.expect.first_broken for tenant in lab.world.tenants}) == 7
    for row, tenant in zip(report["tenants"], lab.world.tenants, strict=True):
        assert (row["first_broken"], row["reason"]) == (tenant.expect.first_broken, tenant.expect.reason), row["name"]
        assert row["eligible"] is (tenant.expect.first_broken is None)
        for check, reason in tenant.expect.verdicts.items():
            verdict = row["requirements"].get(check) or row["access"][check]
            assert verdict["reason"] == reason, row["name"]
    # What every verdict says is in both.
    assert len(text_of(report, "json")) <= 4096 * count
    assert len(text_of(report, "html")) <= 64_000 + 4_000 * count
    assert sum(1 for _element in body(report).iter()) <= 1_000 + 30 * count


def test_disabled_operator_has_access_to_nothing():
    with start_lab(world="disabled", tenants=40, seed=3) as lab:
        rows = facts(lab, lab.tenants())
        for row, tenant in zip(rows, lab.world.tenants, strict=True):
            verdict = row["requirements"]["access"]
            assert (verdict["status"], verdict["reason"]) == ("unmet", tenant.expect.verdicts["access"])
            assert row["ready"] is False
        checked = access(lab, lab.tenants())["tenants"]
    assert {row["status"] for row in checked} == {"unverified"}
    assert {row["first_broken"] for row in checked} == {"access"}


def test_no_tenant_sees_more_than_four_requests():
    """Discovery and token included: one sign-in, one batch, and one more where an account has been found."""
    with start_lab(tenants=25, calm=True) as lab:
        rows = facts(lab, lab.tenants())
        seen = collections.Counter(row["tenant"] for row in lab.requests())
    assert all(row["ready"] for row in rows)
    del seen[lab.connection["home_tenant_id"]]
    assert len(seen) == 25
    assert max(seen.values()) <= 4
