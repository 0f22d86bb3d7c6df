# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The result: what counts as changed and as failed, and the lines for a screen."""

from __future__ import annotations

import typing as t

import pytest
from remedy_cases import CUSTOMER, HOSTILE

from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look
from ansible_collections.m365.defender.plugins.module_utils._remedies.result import result_of
from ansible_collections.m365.defender.plugins.module_utils._remedies.row import Row, RowStatus

CHANGE = Look(kind="change", message="Do it.", object="o", before={"a": 1}, after={"a": 2})
DONE = Look(kind="settled", message="It is done.", object="o")


def row(status, *, look=DONE, changes=(), name="Contoso"):
    return Row(Tenant(CUSTOMER, name), "mfa_trust", CUSTOMER, "x.y", status, look, bool(changes), tuple(changes))


def result(*rows, check_mode=False):
    return result_of(rows, sent=len(rows), check_mode=check_mode)


@pytest.mark.parametrize(
    ("status", "look", "failed"),
    [
        ("failed", CHANGE, True),
        ("unknown", CHANGE, True),
        # What could not be read before any change is no failure of a change.
        ("unknown", Look(kind="unknown", message="Not read."), False),
        ("waiting", DONE, False),
        ("declined", DONE, False),
        ("unchanged", DONE, False),
    ],
)
def test_what_fails_the_module(status, look, failed):
    found = result(row(status, look=look), row("unchanged"))
    assert found.get("failed", False) is failed
    assert len(found["remedies"]) == 2


def test_changed_is_what_was_read_back_or_in_check_mode_what_would_be():
    assert result(row("changed", changes=[CHANGE]))["changed"] is True
    assert result(row("waiting", changes=[CHANGE]))["changed"] is True
    assert result(row("unknown", look=CHANGE))["changed"] is False
    assert result(row("planned", look=CHANGE), check_mode=True)["changed"] is True
    assert result(row("waiting"), check_mode=True)["changed"] is False


def test_diff_has_every_change():
    (part,) = result(row("changed", changes=[CHANGE]))["diff"]
    assert (part["before"], part["after"]) == ('{\n  "a": 1\n}\n', '{\n  "a": 2\n}\n')
    assert len(result(row("planned", look=CHANGE), check_mode=True)["diff"]) == 1
    assert result(row("declined", look=CHANGE))["diff"] == []


def test_what_needs_attention_comes_first():
    figures, *lines = result(*(row(status) for status in t.get_args(RowStatus)))["lines"]
    assert figures.startswith("Remedies: 1 failed, 1 not known, 1 waiting, ")
    assert [line.partition(" (")[0] for line in lines] == [
        "Failed",
        "Not known",
        "Waiting",
        "Not done",
        "Would change",
        "Changed",
        "Already in order",
    ]


def test_nothing_applies():
    assert result()["lines"] == ["No remedy applies: no tenant has a finding that one of those named is for."]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_do_not_break_it(name):
    look = Look(kind="change", message=f"{name}: do it.", object="o", remedy=f"{name}: act in {{mto_}}tenants.")
    found = result(row("failed", look=look, name=name))
    assert name in found["msg"]
    assert found["remedies"][0]["todo"].endswith("tenants.")
