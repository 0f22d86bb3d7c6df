# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret of a run is in foreign text."""

from __future__ import annotations

import base64
import threading
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.defender.plugins.module_utils._core.secrets import HIDDEN, SHORTEST, Secrets, hide_tokens

VALUES = st.text(min_size=SHORTEST, max_size=30)


@given(st.lists(VALUES, min_size=1, max_size=4), st.text(), st.sampled_from([str, quote, quote_plus]))
def test_no_secret_is_left(values, around, form):
    secrets = Secrets()
    secrets.add(*values)
    hidden = secrets.hide(around.join(form(value) for value in values))
    assert not [value for value in values if value in hidden and value not in HIDDEN]


def test_a_token_that_nobody_knows_is_hidden_too():
    token = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiJhIn0.c2lnbmF0dXJl"
    assert hide_tokens(f"Authorization: Bearer {token}, sent") == f"Authorization: Bearer {HIDDEN}, sent"


def test_what_is_too_short_to_be_told_from_text_is_not_hidden():
    secrets = Secrets()
    secrets.add("met", "", None)
    assert not secrets.values()
    assert secrets.hide("met") == "met"


TOKEN = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJ0aWQiOiJhIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (TOKEN, HIDDEN),
        (f"token_{TOKEN} {TOKEN}", f"token_{HIDDEN} {HIDDEN}"),
        (f"?access_token={TOKEN}&x=1", f"?access_token={HIDDEN}&x=1"),
        (f"eyJ.{TOKEN}", f"eyJ.{HIDDEN}"),
        (f"eyJab.c.{TOKEN}...", f"eyJab.c.{HIDDEN}"),
        ("eyJpZCI6MSwibmFtZSI6ImEifQ", "eyJpZCI6MSwibmFtZSI6ImEifQ"),
        ("the word eyJ. and more", "the word eyJ. and more"),
    ],
)
def test_tokens_are_hidden_wherever_they_begin(text, hidden):
    assert hide_tokens(text) == hidden


def test_small_percent_encoding_is_hidden():
    assert Secrets("a/b+c==1").hide("secret=a%2fb%2bc%3d%3d1") == f"secret={HIDDEN}"


@pytest.mark.parametrize(
    "text", ["eyJ" * 300_000, "eyJ." * 200_000, "eyJabcdefgh" * 90_000, "eyJ-" + "a" * 10**6, "eyJ " * 200_000]
)
def test_no_text_costs_more_than_its_length(text):
    started = time.process_time()
    hide_tokens(text)
    assert time.process_time() - started < 0.5


def test_many_secrets_cost_little():
    secrets = Secrets()
    secrets.add(*(f"opaque-refresh-token-{number:08}" * 40 for number in range(4000)))
    secrets.add(*(f"{TOKEN}{number}" for number in range(4000)))
    started = time.process_time()
    for _number in range(100):
        secrets.hide("Insufficient privileges to complete the operation.")
    assert time.process_time() - started < 0.5
    assert len(secrets.values()) == 8000


def test_secrets_may_be_added_while_a_text_is_scrubbed():
    secrets = Secrets()
    adding = threading.Thread(target=lambda: secrets.add(*(f"secret-{number}" for number in range(20_000))))
    adding.start()
    while adding.is_alive():
        secrets.hide("text")
        secrets.values()
    assert secrets.hide("secret-19999") == HIDDEN


def test_secret_that_cannot_be_encoded_is_a_secret_all_the_same():
    assert Secrets("\ud800-secret").hide("a \ud800-secret") == f"a {HIDDEN}"


ODD = "CfDJ8+abc/def=ghi&jkl"


@pytest.mark.parametrize(
    "echo",
    [
        ODD.replace("+", "\\u002B").replace("=", "\\u003d"),
        ODD.replace("/", "\\/"),
        ODD.replace("+", "&#x2B;").replace("=", "&#61;").replace("&j", "&amp;j"),
        quote(quote(ODD, safe=""), safe=""),
        ODD.replace("+", "%2B"),
        *(base64.b64encode(f"{before}{ODD} after".encode()).decode() for before in ("", "a", "ab")),
        base64.urlsafe_b64encode(ODD.encode()).decode(),
        f"{ODD[:9]}\r\n\t{ODD[9:]}",
        "\u00ad".join(ODD),
    ],
)
def test_no_way_to_write_a_secret_shows_it(echo):
    hidden = Secrets(ODD).hide(f"sent: {echo}")
    assert HIDDEN in hidden
    assert "CfDJ8" not in hidden
    assert echo[3:12] not in hidden


def test_a_wrapped_token_is_hidden_with_its_further_lines():
    token = TOKEN + "QUJD" * 70
    lines = "\r\n".join(token[at : at + 76] for at in range(0, len(token), 76))
    assert hide_tokens(f"Bearer {lines}\nthe end") == f"Bearer {HIDDEN}\nthe end"


@pytest.mark.parametrize("part", ["\\", "%25", "%", "&#", "&#x0", " ", "&", "\\u00", f"{HIDDEN}\n"])
def test_no_escape_costs_more_than_its_length(part):
    started = time.process_time()
    Secrets(ODD).hide("eyJ" + part * 100_000)
    assert time.process_time() - started < 0.5
