# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the page for what the model says in ids."""

from __future__ import annotations

import dataclasses

import pytest
from pages.report_rows import NO_LICENSE, NO_TRUST, report_of, verdict

from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.words import (
    age,
    cell_status,
    ends_row,
    home_name,
    short_name,
    standing,
    status_of,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, RunInfo, TenantExpiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.team import Cell

NOW = "2026-11-23T12:00:00Z"


def row_of(verdicts=(), *, looked=True):
    (row,) = Report.from_dict(report_of(("Contoso", dict(verdicts)), access=looked)).tenants
    return row


@pytest.mark.parametrize(
    ("since", "words"),
    [
        ("2026-11-23T11:00:00Z", "since today"),
        ("2026-11-22T12:00:00Z", "for 1 day"),
        ("2026-11-13T12:00:00Z", "for 10 days"),
        (NOW, ""),
        ("2026-11-24T12:00:00Z", ""),
        ("", ""),
    ],
)
def test_age_is_in_whole_days(since, words):
    assert age(since, NOW) == words
    assert age(since, "some day") == ""


@pytest.mark.parametrize(
    ("judged", "css", "word"),
    [
        (None, "not_looked_at", "not looked at"),
        (verdict(), "met", "met"),
        (NO_LICENSE, "unmet", "unmet"),
        (verdict("not_applicable", "x.y"), "not_applicable", "not applicable"),
        (verdict("unknown", "read.throttled"), "unknown", "unknown"),
        (verdict("unknown", "check.not_chosen"), "not_chosen", "not chosen"),
    ],
)
def test_status_has_a_class_and_a_word(judged, css, word):
    shown = status_of(None if judged is None else row_of({"license": judged}).verdicts["license"])
    assert (shown.css, shown.word) == (css, word)


@pytest.mark.parametrize(
    ("verdicts", "looked", "shown"),
    [
        ({}, True, ("met", "eligible")),
        ({}, False, ("met", "ready")),
        ({"license": NO_LICENSE}, True, ("unmet", "License")),
        ({"license": verdict("unknown", "read.throttled")}, True, ("unknown", "License")),
        # The link `access` has two checks, of which the worse counts.
        (
            {"access": verdict("unknown", "read.throttled"), "listed": verdict("unmet", "access.not_listed")},
            True,
            ("unmet", "Access"),
        ),
    ],
)
def test_cell_is_as_its_first_broken_link(verdicts, looked, shown):
    status = cell_status(Cell.of(row_of(verdicts, looked=looked)))
    assert (status.css, status.word) == shown


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (row_of(), "Nothing broken: eligible"),
        (row_of({"mfa_trust": NO_TRUST}), "Nothing required is broken: eligible"),
        (row_of(looked=False), "Every requirement is met; access was not looked at"),
        (dataclasses.replace(row_of(), eligible=False), "Nothing broken, but not everything was looked at"),
    ],
)
def test_standing_is_never_more_than_was_looked_at(row, words):
    assert standing(row) == words


def test_names_fit_their_row_and_are_never_empty():
    assert short_name("\n", "t-1") == "t-1"
    assert len(short_name("W" * 300, "t-1")) == 80
    run = RunInfo(NOW, "home-id", "anna", "public")
    assert [home_name(one) for one in (run, dataclasses.replace(run, home_tenant_name="Northwind"))] == [
        "home-id",
        "Northwind",
    ]


@pytest.mark.parametrize(
    ("what", "auto_extend", "words"),
    [("gdap_relationship", True, "GDAP relationship"), ("of_tomorrow", False, "of_tomorrow")],
)
def test_end_is_said_in_words(what, auto_extend, words):
    row = TenantExpiry("t-1", "Contoso", Expiry(what, "o", "SOC", "2026-12-01T09:30:00Z", 7, auto_extend))
    extends = "yes" if auto_extend else "no"
    assert ends_row(row) == ("2026-12-01 09:30 UTC", "7", "Contoso", words, "SOC", extends)
