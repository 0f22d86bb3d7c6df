# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Claims of a token, and of what is none."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._auth.jwt import claims_of, is_jwt


def part(value):
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).decode()


def token(claims):
    return f"{part({'alg': 'none'})}.{part(claims)}.signature".replace("=", "")


@pytest.mark.parametrize("claims", [{"tid": "t"}, {"roles": ["a"], "wids": [], "exp": 5}, {"tid": "t", "x": [1, {}]}])
def test_claims(claims):
    assert claims_of(token(claims)) == claims
    assert is_jwt(token(claims))


@pytest.mark.parametrize("name", ["tid", "oid", "scp", "upn", "unique_name", "preferred_username", "idp"])
@pytest.mark.parametrize("value", [5, ["x"], {"a": "b"}, True, None, 1.5])
def test_claim_of_another_form_makes_the_token_unreadable(name, value):
    assert claims_of(token({"tid": "t", name: value})) == {}


@pytest.mark.parametrize("name", ["roles", "wids"])
@pytest.mark.parametrize("value", [5, "x", {"a": "b"}, True, None, [5], [["x"]], [None]])
def test_list_of_another_form_makes_the_token_unreadable(name, value):
    assert claims_of(token({"tid": "t", name: value})) == {}


@pytest.mark.parametrize(
    "payload",
    [b"[" * 100_000, b'{"a":' * 100_000, b"[]", b"null", b"\xff", b"{", b'{"a": NaN}', b'{"a": ' + b"9" * 5000],
)
def test_payload_that_is_no_object(payload):
    assert claims_of(f"e30.{part(payload)}.c") == {}


@pytest.mark.parametrize("value", ["", "x", "a.%%%.c", "a..c", "a.\u20ac.c", "a.\ud800.c", ".", "..", "a.b"])
def test_claims_of_what_is_no_token(value):
    assert claims_of(value) == {}
    assert not is_jwt(value)


@pytest.mark.parametrize("value", ["www.example.com", "a.b.c.d", "e30.e30.e30", "W10.e30.x", "eyJhIjoxfQ.b c.d"])
def test_text_in_three_parts_is_no_token(value):
    assert not is_jwt(value)


def test_half_a_surrogate_in_a_claim_can_be_encoded():
    assert claims_of(token({"upn": "a\ud800b", "tid": "t"}))["upn"].encode()


@given(st.text() | st.lists(st.binary(max_size=40).map(part), max_size=4).map(".".join))
def test_any_text_has_claims_or_none(text):
    assert is_jwt(text) in (True, False)
    assert isinstance(claims_of(text), dict)
