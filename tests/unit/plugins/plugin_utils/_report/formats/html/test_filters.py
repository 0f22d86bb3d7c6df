# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the matrix can be filtered by: a class for each choice on each row that it shows."""

from __future__ import annotations

from pages.report_rows import FLEET, report_of

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.filters import filters_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import worklist


def filters(*tenants, methods=()):
    document = report_of(*tenants)
    for row, method in zip(document["tenants"], methods, strict=False):
        row["access"]["method"] = method
    report = Report.from_dict(document)
    return filters_of(report, worklist(report.findings))


def test_each_choice_counts_the_rows_that_have_its_class():
    found = filters(*FLEET, methods=["b2b"])
    assert [own.name for own in found.filters] == ["state", "actor", "reason", "method"]
    rows = [set(tokens.split()) for tokens in found.tokens]
    for own in found.filters:
        assert len({choice.token for choice in own.choices}) == len(own.choices)
        for choice in own.choices:
            assert sum(choice.token in row for row in rows) == choice.number
    assert len(rows) == len(FLEET)


def test_states_are_in_their_order_and_the_others_by_how_many():
    states, *others = filters(*FLEET, methods=["b2b"]).filters
    assert [choice.label for choice in states.choices] == ["needs work", "could not be checked", "in order"]
    for own in others:
        assert own.choices == sorted(own.choices, key=lambda choice: (-choice.number, choice.label))


def test_choice_without_another_is_no_filter():
    found = filters(("Contoso", {}), ("Fabrikam", {}))
    assert (found.filters, len(set(found.tokens))) == ([], 1)
