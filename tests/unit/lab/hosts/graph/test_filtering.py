# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""`$filter` of the lab: what it finds, against rows with a known answer."""

from __future__ import annotations

import contextlib

import hypothesis
import pytest
from hypothesis import strategies as st

from lab.hosts.graph.errors import GraphError
from lab.hosts.graph.filtering import make_filter, required_paths, rules

RULES = rules(
    mail="eq ne in startswith endswith ge le gt lt",
    accountEnabled="eq ne",
    otherMails__any="eq startswith",
    displayName="eq",
)
ROWS = [
    {
        "id": "1",
        "mail": "anna@x.example",
        "accountEnabled": True,
        "otherMails": ["a@y.example"],
        "displayName": "O'Neill",
    },
    {"id": "2", "mail": "Bert@x.example", "accountEnabled": False, "otherMails": [], "displayName": "Bert (x, y)"},
    {"id": "3", "mail": None, "accountEnabled": True, "otherMails": ["A@Y.example", "c@y.example"], "displayName": "C"},
]
MATCHES = {
    "mail eq 'anna@x.example'": "1",
    "mail eq 'ANNA@X.EXAMPLE'": "1",
    "mail eq null": "3",
    "mail ne null": "12",
    "mail in ('anna@x.example', 'bert@x.example')": "12",
    "startsWith(mail,'b')": "2",
    "startswith(mail, 'B')": "2",
    "endsWith(mail,'x.example')": "12",
    "mail ge 'b'": "2",
    "mail le 'b'": "1",
    "mail gt 'anna@x.example'": "2",
    "mail lt 'bert@x.example'": "1",
    "accountEnabled eq true": "13",
    "accountEnabled ne true": "2",
    "otherMails/any(m:m eq 'a@y.example')": "13",
    "otherMails/any(mail:startsWith(mail,'c'))": "3",
    "displayName eq 'O''Neill'": "1",
    "displayName eq 'Bert (x, y)'": "2",
    "not (accountEnabled eq true)": "2",
    "not accountEnabled eq true": "2",
    "accountEnabled eq true and mail eq null": "3",
    "mail eq null or displayName eq 'C' and accountEnabled eq false": "3",
    "(mail eq null or displayName eq 'C') and accountEnabled eq false": "",
    "mail eq null or mail eq 'anna@x.example' or accountEnabled eq false": "123",
}


@pytest.mark.parametrize(("text", "ids"), MATCHES.items())
def test_matches(text, ids):
    assert "".join(row["id"] for row in make_filter(text, "user", RULES).keep(ROWS)) == ids


@pytest.mark.parametrize(
    "text", ["mail ne 'x'", "endsWith(mail,'x')", "not (mail eq 'x')", "mail eq 'x' or mail ne 'y'"]
)
def test_advanced(text):
    assert make_filter(text, "user", RULES).advanced


@pytest.mark.parametrize("text", ["mail eq 'x'", "startsWith(mail,'x')", "otherMails/any(m:m eq 'x')"])
def test_not_advanced(text):
    assert not make_filter(text, "user", RULES).advanced


BAD = [
    "",
    "mail",
    "mail eq",
    "mail is 'x'",
    "mail eq x",
    "eq 'x'",
    "mail eq 'x",
    "mail eq 'x''",
    "mail eq 'x' and",
    "mail eq 'x' mail eq 'y'",
    "(mail eq 'x'",
    "mail eq 'x')",
    "mail in 'x'",
    "mail in ()",
    "mail in ('x'",
    "contains(mail,'x')",
    "startsWith(mail)",
    "otherMails/any(m eq 'x')",
    "otherMails/all(m:m eq 'x')",
    "mail eq ;",
    "nothing eq 'x'",
    "mail/nothing eq 'x'",
    "onPremisesExtensionAttributes/nothing eq 'x'",
    "not",
]


@pytest.mark.parametrize("text", BAD)
def test_bad(text):
    with pytest.raises(GraphError) as caught:
        make_filter(text, "user", RULES)
    assert (caught.value.status, caught.value.code) == (400, "BadRequest")
    assert caught.value.message.startswith("Invalid filter clause: ")


@pytest.mark.parametrize(
    "text", ["jobTitle eq 'x'", "displayName ne 'x'", "otherMails/any(m:m ne 'x')", "otherMails eq 'x'"]
)
def test_unsupported(text):
    with pytest.raises(GraphError) as caught:
        make_filter(text, "user", RULES)
    assert (caught.value.status, caught.value.code) == (400, "Request_UnsupportedQuery")


def test_required_paths():
    assert required_paths(None) == set()
    assert required_paths("mail eq 'x' and (not id eq 'y' or otherMails/any(m:m eq 'z'))") >= {"mail", "id"}


@hypothesis.given(st.text(max_size=40))
def test_any_text_is_found_as_it_is(text):
    """Any text in quotes is compared as it is; a quote in it is doubled."""
    rows = [{"displayName": text}, {"displayName": text + "x"}]
    quoted = text.replace("'", "''")
    assert make_filter(f"displayName eq '{quoted}'", "user", RULES).keep(rows) == rows[:1]


@hypothesis.given(st.text(alphabet="maileqnot'()/:,= anyx1", max_size=30))
def test_no_text_breaks_the_parser(text):
    """A filter is understood or refused, never a fault of the server."""
    with contextlib.suppress(GraphError):
        make_filter(text, "user", RULES).keep(ROWS)
