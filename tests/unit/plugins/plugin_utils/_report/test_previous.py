# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of the run before is a file that anybody may have put there."""

from __future__ import annotations

import json

import pytest
from pages.report_rows import FLEET, report_of

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.previous import read_previous

REPORT = report_of(*FLEET)


def test_default_that_is_missing_is_the_first_run(tmp_path):
    assert read_previous(None, str(tmp_path)) is None
    assert read_previous("", "") is None


def test_report_that_is_to_be_replaced_is_the_default(tmp_path):
    (tmp_path / "report.json").write_text(json.dumps(REPORT), encoding="utf-8")
    previous = read_previous(None, str(tmp_path))
    assert [finding.id for finding in previous.findings] == [finding["id"] for finding in REPORT["findings"]]
    assert previous.checks == tuple(REPORT["checks"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read (No such file or directory); name a report.json of onboard or drift, or move this"),
        ("", "is not valid JSON; "),
        ("[]", "is not a report that can be compared (report must be a dictionary); "),
        ("{}", "is not a report that can be compared (report.findings must be a list of dictionaries); "),
        (json.dumps({**REPORT, "format": 2}), "is not a report that can be compared (format must be 1); "),
        (json.dumps({**REPORT, "generated_at": "today"}), "(report.generated_at must be an ISO 8601 time); "),
        (json.dumps({**REPORT, "tenants": [7]}), "(report.tenants[0] must be a dictionary); "),
    ],
)
def test_what_cannot_be_compared_is_one_sentence(tmp_path, content, words):
    path = tmp_path / "report.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(OptionError) as refused:
        read_previous(str(path), None)
    assert str(refused.value).startswith(f"report_previous: {path} ")
    assert words in str(refused.value)
