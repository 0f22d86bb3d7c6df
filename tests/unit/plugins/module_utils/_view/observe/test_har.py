# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A HAR: which entries are answers of the portal, and what a refused or odd one becomes."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal_answers import ANNA, CONTEXT_BODY, EFFECTIVE_BODY, HAR_ENTRIES, HOME, PICKER_BODY, har_entry

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.observe.answers import Owner
from ansible_collections.m365.defender.plugins.module_utils._view.observe.har import har_entries, read_recording

PICKER_PATH = "/mtoapi/tenants/TenantPicker"
NEWER_BODY = {**PICKER_BODY, "newer": 1}
SESSION_PATH = "/mtp/sccManagement/mgmt/TenantContext"


def test_the_answers_of_a_recording():
    answers, owner = read_recording(HAR_ENTRIES, "x")
    assert {name: answer.body for name, answer in answers.items()} == {
        "picker": PICKER_BODY,
        "effective": EFFECTIVE_BODY,
        "groups": [EFFECTIVE_BODY],
    }
    assert owner == Owner(ANNA, HOME)
    assert answers["picker"].recorded_at == "2026-11-24T10:30:00+00:00"
    assert "planted" not in repr(answers)


def test_the_last_answer_counts():
    answers, _owner = read_recording([*HAR_ENTRIES, har_entry(PICKER_PATH, NEWER_BODY, at="later")], "x")
    assert answers["picker"].body == NEWER_BODY
    assert answers["picker"].recorded_at == "later"


def unusable_after(path, body):
    """The answers of a recording in which this one comes after the good ones, and of one in which it comes first."""
    odd = har_entry(path, body, at="later")
    return [read_recording(entries, "x")[0] for entries in ([*HAR_ENTRIES, odd], [odd, *HAR_ENTRIES])]


@pytest.mark.parametrize("path", [PICKER_PATH, "/mtoapi/tenantGroups/effective", "/mtoapi/tenantGroups"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        [{}],
        [None],
        {"Message": "An error has occurred."},
        {"error": {"code": "x"}},
        {"tenantInfoList": None, "exposedTargetTenantsInfo": None},
        {"isMtoResponse": True, "result": None},
    ],
)
def test_an_answer_of_no_known_form_hides_no_good_one(path, body):
    good = read_recording(HAR_ENTRIES, "x")[0]
    assert unusable_after(path, body) == [good, good]


@pytest.mark.parametrize("path", [PICKER_PATH, "/mtoapi/tenantGroups/effective"])
def test_an_empty_array_hides_no_good_answer(path):
    good = read_recording(HAR_ENTRIES, "x")[0]
    assert unusable_after(path, []) == [good, good]


@given(
    st.sampled_from([PICKER_PATH, "/mtoapi/tenantGroups/effective"]),
    st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text())),
)
def test_no_odd_object_hides_a_good_answer(path, body):
    good = read_recording(HAR_ENTRIES, "x")[0]
    assert unusable_after(path, body) == [good, good]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (400, "registration.feature_off"),
        (401, "registration.signed_out"),
        (403, "registration.forbidden"),
        (440, "registration.signed_out"),
        (500, "registration.not_recorded"),
        (0, "registration.not_recorded"),
        (304, "registration.not_recorded"),
        ("200", "registration.not_recorded"),
        (True, "registration.not_recorded"),
        ([], "registration.not_recorded"),
    ],
)
def test_a_refusal(status, reason):
    answers, _owner = read_recording([har_entry(PICKER_PATH, PICKER_BODY, status)], "x")
    problem = answers["picker"].problem
    assert problem.reason == reason
    assert problem.details["status"] == str(status)
    assert answers["picker"].body is None


@pytest.mark.parametrize(
    "content",
    [
        None,
        {},
        {"text": 5},
        {"text": ""},
        {"text": "null"},
        {"text": "5"},
        {"text": "[" * 99999},
        {"text": '{"a": NaN}'},
        {"text": "\u00fc", "encoding": "base64"},
        {"text": "<html>"},
        {"text": "!", "encoding": "base64"},
        {"text": "/w==", "encoding": "base64"},
    ],
)
def test_a_body_that_is_not_json(content):
    entry = har_entry(PICKER_PATH, PICKER_BODY)
    entry["response"]["content"] = content
    answer = read_recording([entry], "x")[0]["picker"]
    assert answer.body is None
    assert answer.problem.reason == "registration.not_recorded"
    # A usable answer counts, whatever comes before or after it.
    usable = har_entry(PICKER_PATH, PICKER_BODY)
    for entries in ([usable, entry], [entry, usable], [usable, har_entry(PICKER_PATH, {}, 401)]):
        assert read_recording(entries, "x")[0]["picker"].body == PICKER_BODY


@pytest.mark.parametrize("encode", [base64.b64encode, base64.encodebytes, lambda raw: base64.b64encode(raw) + b"\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_body_in_base64(encode, encoding):
    entry = har_entry(PICKER_PATH, PICKER_BODY)
    text = encode(json.dumps(PICKER_BODY).encode(encoding)).decode()
    entry["response"]["content"] = {"text": text, "encoding": "base64"}
    assert read_recording([entry], "x")[0]["picker"].body == PICKER_BODY


@pytest.mark.parametrize("text", ["\ufeff{}", '{"a": "\\ud800"}', '{"a": "\\u0000\\u202e"}'])
def test_odd_text_in_a_body_is_made_harmless(text):
    answer = read_recording([har_entry(PICKER_PATH, text)], "x")[0]["picker"]
    assert "\ud800" not in str(answer.body)
    json.dumps(answer.body, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"request": {"method": "GET", "url": f"https://x{PICKER_PATH}"}},
        {"request": {"method": "POST", "url": f"https://x{PICKER_PATH}"}, "response": {"status": 200}},
        {"request": {"method": "GET", "url": 5}, "response": {"status": 200}},
        {"request": {"method": "GET", "url": "http://["}, "response": {"status": 200}},
        har_entry("/mtoapi/other", {}),
        har_entry("/mtoapi/tenantGroups", []),
    ],
)
def test_what_is_not_an_answer_of_the_view(entry):
    with pytest.raises(OptionError, match=r"^x holds no answer of the multitenant portal"):
        read_recording([entry], "x")


def test_two_people_in_one_recording_are_refused():
    other = har_entry(SESSION_PATH, {"AuthInfo": {"UserName": "ben@northwind.example", "TenantId": HOME}})
    with pytest.raises(OptionError, match=r"^x holds the sessions of more than one person"):
        read_recording([*HAR_ENTRIES, other], "x")
    # The same person twice, or an answer that names nobody, is fine.
    shouted = {"AuthInfo": {"UserName": ANNA.upper(), "TenantId": HOME.upper()}}
    again = [har_entry(SESSION_PATH, body) for body in (CONTEXT_BODY, shouted, {"AuthInfo": {"TenantId": HOME}}, "<x>")]
    owner = read_recording([*HAR_ENTRIES, *again], "x")[1]
    assert (owner.operator.lower(), owner.home_tenant_id) == (ANNA, HOME)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_data_is_a_har_or_not(data):
    for given_data in (data, {"log": data}, {"log": {"entries": data}}):
        assert isinstance(har_entries(given_data), list | None)
