# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is never written: in another cloud, beyond the list, twice, or over what somebody has changed since."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from lab_client import client_of
from remedy_runs import ASSIGNED, Remedies, rows_of
from test_remedy_faults import ALL, READERS, SOC, UNTRUSTED, Killed, killed_at
from worlds import HOME_ID, guest_tenant, tenant, tenant_id, write_world

from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.modules import mto_remedy
from lab.process import start_lab

PARTNER = f"/policies/crossTenantAccessPolicy/partners/{HOME_ID}"
ENDING, STRICT, FAR, BROKEN, DEAF = range(1, 6)
NOT_READ = [{"host": "graph", "kind": "error", "status": 503, "path": "/policies"}]
WORLD = (
    tenant(ENDING, gdap=[{**SOC, "name": "Ending", "days_left": 10}]),
    tenant(STRICT, gdap=[{**SOC, "name": "Strict"}], cross_tenant_access=UNTRUSTED, writer=True),
    guest_tenant(
        FAR, guests=[], writer=True, cross_tenant_access=UNTRUSTED, declare={"access": "b2b", "cloud": "gcc_high"}
    ),
    tenant(BROKEN, gdap=[{**SOC, "name": "Broken"}], cross_tenant_access=UNTRUSTED, writer=True, faults=NOT_READ),
    tenant(DEAF, gdap=[{**SOC, "name": "Deaf", "assignments": []}], consent="none", writer=True),
)
ROWS = rows_of(*WORLD)
IDS = [row["tenant_id"] for row in ROWS]


@pytest.fixture
def user(tmp_path):
    with start_lab(world=write_world(tmp_path, *WORLD)) as lab:
        yield Remedies(lab, tmp_path)


def run(user, rows=ROWS, **more):
    return user.run(rows, *ALL, **{"remedy_confirm": [row["tenant_id"] for row in rows], "remedy_wait": "2s", **more})


def status_of(result, number, remedy):
    return [
        row["status"] for row in result["remedies"] if (row["tenant_id"], row["remedy"]) == (tenant_id(number), remedy)
    ]


def test_one_tenant_hides_no_other_and_another_cloud_is_not_written(user):
    result = run(user)
    assert status_of(result, ENDING, "gdap_auto_extend") == ["changed"]
    assert status_of(result, STRICT, "mfa_trust") == ["changed"]
    assert status_of(result, BROKEN, "mfa_trust") in ([], ["unknown"])
    assert {row["tenant"] for row in user.lab.writes()} == {HOME_ID, tenant_id(STRICT)}
    asked = [row for row in user.lab.requests() if row["tenant"] == tenant_id(FAR) and row["method"] != "GET"]
    assert [row for row in asked if row["host"] == "graph" and "batch" not in row["path"]] == []


def test_taken_back_once_and_only_for_the_tenants_of_the_list(user):
    run(user)
    rows = [ROWS[ENDING - 1]]
    assert run(user, rows, state="absent")["writes"] == 1
    assert run(user, rows, state="absent")["remedies"] == []
    rest = run(user, state="absent")
    assert [(row["remedy"], row["status"]) for row in rest["remedies"]] == [("mfa_trust", "changed")]


def test_customer_who_did_not_agree_is_not_written_to_on_the_way_back(user):
    run(user)
    back = run(user, state="absent", remedy_confirm=[])
    assert status_of(back, STRICT, "mfa_trust") == ["declined"]
    assert status_of(back, ENDING, "gdap_auto_extend") == ["changed"]


def test_what_somebody_has_changed_since_is_left_alone(user):
    run(user)
    trusts = {"isMfaAccepted": True, "isCompliantDeviceAccepted": False, "isHybridAzureADJoinedDeviceAccepted": True}
    with client_of(user.lab) as client:
        assert client.write("PATCH", PARTNER, {"inboundTrust": trusts}, tenant_id(STRICT)).status_code == 204
        back = run(user, [ROWS[STRICT - 1]], state="absent")
        assert status_of(back, STRICT, "mfa_trust") == ["declined"]
        assert client.get(PARTNER, tenant=tenant_id(STRICT)).json()["inboundTrust"] == trusts


