# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JSON: what to_nice_json of Ansible makes of it."""

from __future__ import annotations

import json

from ansible.plugins.filter.core import to_nice_json
from pages.report_rows import FLEET, HOSTILE_NAMES, report_of

from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.json_file import JsonFormat
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report

REPORT = report_of(*FLEET, *((name, {}) for name in HOSTILE_NAMES))


def test_text_is_that_of_to_nice_json():
    text = JsonFormat().render(Report.from_dict(REPORT))
    assert text == to_nice_json(REPORT) + "\n"
    assert json.loads(text) == REPORT
    text.encode()
