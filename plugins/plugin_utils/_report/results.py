# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tasks of a play have registered, with a loop or without, as rows of a report.

They are read from the play's variables as they are: templated, the rows of a thousand tenants would be copied.
"""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Mapping

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields, rows_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.masked import require_unmasked
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import RunInfo
from ansible_collections.m365.defender.plugins.plugin_utils._report.rows import ModuleRows
from ansible_collections.m365.defender.plugins.plugin_utils._report.team_results import Team
from ansible_collections.m365.defender.plugins.plugin_utils._report.view_table import ViewTable


class Names(t.NamedTuple):
    """The variables in which results of the three modules are registered."""

    requirements: str
    access: str | None = None
    registration: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Results:
    """The merged results. `problem` is why the view was not compared, if somebody tried."""

    run: RunInfo
    rows: ModuleRows
    checks: tuple[str, ...] | None
    problem: str = ""
    team: Team | None = None
    view: ViewTable | None = None


def read_results(names: Names, variables: Mapping[str, object]) -> Results:
    """Return what is registered. Raises OptionError."""
    requirements = _registered("requirements", names.requirements, variables)
    access = None if names.access is None else _registered("access", names.access, variables)
    view = None if names.registration is None else _registered("registration", names.registration, variables)[0]
    compared = view is not None and view.has("tenants")
    first = requirements[0]
    run = RunInfo.from_fields(first)
    require_unmasked("mto_report", run.as_dict())
    return Results(
        run=run,
        rows=ModuleRows.from_results(
            {key: row for result in requirements for key, row in _requirement_rows(result).items()},
            None if access is None else [row for result in access for row in _list(result, "tenants")],
            variables[names.registration] if compared and names.registration else None,
        ),
        checks=access[0].optional_texts("checks") if access else None,
        problem="" if view is None or compared else _why(view),
        team=Team.from_results(requirements),
        view=ViewTable.from_result(view) if view is not None and compared else None,
    )


def registered_evidence(names: Names, variables: Mapping[str, object]) -> dict[str, object]:
    """Return the evidence of the results, as `from_evidence` of the modules takes it. Raises OptionError."""
    parts = {"requirements": names.requirements, "access": names.access}
    return {
        "format": 1,
        **{
            part: [row for result in _registered(part, name, variables) for row in _list(result.row("evidence"), part)]
            for part, name in parts.items()
            if name is not None
        },
    }


def _registered(option: str, name: str, variables: Mapping[str, object]) -> list[Fields]:
    """Return the results of a task, at least one."""
    registered = variables.get(name)
    if not isinstance(registered, Mapping):
        raise OptionError(f"{option}: there is no variable '{name}'; name the one in which the task is registered.")
    results = rows_of(registered["results"], f"{name}.results") if "results" in registered else []
    return results or [Fields(registered, name)]


def _requirement_rows(result: Fields) -> Mapping[str, object]:
    facts = result.optional_row("ansible_facts")
    rows = facts.value("mto_requirements") if facts else result.value("requirements")
    if not isinstance(rows, Mapping):
        raise OptionError(f"requirements: the requirements could not be checked. {_why(result)}")
    return rows


def _list(result: Fields, name: str) -> t.Sequence[object]:
    rows = result.value(name)
    if not isinstance(rows, list | tuple):
        raise OptionError(f"{name}: the result has none. {_why(result)}")
    return rows


def _why(result: Fields) -> str:
    return result.optional_text("msg") or "The task gave no reason."
