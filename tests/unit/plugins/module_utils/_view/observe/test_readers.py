# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's answers, cookie files and snapshots: every shape on record, and nothing concluded from any other."""

from __future__ import annotations

import base64
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import (
    parse_effective,
    parse_groups,
    parse_picker,
    parse_session,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.cookies import (
    cookies_for,
    mode_warning,
    parse_cookies,
    read_cookies,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import (
    age_problem,
    load_snapshot,
    parse_duration,
    snapshot_of,
)
from ansible_collections.m365.defender.plugins.module_utils._view.observe.source import owner_problem
from ansible_collections.m365.defender.plugins.module_utils._view.view import View

A, B, HOME = (f"{number}0000000-0000-4000-8000-00000000000a" for number in (1, 2, 9))
NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC)
ADDED = "2026-05-03T10:11:12.1234567Z"
ALL = {"B2B": "Success", "GDAP": "Success", "TGov": "Success"}
# As recorded of a tenant that has added nothing yet [community].
FRESH = {"name": "A", "tenantId": A, "selected": False, "lostAccess": False, "tenantAadEnvironment": 1}
PICKER = {
    "tenantInfoList": [{**FRESH, "selected": True, "addedOn": ADDED}, {**FRESH, "tenantId": B}],
    "responseTypes": ALL,
}
EFFECTIVE = {
    "entityType": "EffectiveGroup",
    "name": "My private group",
    "type": 0,
    "allTenantsCount": 1,
    "exposedTargetTenantsInfo": [{"name": "A", "tenantId": A.upper(), "tenantAadEnvironment": 1, "addedOn": ADDED}],
    "_etag": "planted-etag",
    "userId": "planted-user",
}
CONTEXT = {"AuthInfo": {"TenantId": HOME, "UserName": "anna@northwind.example"}}


def wrapped(body):
    return {"result": body, "metadata": {"responses": {}}, "isMtoResponse": True}


def test_recorded_shapes():
    rows, sources = parse_picker(PICKER)
    assert [(row.added_on, row.lost_access, row.environment) for row in rows.values()] == [
        (ADDED, False, 1),
        (None, False, 1),
    ]
    assert sources == ALL
    assert parse_picker(wrapped(PICKER)) == (rows, sources)
    assert parse_picker({"tenantInfoList": []}) == ({}, {})
    assert list(parse_effective(EFFECTIVE)) == list(parse_effective([EFFECTIVE])) == [A]
    assert parse_groups([EFFECTIVE]) == parse_groups(EFFECTIVE)
    assert parse_session(CONTEXT) == parse_session(wrapped(CONTEXT)) == ("anna@northwind.example", HOME)
    assert parse_session({}) == parse_session(None) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"tenantInfoList": None},
        {"tenantInfoList": [None]},
        {"tenantInfoList": [{**FRESH, "tenantId": "x"}]},
        {"tenantInfoList": [{**FRESH, "selected": "no"}]},
        {"tenantInfoList": [{**FRESH, "addedOn": 5}]},
        {"tenantInfoList": [FRESH, {**FRESH, "lostAccess": True}]},
        {"tenantInfoList": [], "responseTypes": ["B2B"]},
    ],
)
def test_a_list_that_is_not_wholly_known_is_not_read(body):
    assert parse_picker(body) is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        [EFFECTIVE, EFFECTIVE],
        {**EFFECTIVE, "allTenantsCount": 2},
        {**EFFECTIVE, "exposedTargetTenantsInfo": [{}]},
    ],
)
def test_a_group_that_is_not_wholly_shown_is_not_read(body):
    assert parse_effective(body) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(json_values)
def test_no_answer_breaks_a_reader(body):
    for given_body in (
        body,
        wrapped(body),
        {"tenantInfoList": body, "exposedTargetTenantsInfo": body, "AuthInfo": body},
    ):
        assert isinstance(parse_picker(given_body), tuple | None)
        assert isinstance(parse_effective(given_body), dict | None)
        assert isinstance(parse_groups(given_body), tuple | None)
        assert len(parse_session(given_body)) == 2


def view(picker=None):
    """A picture whose group holds A."""
    rows, sources = parse_picker(picker or PICKER) or (None, {})
    return View("2026-11-24T10:00:00Z", "anna", HOME, rows, parse_effective(EFFECTIVE), sources)


@given(
    st.sampled_from(["selected", "addedOn", "lostAccess", "name", "tenantAadEnvironment"]),
    st.sampled_from([A, B]),
    json_values,
)
def test_blurring_a_field_never_makes_a_tenant_registered(field, tenant_id, value):
    rows = [{**row, field: value} if row["tenantId"] == tenant_id else row for row in PICKER["tenantInfoList"]]
    blurred = view({**PICKER, "tenantInfoList": rows})
    assert blurred.standing(B) != "registered"
    assert blurred.standing(A) in ("registered", "differs", "unknown")


