# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a report format: what a class has to have."""

from __future__ import annotations

import pytest
from pages.report_rows import FLEET, report_of

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.interface import ReportFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.registry import FORMATS
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report


def test_format_without_a_text_cannot_be_made():
    silent = type("Silent", (ReportFormat,), {"name": "silent", "file_name": "report.txt"})
    assert ReportFormat.__abstractmethods__ == {"render"}
    with pytest.raises(TypeError, match="render"):
        object.__new__(silent)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_every_format_has_its_name_its_file_and_its_text(known):
    assert isinstance(known, ReportFormat)
    assert known.file_name.startswith("report.")
    text = known.render(Report.from_dict(report_of(*FLEET)))
    assert "Solberg Havbruk AS" in text
    assert text.endswith("\n")
