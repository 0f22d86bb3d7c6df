# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret of a run is in foreign text."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.secrets import HIDDEN, SHORTEST, Secrets, hide

VALUES = st.text(min_size=SHORTEST, max_size=30)


@given(st.lists(VALUES, min_size=1, max_size=4), st.text(), st.sampled_from([str, quote, quote_plus]))
def test_no_secret_is_left(values, around, form):
    secrets = Secrets()
    secrets.add(*values)
    hidden = secrets.hide(around.join(form(value) for value in values))
    assert not [value for value in values if value in hidden and value not in HIDDEN]


def test_a_token_that_nobody_knows_is_hidden_too():
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiJhIn0.c2lnbmF0dXJl"
    assert hide(f"Authorization: Bearer {token}, sent") == f"Authorization: Bearer {HIDDEN}, sent"


def test_what_is_too_short_to_be_told_from_text_is_not_hidden():
    secrets = Secrets()
    secrets.add("met", "", None)
    assert not secrets.values()
    assert secrets.hide("met") == "met"