@pytest.mark.parametrize(("sources", "standing"), [(ALL, "differs"), ({**ALL, "GDAP": "Timeout"}, "unknown")])
def test_one_answer_alone_never_makes_a_tenant_registered(sources, standing):
    """The group holds it and the picker has no row of it: no green tick without the second answer."""
    alone = view({"tenantInfoList": PICKER["tenantInfoList"][1:], "responseTypes": sources})
    assert alone.standing(A) == standing


def test_absence_proves_something_only_where_every_source_answered():
    nobody = f"{A[:-1]}f"
    assert view().standing(nobody) == "not_registered"
    assert view({**PICKER, "responseTypes": {**ALL, "TGov": "Forbidden"}}).standing(nobody) == "unknown"
    assert view({**PICKER, "responseTypes": {}}).standing(nobody) == "unknown"


# -- cookies -------------------------------------------------------------------------------------------------------

SECRET, TOKEN = "value-of-the-session", "value%3Aof-the-token"
STATE = json.dumps(
    {
        "cookies": [
            {"name": "sccauth", "value": SECRET, "domain": ".security.microsoft.com", "path": "/", "expires": -1},
            {"name": "XSRF-TOKEN", "value": TOKEN, "domain": ".security.microsoft.com", "path": "/", "expires": 2e9},
            {"name": "other", "value": "x", "domain": ".security.microsoft.com", "path": "/", "expires": -1},
        ],
        "origins": [],
    }
)
NETSCAPE = (
    "# Netscape HTTP Cookie File\n\n"
    f"#HttpOnly_.security.microsoft.com\tTRUE\t/\tTRUE\t0\tsccauth\t{SECRET}\n"
    f".security.microsoft.com\tTRUE\t/\tTRUE\t2000000000\tXSRF-TOKEN\t{TOKEN}\r\n"
)
EXTENSION = json.dumps(
    [
        {"name": "sccauth", "value": SECRET, "domain": "mto.security.microsoft.com", "hostOnly": True, "session": True},
        {
            "name": "XSRF-TOKEN",
            "value": TOKEN,
            "domain": ".security.microsoft.com",
            "hostOnly": False,
            "expirationDate": 2e9,
        },
    ]
)


@pytest.mark.parametrize("text", [STATE, NETSCAPE, EXTENSION])
def test_three_forms_of_cookies(text):
    found = parse_cookies(text, "file")
    assert cookies_for(found, "mto.security.microsoft.com", 1.9e9) == {"sccauth": SECRET, "XSRF-TOKEN": TOKEN}
    assert "XSRF-TOKEN" not in cookies_for(found, "mto.security.microsoft.com", 2.1e9)
    assert cookies_for(found, "evilsecurity.microsoft.com", 1.9e9) == {}
    assert SECRET not in repr(found)


def test_a_cookie_of_one_host_goes_to_no_other():
    assert "sccauth" not in cookies_for(parse_cookies(EXTENSION, "file"), "security.microsoft.com", 1.9e9)


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", "sccauth=abc", '{"cookies": {}}', f"a\tb\t{SECRET}"])
def test_what_is_no_cookie_file_is_named_without_its_text(text):
    with pytest.raises(OptionError, match="portal_cookies_file: 'file' holds no cookies") as caught:
        parse_cookies(text, "file")
    assert SECRET not in str(caught.value)


def test_a_file_that_others_may_read_is_a_warning(tmp_path):
    path = tmp_path / "cookies.json"
    path.write_text(STATE, encoding="utf-8")
    path.chmod(0o644)
    assert "chmod 600" in mode_warning(str(path))
    path.chmod(0o600)
    assert mode_warning(str(path)) is None
    assert len(read_cookies(str(path))) == 3
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(OptionError, match="is not text"):
        read_cookies(str(path))


# -- snapshots -----------------------------------------------------------------------------------------------------


