# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access: how each drawn state looks in a world."""

from __future__ import annotations

import pytest
from lab_worlds import large_world


def gdaps(tenant):
    return {row.name.partition("_")[0] if row.name.startswith("MLT_") else row.status: row for row in tenant.gdap}


def assigned(tenant, group, status="active"):
    return any(row.group == group and row.status == status for gdap in tenant.gdap for row in gdap.assignments)


SIGNS = {
    "pending": lambda row: assigned(row, "Lab operators", "pending"),
    "error": lambda row: assigned(row, "Lab operators", "error"),
    "eligible": lambda row: assigned(row, "Lab standby"),
    "activated": lambda row: assigned(row, "Lab on shift"),
    "reseller": lambda row: any(gdap.reseller and gdap.partner_consent_pending for gdap in row.gdap),
    "approved": lambda row: "approved" in gdaps(row),
    "activating": lambda row: "activating" in gdaps(row),
    "ended beside good": lambda row: "active" in gdaps(row) and {"expired", "terminated"} & gdaps(row).keys(),
    "lighthouse": lambda row: "MLT" in gdaps(row),
    "end passed": lambda row: any(gdap.status == "active" and gdap.days_left < 0 for gdap in row.gdap),
    "fresh": lambda row: any(gdap.created_days_ago == 0 for gdap in row.gdap),
    "global administrator": lambda row: any(len(gdap.roles) == 4 and gdap.auto_extend == "P180D" for gdap in row.gdap),
    "eligible role": lambda row: any(guest.eligible_roles and not guest.timed_roles for guest in row.guests),
    "activated role": lambda row: any(guest.timed_roles for guest in row.guests),
    "scoped role": lambda row: any(guest.scoped_roles for guest in row.guests),
    "eligible group": lambda row: any(guest.eligible_groups for guest in row.guests),
    "trial": lambda row: any(product.trial for product in row.licenses),
    "warning": lambda row: any(product.capability == "Warning" for product in row.licenses),
    "no plan that is enough": lambda row: any(product.sku == "ADALLOM_O365" for product in row.licenses),
    "german": lambda row: row.role_names == "de",
    "no pim": lambda row: not row.entra_p2,
}


@pytest.mark.parametrize("sign", SIGNS.values(), ids=SIGNS)
def test_sign_of_a_state(sign):
    assert [row.name for row in large_world().tenants if sign(row)]
