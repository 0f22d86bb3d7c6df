# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret of a run is in foreign text."""

from __future__ import annotations

import base64
import json
import threading
from urllib.parse import quote, quote_plus

import pytest
from cpu import cpu_limit
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
    with cpu_limit(0.5):
        hide_tokens(text)


def test_many_secrets_cost_little():
    secrets = Secrets()
    secrets.add(*(f"opaque-refresh-token-{number:08}" * 40 for number in range(4000)))
    secrets.add(*(f"{TOKEN}{number}" for number in range(4000)))
    with cpu_limit(0.5):
        for _number in range(100):
            secrets.hide("Insufficient privileges to complete the operation.")
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
    with cpu_limit(0.5):
        Secrets(ODD).hide("eyJ" + part * 100_000)


RANDOM = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~", min_size=30, max_size=200)
ENCODINGS = [str, quote, json.dumps, lambda part: base64.b64encode(f"to {part}".encode()).decode()]


@given(RANDOM.map("0.aB".__add__), st.lists(RANDOM.map("0.aB".__add__)), st.data(), st.sampled_from(ENCODINGS))
def test_the_beginning_of_a_secret_is_hidden_with_what_follows(secret, others, data, encoded):
    part = secret[: data.draw(st.integers(32, len(secret)))]
    text = encoded(part)
    hidden = Secrets(*others, secret).hide(f"Bearer {text}, cut")
    assert HIDDEN in hidden
    assert part[:20] not in hidden
    assert part[-12:] not in hidden
    assert text[-12:] not in hidden


def test_the_beginnings_of_secrets_that_begin_alike_are_hidden():
    first, second = (f"1.AXoAsharedBeginning4{middle * 50}" for middle in ("a", "b"))
    for part in (first[:60], second[:60], second):
        assert Secrets(first, second).hide(f"x={part} y") in (f"x={HIDDEN} y", HIDDEN)


@pytest.mark.parametrize("end", [None, 144])
@pytest.mark.parametrize("width", [18, 24, 76])
def test_a_wrapped_secret_is_hidden_with_its_further_lines(width, end):
    secret = f"0.AXoAbeginning4{'Zx7Q-' * 40}"
    lines = [secret[:end][at : at + width] for at in range(0, len(secret[:end]), width)]
    hidden = Secrets(secret).hide("Bearer " + "\r\n ".join(lines) + " sent")
    assert HIDDEN in hidden
    assert "Zx7Q" not in hidden


@pytest.mark.parametrize("number", range(3))
def test_a_token_in_base64_is_hidden(number):
    echo = base64.b64encode(f"{'.' * number}{TOKEN}".encode()).decode()
    hidden = Secrets(TOKEN).hide(f"sent: {echo}")
    assert HIDDEN in hidden
    assert echo[10:20] not in hidden
    assert echo[-20:] not in hidden


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("aaaaaaaa-0000-4000-8000-000000000001|session", "aaaaaaaa-0000-4000-8000-000000000001"),
        ("https://mto.security.microsoft.com/A1?x", "https://mto.security.microsoft.com/tenants"),
        ("https://Login1.example/common/A", quote("https://Login1.example/other", safe="")),
        ('{"tenantId": "AAAA1111-aaaa"}', '{"tenantId": "BBBB2222-bbbb"}'),
        ("anna.smith.of.the.first.company", "anna.smith.of.the.first.town"),
        ("eyJhbGciOiJub25lIn0aB1", "eyJhbGciOiJub25lIn0xxx"),
    ],
)
def test_a_beginning_that_is_not_random_is_not_hidden(secret, text):
    assert Secrets(secret).hide(text) == text


def test_beginnings_cost_no_more_than_the_text():
    secrets = Secrets(*(f"0.Ab{number:04}-the-beginning-{number}" * 20 for number in range(20)))
    for text in ("0.Ab0001-the-beginni" * 50_000, "0.Ab0001-the-beginni " * 50_000, "0.Ab0001-the-beginn" * 50_000):
        with cpu_limit(0.5):
            secrets.hide(text)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("echo Tr0ub4dorAndHorse2026#Staple!B", f"echo {HIDDEN}"),
        ("Tr0ub4dorAndHorse2026#Staple! Tr0ub4dorAndHorse2026#x", f"{HIDDEN} {HIDDEN}x"),
    ],
)
def test_a_cut_secret_is_hidden_as_far_as_it_goes_on(text, hidden):
    assert Secrets("Tr0ub4dorAndHorse2026#Staple!Battery").hide(text) == hidden
