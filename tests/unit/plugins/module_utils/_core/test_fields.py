# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields of a dictionary from outside: each has its type, and a wrong one is named by its path."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields, named_rows, rows_of

ROW = {
    "name": "Contoso",
    "mark": "doc",
    "ready": True,
    "days": 7,
    "checks": ["listed"],
    "access": {"status": "met"},
    "tenants": [{"name": "A"}, {"name": "B"}],
    "nothing": None,
}
FIELDS = Fields(ROW, "report")


def test_fields_have_their_types():
    assert (FIELDS.text("name"), FIELDS.flag("ready"), FIELDS.number("days")) == ("Contoso", True, 7)
    assert (FIELDS.value("days"), FIELDS.texts("checks")) == (7, ("listed",))
    assert FIELDS.row("access").text("status") == "met"
    assert [row.text("name") for row in FIELDS.rows("tenants")] == ["A", "B"]
    assert [row.text("name") for row in FIELDS.optional_rows("tenants")] == ["A", "B"]
    assert FIELDS.optional_row("access").choice(("unmet", "met"), "status") == "met"


BODY = Fields(
    {
        "id": "AABBCCDD-0000-4000-8000-00000000000F",
        "name": "Contoso",
        "empty": " ",
        "when": "2030-01-01T00:00:00.1234567Z",
        "units": 0,
        "owed": -1,
        "on": True,
        "whole": 2.0,
        "huge": 2**31,
        "nothing": None,
        "rows": [{"id": "A"}, {"id": "a"}],
        "only": [{"id": "A"}],
        "nameless": [{"id": "A"}, {"id": None}],
    },
    "",
)


def test_fields_of_a_body_have_the_types_of_microsofts_documents():
    assert (BODY.guid("id"), BODY.non_empty("name")) == ("aabbccdd-0000-4000-8000-00000000000f", "Contoso")
    assert (BODY.time("when"), BODY.count("units")) == ("2030-01-01T00:00:00.1234567Z", 0)
    assert (BODY.has("nothing"), BODY.has("no such field")) == (True, False)
    assert (BODY.optional_guid("id"), BODY.optional_time("when")) == (BODY.guid("id"), BODY.time("when"))
    assert (BODY.optional_count("units"), BODY.number("owed")) == (0, -1)
    assert BODY.only_row("only").text("id") == BODY.rows("only", key="id")[0].text("id") == "A"


def test_older_name_does_where_the_new_one_is_missing():
    assert FIELDS.text("provenance", "mark") == "doc"
    assert FIELDS.text("name", "mark") == "Contoso"


@pytest.mark.parametrize("name", ["nothing", "no such field"])
def test_optional_fields_may_be_missing(name):
    optional = (
        "optional_text",
        "optional_flag",
        "optional_number",
        "optional_row",
        "optional_rows",
        "optional_texts",
        "value",
        "optional_count",
        "optional_guid",
        "optional_time",
    )
    assert [getattr(FIELDS, method)(name) for method in optional] == [None] * len(optional)


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (lambda: FIELDS.text("days"), "report.days must be a string."),
        (lambda: FIELDS.text("nothing"), "report.nothing is missing; it must be a string."),
        (lambda: FIELDS.flag("name", "ready"), "report.name must be true or false."),
        (lambda: FIELDS.number("name"), "report.name must be a whole number."),
        (lambda: FIELDS.optional_flag("days"), "report.days must be true or false."),
        (lambda: FIELDS.optional_number("name"), "report.name must be a whole number."),
        (lambda: FIELDS.optional_text("days"), "report.days must be a string."),
        (lambda: FIELDS.texts("name"), "report.name must be a list of strings."),
        (lambda: FIELDS.texts("tenants"), "report.tenants must be a list of strings."),
        (lambda: FIELDS.choice(("a", "b"), "name"), "report.name must be one of a, b."),
        (lambda: FIELDS.row("name"), "report.name must be a dictionary."),
        (lambda: FIELDS.rows("name"), "report.name must be a list of dictionaries."),
        (lambda: FIELDS.rows("checks"), "report.checks[0] must be a dictionary."),
        (lambda: FIELDS.by_name("checks"), "report.checks must be a dictionary."),
        (lambda: FIELDS.by_name("access"), "report.access.status must be a dictionary."),
        (
            lambda: FIELDS.rows("tenants")[1].flag("ready"),
            "report.tenants[1].ready is missing; it must be true or false.",
        ),
        (lambda: rows_of({}, "tenants"), "tenants must be a list of dictionaries."),
        (lambda: named_rows([], "facts"), "facts must be a dictionary."),
        (lambda: BODY.guid("name"), "name must be a GUID."),
        (lambda: BODY.guid("nothing"), "nothing is missing; it must be a string."),
        (lambda: BODY.optional_guid("empty"), "empty must be a GUID."),
        (lambda: BODY.non_empty("empty"), "empty must be a string that is not empty."),
        (lambda: BODY.time("name"), "name must be an ISO 8601 time."),
        (lambda: BODY.optional_time("empty"), "empty must be an ISO 8601 time."),
        (lambda: BODY.number("on"), "on must be a whole number."),
        (lambda: BODY.number("whole"), "whole must be a whole number."),
        (lambda: BODY.number("huge"), "huge must be a whole number."),
        (lambda: BODY.count("owed"), "owed must be a whole number from 0."),
        (lambda: BODY.flag("units"), "units must be true or false."),
        (lambda: BODY.texts("nothing"), "nothing is missing; it must be a list of strings."),
        (lambda: BODY.row("nothing"), "nothing is missing; it must be a dictionary."),
        (lambda: BODY.rows("rows", key="id"), "rows must not have two rows with the same id."),
        (lambda: BODY.rows("nameless", key="id"), "nameless[1].id is missing; it must be a string."),
        (lambda: BODY.only_row("rows"), "rows must be a list of one dictionary."),
        (lambda: Fields("x", ""), "the body must be a dictionary."),
        (lambda: Fields([], "facts"), "facts must be a dictionary."),
    ],
)
def test_what_is_wrong_is_named(read, sentence):
    with pytest.raises(OptionError) as refused:
        read()
    assert str(refused.value) == sentence