def test_journal_that_was_copied_to_another_home_tenant(user):
    run(user)
    text = user.journal.read_text(encoding="utf-8").replace(f'"home": "{HOME_ID}"', f'"home": "{tenant_id(99)}"')
    user.journal.write_text(text, encoding="utf-8")
    assert run(user, state="absent")["remedies"] == []


def test_journal_with_values_of_another_form_stops_nothing(user):
    begun = {
        "remedy": "gdap_assignment",
        "tenant_id": tenant_id(ENDING),
        "where": HOME_ID,
        "object": "r/g",
        "before": {},
    }
    line = {**begun, "after": {"roles": 5}, "home": HOME_ID, "id": "1", "at": "2026-11-28T08:00:00Z"}
    user.journal.touch(0o600)
    user.journal.write_text(json.dumps({"format": 1, "event": "begin", **line}) + "\n", encoding="utf-8")
    assert status_of(run(user), STRICT, "mfa_trust") == ["changed"]


def test_killed_run_can_be_taken_back(user, monkeypatch):
    rows = [ROWS[STRICT - 1]]
    with monkeypatch.context() as patched:
        killed_at(patched, "after send", 1)
        with pytest.raises(Killed):
            run(user, rows)
    planned = run(user, rows, state="absent", check_mode=True)
    assert status_of(planned, STRICT, "mfa_trust") == ["planned"]
    assert status_of(run(user, rows, state="absent"), STRICT, "mfa_trust") == ["changed"]
    assert len(user.writes()) == 2


def test_check_mode_says_what_waits(user, monkeypatch):
    rows = [ROWS[STRICT - 1]]
    with monkeypatch.context() as patched:
        killed_at(patched, "after begin", 1)
        with pytest.raises(Killed):
            run(user, rows)
    before = user.journal.read_text(encoding="utf-8")
    assert status_of(run(user, rows, check_mode=True), STRICT, "mfa_trust") == ["waiting"]
    monkeypatch.setattr(mto_remedy, "utc_now", lambda: utc_now() + dt.timedelta(minutes=15))
    assert status_of(run(user, rows, check_mode=True), STRICT, "mfa_trust") == ["planned"]
    assert user.journal.read_text(encoding="utf-8") == before
    assert user.writes() == []


def test_no_time_left_for_a_write(user):
    result = run(user, [ROWS[STRICT - 1]], deadline=4.0)
    assert status_of(result, STRICT, "mfa_trust") == ["declined"]
    assert (user.writes(), user.entries()) == ([], [])


def test_operator_by_object_id_is_invited_by_their_address(tmp_path):
    stranger = guest_tenant(1, guests=[], writer=True)
    with start_lab(world=write_world(tmp_path, stranger)) as lab:
        user = Remedies(lab, tmp_path)
        with client_of(lab) as client:
            operator = client.get(f"/users/{lab['operator']}").json()["id"]
        result = user.run(rows_of(stranger), *ALL, operator=operator, remedy_confirm=[tenant_id(1)])
        assert status_of(result, 1, "guest_invitation") == ["waiting"]
        assert lab["operator"] in json.dumps(result)


def test_roles_of_the_list_and_no_others(tmp_path):
    """Somebody else's draft for the same customer is neither sent nor doubled."""
    draft = {"name": "By hand", "status": "created", "roles": [*READERS, "Global Administrator"], "assignments": []}
    row = tenant(1, gdap=[draft])
    with start_lab(world=write_world(tmp_path, row)) as lab:
        user = Remedies(lab, tmp_path)
        result = user.run(rows_of(row, gdap={"roles": READERS, **ASSIGNED["gdap"]}), *ALL)
        assert status_of(result, 1, "gdap_request") == ["declined"]
        assert lab.writes() == []
