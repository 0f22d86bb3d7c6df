# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report that was saved as `report.json`: a foreign file."""

from __future__ import annotations

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_json
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import restore


def read_report(option: str, path: str) -> Report:
    """Return the report of a file, also one of an earlier version. Raises OptionError."""
    full_path = user_path(path)
    body = read_user_json(option, full_path, "name a report.json that onboard or drift has written.")
    try:
        return Report.from_dict(restore(body))
    except OptionError as error:
        raise OptionError(
            f"{option}: {full_path} is not a report.json of onboard or drift; run one of them to make a new report."
        ) from error
