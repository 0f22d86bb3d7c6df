# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers to writes: what counts as accepted, and what an error must not echo."""

from __future__ import annotations

import json
import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._core.secrets import HIDDEN
from ansible_collections.m365.defender.plugins.module_utils._microsoft.http import BearerToken
from ansible_collections.m365.defender.plugins.module_utils._remedies import writer
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import WriteCall

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


class Tokens:
    """An identity whose tokens have these claims."""

    def __init__(self, claims):
        self.claims = claims

    def token(self, tenant_id, _service):
        return BearerToken("secret", "https://graph:443", tenant_id, "app", self.claims)


def writer_with(claims, sent):
    """A writer that keeps what it would send."""
    made = object.__new__(writer.Writer)
    made._identity, made._root = Tokens(claims), "https://graph/v1.0"
    made._http = types.SimpleNamespace(send=lambda *request, **_more: sent.append(request))
    return made


@pytest.mark.parametrize("claims", [{}, {"roles": ["User.Invite.All"]}, {"tid": ""}])
def test_token_that_does_not_say_its_tenant_writes_nothing(claims):
    """It could be of another tenant: nothing that is read beside a write proves whose it is."""
    sent = []
    made = writer_with(claims, sent)
    with pytest.raises(MtoError, match="does not say which tenant it is for"):
        made.may("t", ["User.Invite.All"])
    answer = made.send("t", WriteCall("POST", "/invitations", {}))
    assert (answer.status, sent) == (0, [])
