# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The people of a team: who is one, and what a mistake is answered with."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import resolve_connection
from ansible_collections.m365.defender.plugins.module_utils._auth.options.operators import (
    parse_operators,
    resolve_operators,
)
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

ANNA, BEN = "anna@northwind.example", "ben@northwind.example"
BEN_ID = "AAAAAAAA-0000-4000-8000-000000000001"
CONNECTION = {
    "home_tenant_id": "11111111-2222-3333-4444-555555555555",
    "client_id": "66666666-7777-8888-9999-000000000000",
    "client_secret": "a-client-secret",
}


def test_entries_are_texts_and_dictionaries():
    team = parse_operators([f" {ANNA} ", {"operator": BEN_ID, "name": "Ben Frey"}, {"operator": BEN, "name": None}])
    assert team == ((ANNA, ""), (BEN_ID.lower(), "Ben Frey"), (BEN, ""))


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ([], "operators: the list is empty, so that nobody's access would be judged; name a person, or leave it out."),
        ([ANNA, "ben"], "operators[1]: 'ben' is neither a user principal name nor an object ID; give one such as"),
        ([ANNA, {"name": "Ben"}], "operators[1]: '' is neither a user principal name nor an object ID"),
        ([ANNA, BEN, ANNA.upper()], "operators[2]: 'ANNA@NORTHWIND.EXAMPLE' is already in operators[0]; remove one"),
        ([BEN_ID, {"operator": f"{{{BEN_ID}}}"}], "operators[1]: 'aaaaaaaa-0000-4000-8000-000000000001' is already in"),
        ([{"upn": ANNA}], "operators[0]: 'upn' is not a known key"),
        ([5], "operators[0]: '5' is neither"),
    ],
)
def test_mistake_is_one_sentence_that_names_the_entry(entries, sentence):
    with pytest.raises(OptionError) as caught:
        parse_operators(entries)
    assert str(caught.value).startswith(sentence)


def test_one_person_and_a_team_are_not_given_together():
    with pytest.raises(OptionError) as caught:
        parse_operators([ANNA], BEN)
    assert str(caught.value) == (
        f"operators: '{BEN}' is given as the only operator as well; leave that out, and put the person first in the"
        " list."
    )


def test_first_of_the_team_is_the_operator_whatever_the_environment_says():
    params = {**CONNECTION, "operators": [BEN, ANNA]}
    connection, team = resolve_operators(params, resolve_connection(params, {"MTO_OPERATOR": ANNA}))
    assert connection.operator == BEN
    assert [analyst.operator for analyst in team] == [BEN, ANNA]


def test_without_a_team_one_person_is_required():
    with pytest.raises(OptionError, match=r"^operator: missing\."):
        resolve_operators(CONNECTION, resolve_connection(CONNECTION, {}))


def test_team_needs_the_app():
    params = {**CONNECTION, "client_secret": None, "refresh_token": "a-refresh-token", "operators": [ANNA]}
    with pytest.raises(OptionError, match=r"^operators: only your app can read about several people; give its"):
        resolve_operators(params, resolve_connection(params, {}))
