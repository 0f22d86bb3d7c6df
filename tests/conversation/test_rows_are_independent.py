# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The row of a tenant says the same whichever other tenants are declared, in which order, and by which access."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_access import access
from test_facts import facts
from worlds import declared, guest_tenant, tenant, write_world

from lab.process import start_lab

METHODS = ("auto", "gdap", "b2b", "governance")
IDENTITIES = {
    "app": {"refresh_token": None},
    "both": {},
    "operator": {"client_secret": None, "operator": None},
}
# A few runs find a dependence: each compares every row that is declared with its row alone.
FEW = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def lab():
    with start_lab(tenants=16, seed=11) as found:
        yield found


def told(row):
    """What a row says, without the times and ids of the requests."""
    verdicts = row.get("requirements") or {check: row[check] for check in ("listed", "sign_in", "defender")}
    said = {
        check: (
            verdict["status"],
            verdict["reason"],
            verdict["caused_by"],
            verdict["object"],
            [caveat["reason"] for caveat in verdict["caveats"]],
            [(item["what"], item["identity"], item["data"]) for item in verdict["evidence"]],
        )
        for check, verdict in verdicts.items()
    }
    return row["first_broken"], row["reason"], row.get("status"), row.get("method"), row.get("ready"), said


def rows_of(lab, tenants, identity):
    changes = IDENTITIES[identity]
    with_token = {"refresh_token": lab.connection["refresh_token"], **changes}
    both = [*facts(lab, tenants, **with_token), *access(lab, tenants, **changes)["tenants"]]
    return [(row["tenant_id"], told(row)) for row in both]


ALONE: dict[tuple[str, str, str], list[object]] = {}


@pytest.mark.parametrize("identity", ["app", "both"])
@FEW
@given(data=st.data())
def test_others_change_nothing(lab, identity, data):
    everything = lab.tenants()
    some = data.draw(st.permutations(everything))[: data.draw(st.integers(2, 8))]
    declared_rows = [{**row, "access": data.draw(st.sampled_from(METHODS))} for row in some]
    together = rows_of(lab, declared_rows, identity)
    for row in declared_rows[:3]:
        key = (identity, row["tenant_id"], row["access"])
        if key not in ALONE:
            ALONE[key] = rows_of(lab, [row], identity)
        assert [found for found in together if found[0] == row["tenant_id"]] == ALONE[key], row["name"]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_guest_beside_a_row_of_every_method(tmp_path, identity):
    """A tenant with GDAP as well, declared b2b: the customers of GDAP are no matter for its row."""
    both = guest_tenant(1, gdap=tenant(1)["gdap"])
    others = [tenant(2, declare={"access": "auto"}), tenant(3), guest_tenant(4, declare={"access": "governance"})]
    operator = {"upn": "anna.berg@northwindmsp.example", "groups": ["SOC analysts"], "roles": ["Security Reader"]}
    world = write_world(tmp_path, both, *others, public_client=identity == "operator", operator=operator)
    with start_lab(world=world) as lab:
        alone = rows_of(lab, declared(both), identity)
        for rows in ([both, *others], [*others, both]):
            assert [row for row in rows_of(lab, declared(*rows), identity) if row[0] == both["tenant_id"]] == alone
        if identity == "app":
            assert alone[1][1][5]["listed"][1] == "access.listed_guest_object"
