# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals of Microsoft Entra: the reason of each number, and the sentence that is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import (
    REASON_OF,
    error_text_of,
    numbers_of,
    problem_of,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CATALOGUE

HUGE = 10**5000


@pytest.mark.parametrize(
    "codes",
    [
        *(5, "53003", ["\u00b2"], ["\u0665\u0663\u0660\u0660\u0663"], [None], {}, [[]], [[53000]], [{"code": 53000}]),
        *([True], [-53000], [0], [53000.0], ["9" * 5000], [HUGE], [-HUGE], [" 53000"], ["53000\n"], ["0x1"]),
    ],
    ids=lambda codes: str(type(codes)),
)
def test_refusal_with_odd_numbers(codes):
    answer = {"error": "invalid_grant", "error_codes": codes, "error_description": "AADSTS53003: no"}
    assert problem_of(answer).reason == "sign_in.conditional_access"


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (700016, "consent.app_not_in_tenant"),
        (7000229, "consent.app_not_in_tenant"),
        (65001, "consent.not_given"),
        (7000112, "consent.app_disabled"),
        (500011, "consent.resource_missing"),
        (500014, "consent.resource_disabled"),
        (90002, "access.tenant_not_found"),
        (50020, "sign_in.user_not_in_tenant"),
        (50057, "sign_in.account_disabled"),
        (50076, "sign_in.mfa_required"),
        (50177, "sign_in.external_account_refused"),
        (53000, "sign_in.device_required"),
        (53001, "sign_in.device_required"),
        (530002, "sign_in.device_required"),
        (530003, "sign_in.device_required"),
        (53002, "sign_in.conditional_access"),
        (53003, "sign_in.conditional_access"),
        (53004, "sign_in.conditional_access"),
        (70021, "sign_in.federated_mismatch"),
        (700211, "sign_in.federated_mismatch"),
        (700212, "sign_in.federated_mismatch"),
        (700213, "sign_in.federated_mismatch"),
        (700024, "sign_in.clock"),
        (700027, "sign_in.certificate_not_registered"),
        *((number, "sign_in.transient") for number in (50000, 90006, 90012, 90024, 90025, 90033)),
        (500571, "sign_in.account_disabled"),
        (500133, "sign_in.clock"),
        (900023, "access.tenant_not_found"),
        (700030, "sign_in.credential_refused"),
        (123456789, "sign_in.refused"),
    ],
)
def test_refusals(number, reason):
    text = f"AADSTS{number}: Words. Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-23 12:00:00Z"
    refusal = {"error": "invalid_grant", "error_description": text}
    for answer in ({**refusal, "error_codes": [number]}, {**refusal, "error_codes": [str(number)]}, refusal):
        problem = problem_of(answer)
        assert problem.reason == reason
        assert problem.details["said"] == f"AADSTS{number}: Words."


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"error": "access_denied"},
        {"error": "access_denied", "error_description": "The proxy denied access to AADSTS: no number."},
        {"error": "Forbidden by AADSTS50057"},
        {"error_description": "AADSTS50057: The user account is disabled."},
        {"error": {"code": "AADSTS50057", "message": "AADSTS50057: disabled"}},
        {"error": 50057, "error_codes": [50057]},
        {"error": ["invalid_grant"], "error_description": "AADSTS50057: disabled"},
        {"error": "invalid_grant", "error_description": ["AADSTS50057: disabled"]},
        {"error": "invalid_grant", "error_description": {"AADSTS50057": "disabled"}},
        {"error": "invalid_grant", "error_description": "AADSTS\u0665\u0660\u0660\u0665\u0667: disabled"},
        {"error": "invalid_grant", "error_description": f"AADSTS{'9' * 6000}: disabled"},
        {"error": "invalid_grant", "error_description": "AADSTS-50057: disabled"},
    ],
)
def test_what_lacks_the_code_or_the_number_is_no_refusal(answer):
    problem = problem_of(answer)
    assert problem.reason == "sign_in.no_answer"
    assert CATALOGUE.status(problem.reason) == "unknown"


@pytest.mark.parametrize("code", ["temporarily_unavailable", "server_error"])
def test_passing_trouble_of_the_service_is_no_refusal(code):
    problem = problem_of({"error": code, "error_description": "AADSTS999999: try again"})
    assert problem.reason == "sign_in.transient"


def test_every_reason_has_its_words():
    assert set(REASON_OF.values()) <= set(CATALOGUE.reasons)


def test_refusal_without_words():
    assert error_text_of({}) == "no reason given"


def test_transient_number_gives_way():
    answer = {
        "error": "interaction_required",
        "error_codes": [50196, 53003],
        "error_description": "AADSTS50196: loop. AADSTS53003: blocked.",
    }
    assert problem_of(answer).reason == "sign_in.conditional_access"
    assert error_text_of(answer) == "AADSTS53003: blocked. (also AADSTS50196)"


def test_numbers_come_from_the_text_if_the_list_is_missing():
    assert numbers_of({"error_description": "AADSTS65001: consent. AADSTS50105: not assigned."}) == [65001, 50105]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("AADSTS50057: disabled")
json_values = scalars | st.lists(scalars, max_size=4) | st.dictionaries(st.text(max_size=12), scalars, max_size=4)


@given(
    st.dictionaries(st.sampled_from(["error", "error_description", "error_codes", "suberror"]), json_values, max_size=4)
)
def test_any_answer_becomes_a_reason_and_short_clean_text(answer):
    problem = problem_of(answer)
    assert problem.reason in CATALOGUE.reasons
    text = problem.details["said"]
    assert len(text) < 1500
    assert text.encode()
    if CATALOGUE.status(problem.reason) == "unmet":
        assert isinstance(answer["error"], str)
        assert numbers_of(answer)


@pytest.mark.parametrize(
    "part",
    [
        *(
            " ",
            "(",
            '"a',
            '{"a":',
            "\\r\\n",
            "AADSTS1 ",
            "trace id ",
            "Timestamp: ",
            "AADSTS50057: x. ",
            "\ud800",
            "\x1b[",
        ),
        *("9", "[", "Trace ID: 00000000-0000-0000-0000-00000000000", ";,( ", "AADSTS"),
    ],
)
def test_no_text_is_searched_beyond_a_few_kilobytes(part):
    """Twice the text must give the same sentence: what is cut is never searched, whatever the pattern."""
    once, twice = (part * (size // len(part)) for size in (8192, 16384))
    answers = [{"error": "invalid_grant", "error_description": text} for text in (once, twice)]
    assert error_text_of(answers[0]) == error_text_of(answers[1])
