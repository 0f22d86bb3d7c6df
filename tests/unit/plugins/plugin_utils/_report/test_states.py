# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report says beyond its own run, as JSON has it and as it is read again."""

from __future__ import annotations

import dataclasses
import json

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance, Changes, HistoryEntry

RUN = HistoryEntry("2026-11-23T12:00:00Z", "home", "anna@northwind.example", 7, 5, {"advice": 2, "not_met": 1}, 1, 2, 3)
CHANGES = Changes("2026-11-22T12:00:00Z", new=1, resolved=2, unread=3, left_out=4, worse=5, better=6)
ACCEPTED = Acceptance("They leave us.", "Anna", "2027-01-31")


@pytest.mark.parametrize("state", [RUN, CHANGES, Changes(not_compared="It is another one."), ACCEPTED], ids=repr)
def test_what_was_written_is_read_again(state):
    written = json.loads(json.dumps(state.as_dict()))
    assert type(state).from_fields(Fields(written, "report")) == state


@pytest.mark.parametrize(
    ("state", "field", "value"),
    [
        (RUN, "at", "yesterday"),
        (RUN, "declared", -1),
        (RUN, "findings", {"advice": "2"}),
        (CHANGES, "worse", True),
        (CHANGES, "not_compared", None),
        (ACCEPTED, "until", 2027),
    ],
)
def test_field_of_another_form_is_named(state, field, value):
    with pytest.raises(OptionError, match=f"^report.{field}"):
        type(state).from_fields(Fields({**state.as_dict(), field: value}, "report"))


@pytest.mark.parametrize("field", ["new", "resolved", "unread", "left_out", "worse", "better"])
def test_nothing_changed_only_where_a_run_was_compared_and_every_number_is_zero(field):
    same = Changes("2026-11-22T12:00:00Z")
    assert (same.nothing, Changes().nothing) == (True, False)
    assert not dataclasses.replace(same, **{field: 1}).nothing
