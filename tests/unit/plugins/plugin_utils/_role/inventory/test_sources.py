# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the tenants of an inventory come from: the last report, or the multitenant view."""

from __future__ import annotations

import json
import types

import pytest
from pages.report_rows import FLEET, report_of, tenant_id
from reports import text_of

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._role.inventory import sources

NAMES = [name for name, _verdicts in FLEET]


@pytest.fixture
def report_file(tmp_path):
    report = report_of(*FLEET)
    report["tenants"][0]["access"]["method"] = "of_tomorrow"
    report["tenants"][1]["access"] = None
    path = tmp_path / "report.json"
    path.write_text(text_of(report, "json"), encoding="utf-8")
    return str(path)


def test_tenants_of_a_report_have_their_status_and_who_acts(report_file):
    rows = sources.rows_of_source("report", {"report_file": report_file})
    assert [(row["tenant_id"], row["name"]) for row in rows] == [
        (tenant_id(number), name) for number, name in enumerate(NAMES, 1)
    ]
    assert [row["access"] for row in rows[:3]] == ["", "", "gdap"]
    assert rows[1]["status"]["verified"] is None
    assert rows[2]["status"] == {
        "ready": False,
        "verified": False,
        "eligible": False,
        "registered": None,
        "first_broken": "license",
        "reason": "license.none",
        # The same role in each target tenant is one group.
        "actors": ["Billing Administrator of each tenant"],
    }
    # The cache keeps the rows as JSON.
    assert json.loads(json.dumps(rows)) == rows


@pytest.mark.parametrize("given", [{}, {"report_file": None}, {"report_file": ""}])
def test_report_has_to_be_named(given):
    with pytest.raises(OptionError, match=r"^report_file: missing; name a report.json"):
        sources.rows_of_source("report", given)


def in_view(monkeypatch, **info):
    """The rows of the source `view` where the view says this."""
    connection = types.SimpleNamespace(cloud=types.SimpleNamespace(name="gcc"))
    needed = {}
    monkeypatch.setattr(sources, "resolve_connection", lambda _options, **flags: needed.update(flags) or connection)
    monkeypatch.setattr(sources, "parse_portal_options", lambda options: options)
    monkeypatch.setattr(sources, "view_info", lambda _options, _connection: {"problems": [], "tenants": [], **info})
    rows = sources.rows_of_source("view", {})
    # Nobody signs in for it but the portal.
    assert set(needed.values()) == {False}
    return rows


def test_view_has_what_is_registered_without_the_home_tenant(monkeypatch):
    rows = [
        {"tenant_id": key, "name": key.upper(), "registered": registered, "home": home}
        for key, registered, home in (("a", True, False), ("b", False, False), ("c", None, False), ("d", True, True))
    ]
    assert in_view(monkeypatch, complete=True, tenants=rows) == [
        {"tenant_id": "a", "name": "A", "access": "", "cloud": "gcc"}
    ]


@pytest.mark.parametrize(
    ("problems", "sentence"),
    [
        (["The session", "has ended."], "The session has ended."),
        ([], "The multitenant view could not be read in full; run again later."),
    ],
)
def test_view_that_may_not_be_whole_is_an_error(monkeypatch, problems, sentence):
    with pytest.raises(MtoError, match=f"^{sentence}$"):
        in_view(monkeypatch, complete=False, problems=problems)


def test_options_are_those_of_every_source():
    options = sources.source_options()
    assert {"home_tenant_id", "portal_snapshot", "report_file"} <= set(options)
    assert len(set(options)) == len(options)
