# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Made worlds: the generator's own oracle and the judges have to agree about every tenant."""

from __future__ import annotations

import collections

import pytest
from test_facts import facts

from lab.process import start_lab


@pytest.mark.parametrize("seed", [1, 2026])
def test_every_answer_is_the_oracles(seed):
    with start_lab(tenants=150, seed=seed) as lab:
        rows = facts(lab, lab.tenants())
    for row, tenant in zip(rows, lab.world.tenants, strict=True):
        assert (row["first_broken"], row["reason"]) == (tenant.expect.first_broken, tenant.expect.reason), row["name"]
        for link, reason in tenant.expect.verdicts.items():
            assert row["requirements"][link]["reason"] == reason, row["name"]


def test_no_tenant_sees_more_than_four_requests():
    """Discovery and token included: one sign-in, one batch, and one more where an account has been found."""
    with start_lab(tenants=25, calm=True) as lab:
        rows = facts(lab, lab.tenants())
        seen = collections.Counter(row["tenant"] for row in lab.requests())
    assert all(row["ready"] for row in rows)
    del seen[lab.connection["home_tenant_id"]]
    assert len(seen) == 25
    assert max(seen.values()) <= 4
