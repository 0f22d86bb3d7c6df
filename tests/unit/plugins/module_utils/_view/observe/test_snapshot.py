# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Saved views: our own file and a HAR give the same view, and a bad file is named."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from portal_answers import (
    ANNA,
    EFFECTIVE_BODY,
    HAR_ENTRIES,
    HOME,
    PICKER_BODY,
    A,
    B,
    har_entry,
    make_view,
)

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import (
    age_problem,
    load_snapshot,
    snapshot_of,
)

NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)


def saved(tmp_path, data):
    path = tmp_path / "view.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


def har(tmp_path, entries):
    return load_snapshot(saved(tmp_path, {"log": {"entries": entries}}), NOW)


def test_a_har_becomes_a_view_and_a_file_without_a_session(tmp_path):
    view = har(tmp_path, HAR_ENTRIES)
    assert (view.operator, view.home_tenant_id) == (ANNA, HOME)
    assert view.taken_at == "2026-11-24T10:30:00Z"
    assert (view.registration_state(A), view.registration_state(B), view.complete) == (
        "registered",
        "not_registered",
        True,
    )
    text = json.dumps(snapshot_of(view))
    assert "planted" not in text + repr(view)
    assert load_snapshot(saved(tmp_path, text), NOW) == view


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "feature_off"),
        (401, "signed_out"),
        (440, "signed_out"),
        (403, "forbidden"),
        (200, "unreadable"),
        (500, "not_recorded"),
    ],
)
def test_an_answer_that_is_a_refusal(tmp_path, status, reason):
    view = har(tmp_path, [*HAR_ENTRIES[:1], har_entry("/mtoapi/tenants/TenantPicker", "{}", status), HAR_ENTRIES[2]])
    assert view.problems["picker"].reason == f"registration.{reason}"
    assert view.registration_state(A) == "unknown"


def test_a_person_may_vouch_for_whose_recording_it_is(tmp_path):
    vouched = {"log": {"entries": HAR_ENTRIES[1:3]}, "operator": "ben@northwind.example", "home_tenant_id": HOME}
    assert load_snapshot(saved(tmp_path, vouched), NOW).operator == "ben@northwind.example"
    # The portal's own word counts more.
    answered = load_snapshot(saved(tmp_path, {**vouched, "log": {"entries": HAR_ENTRIES}}), NOW)
    assert answered.operator == ANNA


def test_an_answer_that_was_not_recorded(tmp_path):
    assert har(tmp_path, HAR_ENTRIES[:2]).problems["effective"].reason == "registration.not_in_snapshot"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{", "is not valid JSON"),
        ({}, "does not hold a multitenant view"),
        ({"log": {"entries": []}}, "holds no answer of the multitenant portal"),
        (
            {
                "log": {
                    "entries": [1, {"request": {}}, {"request": {"method": "GET", "url": "http://["}, "response": {}}]
                }
            },
            "holds no answer",
        ),
        (
            {"log": {"entries": [har_entry("/mtoapi/tenants/TenantPicker", PICKER_BODY, at="yesterday")]}},
            "does not say when",
        ),
        ({"mto_snapshot": 1, "picker": PICKER_BODY, "effective": EFFECTIVE_BODY}, "does not say when it was taken"),
        ({"mto_snapshot": 1, "taken_at": "2026-11-24T10:00:00"}, "does not say when it was taken"),
        *(
            ({"mto_snapshot": 1, "taken_at": odd}, "does not say when it was taken")
            for odd in (
                "0000-01-01T00:00:00Z",
                "0001-01-01T00:00:00+14:00",
                "0999-01-01T00:00:00Z",
                "9999-12-31T23:59:59-14:00",
                "2026-11-24T10:00:00+99:00",
                "2026-11-24T10:00:00Z" + "0" * 9999,
                20261124,
                1.5,
                True,
                [],
                {},
                "\u0662\u0660\u0662\u0666-11-24T10:00:00Z",
            )
        ),
        ({"mto_snapshot": True, "taken_at": "2026-11-24T10:00:00Z"}, "does not hold a multitenant view"),
        ('{"mto_snapshot": 1, "taken_at": NaN}', "is not valid JSON"),
        ("[" * 99999, "is not valid JSON"),
        ({"mto_snapshot": 1, "taken_at": "2027-01-01T00:00:00Z"}, "which is in the future"),
        (
            {
                "log": {
                    "entries": [
                        *HAR_ENTRIES,
                        har_entry(
                            "/mtp/sccManagement/mgmt/TenantContext", {"AuthInfo": {"UserName": "b", "TenantId": HOME}}
                        ),
                    ]
                }
            },
            "more than one person",
        ),
    ],
)
def test_a_bad_snapshot_is_named(tmp_path, data, sentence):
    with pytest.raises(OptionError, match=f"portal_snapshot: .*{sentence}"):
        load_snapshot(saved(tmp_path, data), NOW)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_editors_write(tmp_path, encoding):
    view = make_view([A], [B], hidden=2)
    path = tmp_path / "view.json"
    path.write_bytes(json.dumps(snapshot_of(view), indent=1).replace("\n", "\r\n").encode(encoding))
    assert load_snapshot(str(path), NOW) == dataclasses.replace(view, groups=())


def test_a_file_of_an_earlier_version_does_not_say_which_group(tmp_path):
    data = snapshot_of(make_view([A], [B]))
    data["effective"] = {"exposedTargetTenantsInfo": data["effective"]["exposedTargetTenantsInfo"]}
    view = load_snapshot(saved(tmp_path, data), NOW)
    assert (view.group, view.problems, view.registration_state(A)) == (None, {}, "registered")
    data["effective"] |= {"name": "SOC West", "type": 1}
    other = load_snapshot(saved(tmp_path, data), NOW).problems["effective"]
    assert (other.reason, other.details) == ("registration.other_group", {"group": "SOC West"})


def test_only_what_a_view_consists_of_is_saved():
    saved_view = snapshot_of(make_view([A], [B]))
    assert {*saved_view} == {
        "mto_snapshot",
        "taken_at",
        "operator",
        "home_tenant_id",
        "picker",
        "effective",
        "tenant_groups",
    }
    assert [row["tenantId"] for row in saved_view["picker"]["tenantInfoList"]] == [B, A]
    assert [row["tenantId"] for row in saved_view["effective"]["exposedTargetTenantsInfo"]] == [A]


def test_problems_of_a_file_are_in_the_order_of_the_answers(tmp_path):
    broken = {"mto_snapshot": 1, "taken_at": "2026-11-24T10:00:00Z", "picker": {}}
    problems = load_snapshot(saved(tmp_path, broken), NOW).problems
    assert [(name, problem.reason) for name, problem in problems.items()] == [
        ("picker", "registration.unreadable"),
        ("effective", "registration.not_in_snapshot"),
    ]


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(OptionError, match=r"restore: .*none\.json cannot be read \(No such file"):
        load_snapshot(str(tmp_path / "none.json"), NOW, option="restore")


def test_an_old_view_says_how_old():
    problem = age_problem(make_view(), NOW, 3600)
    assert problem.details == {"taken_at": "2026-11-24T10:00:00Z", "age": "2 hours", "max_age": "1 hour"}
    assert age_problem(make_view(), NOW, 7200) is None
