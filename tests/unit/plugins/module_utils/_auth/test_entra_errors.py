# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals of Microsoft Entra: the reason of each number, and the sentence that is shown."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.entra_errors import (
    error_text_of,
    numbers_of,
    problem_of,
)


@pytest.mark.parametrize("codes", [5, "53003", ["\u00b2"], [None], {}, [[]]])
def test_refusal_with_odd_numbers(codes):
    assert (
        problem_of({"error_codes": codes, "error_description": "AADSTS53003: no"}).reason
        == "sign_in.conditional_access"
    )


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (700016, "consent.app_not_in_tenant"),
        (65001, "consent.not_given"),
        (7000112, "consent.app_disabled"),
        (90002, "access.tenant_not_found"),
        (50020, "sign_in.user_not_in_tenant"),
        (50076, "sign_in.mfa_required"),
        (53003, "sign_in.conditional_access"),
        (123456789, "sign_in.refused"),
    ],
)
def test_refusals(number, reason):
    text = f"AADSTS{number}: Words. Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-23 12:00:00Z"
    for answer in ({"error_codes": [number], "error_description": text}, {"error_description": text}):
        problem = problem_of(answer)
        assert problem.reason == reason
        assert problem.details["said"] == f"AADSTS{number}: Words."


def test_refusal_without_words():
    assert error_text_of({}) == "no reason given"


def test_transient_number_gives_way():
    answer = {"error_codes": [50196, 53003], "error_description": "AADSTS50196: loop. AADSTS53003: blocked."}
    assert problem_of(answer).reason == "sign_in.conditional_access"
    assert error_text_of(answer) == "AADSTS53003: blocked. (also AADSTS50196)"


def test_numbers_come_from_the_text_if_the_list_is_missing():
    assert numbers_of({"error_description": "AADSTS65001: consent. AADSTS50105: not assigned."}) == [65001, 50105]
