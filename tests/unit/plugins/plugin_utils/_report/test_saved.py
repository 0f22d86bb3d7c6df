# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report.json of an earlier run: whatever editor touched it, and whatever it is in truth."""

from __future__ import annotations

import json

import pytest
from bent_bodies import bend, places_of
from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import FLEET, report_of
from reports import saved_of

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import FORMATS
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import restore
from ansible_collections.m365.defender.plugins.plugin_utils._report.saved import read_report
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import summary_lines

REPORT = report_of(*FLEET)
# As earlier versions wrote it, and as it is written.
TEXT = json.dumps(REPORT)
SAVED = saved_of(REPORT)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        json.dumps(SAVED).encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        json.dumps(REPORT, indent=1).replace("\n", "\r\n").encode(),
    ],
)
def test_report_as_an_editor_saves_it(tmp_path, content):
    path = tmp_path / "report.json"
    path.write_bytes(content)
    assert read_report("mto_report_file", str(path)).as_dict() == REPORT


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"{",
        b"[]",
        b"{}",
        b"7",
        b"[" * 100_000,
        b'{"tenants": []}',
        b"\xff\x00",
        TEXT.replace('"summary"', '"sum"').encode(),
    ],
)
def test_what_is_not_a_report_is_one_sentence(tmp_path, content):
    path = tmp_path / "report.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(OptionError, match=r"^mto_report_file: [^\n]*; (name|run) [^\n]*\.$"):
        read_report("mto_report_file", str(path))


def test_too_large_a_file_is_one_sentence(tmp_path):
    path = tmp_path / "report.json"
    with path.open("wb") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    with pytest.raises(OptionError, match=r"^mto_report_file: .* is larger than 64 MB; name a report\.json"):
        read_report("mto_report_file", str(path))


@pytest.mark.parametrize("saved", [REPORT, SAVED])
@given(st.data(), st.sampled_from([None, 7, -1, 1e308, "x", "", [], {}, [{}], True, 10**30]))
def test_any_value_in_any_place_is_refused_or_shown(saved, data, value):
    path = data.draw(st.sampled_from(list(places_of(saved))))
    try:
        report = Report.from_dict(restore(bend(saved, path, value)))
    except OptionError as error:
        assert str(error).startswith("report")  # noqa: PT017  (both ways out are right)
        return
    for kind in FORMATS:
        kind.render(report).encode()
    assert summary_lines(report)