def entry(path, body, status=200, at="2026-11-24T11:00:00.1234567Z", encoding=None):
    text = body if isinstance(body, str) else json.dumps(body)
    content = {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"} if encoding else {"text": text}
    cookies = [{"name": "sccauth", "value": "planted-cookie"}]
    request = {"method": "GET", "url": f"https://mto.security.microsoft.com/apiproxy{path}", "cookies": cookies}
    return {"startedDateTime": at, "request": request, "response": {"status": status, "content": content}}


HAR = [
    entry("/mtp/sccManagement/mgmt/TenantContext?realTime=true", CONTEXT),
    entry("/mtoapi/tenants/TenantPicker", PICKER, at="2026-11-24T10:30:00+00:00"),
    entry("/mtoapi/tenantGroups/effective/", EFFECTIVE, encoding="base64"),
    entry("/mtoapi/tenantGroups", [EFFECTIVE]),
    entry("/other", "<html>"),
]


def saved(tmp_path, data):
    path = tmp_path / "view.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


def har(tmp_path, entries):
    return load_snapshot(saved(tmp_path, {"log": {"entries": entries}}), NOW)


def test_a_har_becomes_a_view_and_a_file_without_a_session(tmp_path):
    found = har(tmp_path, HAR)
    assert (found.operator, found.home_tenant_id) == ("anna@northwind.example", HOME)
    assert found.taken_at == "2026-11-24T10:30:00Z"
    assert (found.standing(A), found.standing(B), found.complete) == ("registered", "not_registered", True)
    text = json.dumps(snapshot_of(found))
    assert "planted" not in text + repr(found)
    assert load_snapshot(saved(tmp_path, text), NOW) == found


@pytest.mark.parametrize(
    ("status", "reason"),
    [(400, "feature_off"), (401, "signed_out"), (440, "signed_out"), (403, "forbidden"), (200, "unreadable")],
)
def test_an_answer_that_was_no_answer(tmp_path, status, reason):
    found = har(tmp_path, [*HAR[:1], entry("/mtoapi/tenants/TenantPicker", "{}", status), HAR[2]])
    assert found.problems["picker"].reason == f"registration.{reason}"
    assert found.standing(A) == "unknown"


def test_a_person_may_vouch_for_whose_recording_it_is(tmp_path):
    vouched = {"log": {"entries": HAR[1:3]}, "operator": "ben@northwind.example", "home_tenant_id": HOME}
    assert load_snapshot(saved(tmp_path, vouched), NOW).operator == "ben@northwind.example"
    # The portal's own word counts more.
    told = load_snapshot(saved(tmp_path, {**vouched, "log": {"entries": HAR}}), NOW)
    assert told.operator == "anna@northwind.example"


def test_an_answer_that_was_not_recorded(tmp_path):
    assert har(tmp_path, HAR[:2]).problems["effective"].reason == "registration.not_in_snapshot"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("{", "is not JSON"),
        ({}, "is no picture of the view"),
        ({"log": {"entries": []}}, "holds no answer of the multitenant portal"),
        (
            {
                "log": {
                    "entries": [1, {"request": {}}, {"request": {"method": "GET", "url": "http://["}, "response": {}}]
                }
            },
            "holds no answer",
        ),
        ({"log": {"entries": [entry("/mtoapi/tenants/TenantPicker", PICKER, at="yesterday")]}}, "does not say when"),
        ({"mto_snapshot": 1, "picker": PICKER, "effective": EFFECTIVE}, "does not say when it was taken"),
        ({"mto_snapshot": 1, "taken_at": "2026-11-24T10:00:00"}, "does not say when it was taken"),
        ({"mto_snapshot": 1, "taken_at": "2027-01-01T00:00:00Z"}, "which is in the future"),
        (
            {
                "log": {
                    "entries": [
                        *HAR,
                        entry(
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


@pytest.mark.parametrize(
    ("text", "seconds"), [("90m", 5400), ("24h", 86400), ("7d", 604800), ("1w", 604800), ("30", 30), ("1.5h", 5400)]
)
def test_durations(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1h", "1y", "h"])
def test_bad_durations(text):
    with pytest.raises(OptionError, match="snapshot_max_age"):
        parse_duration(text)


def test_an_old_picture_says_how_old():
    problem = age_problem(view(), NOW, 3600)
    assert problem.details == {"taken_at": "2026-11-24T10:00:00Z", "age": "2 hours", "max_age": "1 hour"}
    assert age_problem(view(), NOW, 7200) is None


@pytest.mark.parametrize(
    ("operator", "home", "asked", "reason"),
    [
        ("Anna@northwind.example", HOME.upper(), "anna@NORTHWIND.example", None),
        ("ben@northwind.example", HOME, "anna@northwind.example", "other_operator"),
        ("anna@northwind.example", A, "anna@northwind.example", "other_tenant"),
        (None, HOME, "anna@northwind.example", "whose_unknown"),
        ("anna@northwind.example", None, "anna@northwind.example", "whose_unknown"),
        ("anna@northwind.example", HOME, B, "whose_unknown"),
    ],
)
def test_whose_view_it_is(operator, home, asked, reason):
    found = owner_problem(View("2026-11-24T10:00:00Z", operator, home, {}, {}), asked, HOME)
    assert (found.reason if found else None) == (f"registration.{reason}" if reason else None)
