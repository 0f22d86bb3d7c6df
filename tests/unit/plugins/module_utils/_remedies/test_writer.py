# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers to writes: what counts as accepted, and what an error must not echo."""

from __future__ import annotations

import json
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.secrets import HIDDEN
from ansible_collections.m365.defender.plugins.module_utils._remedies import writer

LINK = "https://login.microsoftonline.com/redeem?rd=https%3a%2f%2finvitations.microsoft.com%2fredeem%2f%3fticket%3dT1"
FORMS = (LINK, LINK.replace("/", "\\/"), LINK.replace(":", "%3A").replace("/", "%2F"), LINK.upper())


def response(status, body):
    """An answer of the service."""
    return types.SimpleNamespace(
        status=status,
        body=body,
        request_id="r",
        secrets=types.SimpleNamespace(hide=lambda text: text),
        json=lambda: json.loads(body),
    )


@pytest.mark.parametrize("link", FORMS)
def test_redeem_link_in_an_error(link):
    body = {"error": {"code": "conflict", "message": f"The guest was invited ({link} ) before."}}
    answer = writer._answer("https://graph", response(409, json.dumps(body).encode()))
    assert answer.error == f"HTTP 409 conflict: The guest was invited ({HIDDEN} ) before."


def test_words_about_redeeming_stay():
    body = {"error": {"code": "no", "message": "The invitation was redeemed, see https://learn.microsoft.com/b2b."}}
    answer = writer._answer("https://graph", response(400, json.dumps(body).encode()))
    assert answer.error.endswith("The invitation was redeemed, see https://learn.microsoft.com/b2b.")


def test_accepted_without_a_body():
    answer = writer._answer("https://graph", response(204, b""))
    assert (answer.ok, answer.body) == (True, None)
