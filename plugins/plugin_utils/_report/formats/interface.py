# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The interface of a report format. A new format is a class of this kind, and one line in `registry.py`."""

from __future__ import annotations

import abc
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report


class ReportFormat(abc.ABC):
    """How a report becomes the text of a file. `name` is the choice of `mto_report_formats`."""

    name: t.ClassVar[str]
    file_name: t.ClassVar[str]

    @abc.abstractmethod
    def render(self, report: Report) -> str:
        """Return the text of the file. Names in the report are foreign: escape them."""
