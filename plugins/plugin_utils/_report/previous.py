# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The run before, as its report.json says: a foreign file, of which only what a comparison needs is read."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.user_file import read_user_json
from ansible_collections.m365.defender.plugins.plugin_utils._ansible.paths import user_path
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Finding
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import HistoryEntry

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import RunInfo

_OPTION: t.Final = "report_previous"
_WAY_OUT: t.Final = "name a report.json of onboard or drift, or move this file away."


@dataclasses.dataclass(frozen=True, slots=True)
class PreviousRun:
    """What a run is compared with. `broken` has the first broken link of each declared tenant, None if none is.

    `findings` are those of that run, and those that it could not read: they may still be there.
    """

    generated_at: str
    home_tenant_id: str
    operator: str
    checks: tuple[str, ...]
    broken: t.Mapping[str, str | None]
    findings: tuple[Finding, ...]
    history: tuple[HistoryEntry, ...] = ()

    def difference(self, run: RunInfo) -> str:
        """Return why it cannot be compared with a run, as a sentence; an empty text if it can."""
        for word, before, now in (
            ("home tenant", self.home_tenant_id, run.home_tenant_id),
            ("operator", self.operator, run.operator),
        ):
            if before.lower() != now.lower():
                return (
                    f"The report of {self.generated_at} was not compared, because it is of another {word} ({before}):"
                    f" every finding counts as new. Set {option_name('report_dir')} to a directory for each {word}."
                )
        return ""

    @classmethod
    def from_fields(cls, fields: Fields) -> PreviousRun:
        """Return the run of a report, also one of an earlier version. Raises OptionError."""
        lists = (fields.rows("findings"), fields.optional_rows("unread") or ())
        return cls(
            generated_at=fields.time("generated_at"),
            home_tenant_id=fields.text("home_tenant_id"),
            operator=fields.text("operator"),
            checks=fields.optional_texts("checks") or (),
            broken={row.text("tenant_id"): row.optional_text("first_broken") for row in fields.rows("tenants")},
            findings=tuple(Finding.from_fields(row) for rows in lists for row in rows),
            history=tuple(HistoryEntry.from_fields(row) for row in fields.optional_rows("history") or ()),
        )


def read_previous(path: str | None, report_dir: str | None, option: str = _OPTION) -> PreviousRun | None:
    """Return the run before. Without a path, it is the report that is about to be replaced, if there is one.

    Raises OptionError.
    """
    full_path = user_path(path or f"{report_dir}/report.json") if path or report_dir else ""
    if not full_path or (not path and not os.path.lexists(full_path)):
        return None
    body = read_user_json(option, full_path, _WAY_OUT)
    try:
        fields = Fields(body, "report")
        if fields.value("format") not in (None, 1):
            raise OptionError("format must be 1.")
        return PreviousRun.from_fields(fields)
    except OptionError as error:
        cause = str(error).rstrip(".")
        raise OptionError(f"{option}: {full_path} is not a report that can be compared ({cause}); {_WAY_OUT}") from None
