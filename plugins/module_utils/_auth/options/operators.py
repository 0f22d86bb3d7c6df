# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option `operators`: the people of a team whose access is judged in one run."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import is_person, require_operator
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.typed import require_known
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_guid, quoted
from ansible_collections.m365.defender.plugins.module_utils._core.text import clean

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

_FIELDS: t.Final = ("operator", "name")


class Analyst(t.NamedTuple):
    """One person of a team: `operator` is a user principal name, or an object ID in lower case."""

    operator: str
    name: str


def operators_spec() -> Spec:
    """Return the option of the doc fragment `m365.defender._operators`. An entry is text or a dictionary."""
    return {"operators": {"type": "list", "elements": "raw"}}


def parse_operators(entries: Sequence[object], operator: object = None) -> tuple[Analyst, ...]:
    """Return the team. Raise OptionError that names the first bad entry and the way out.

    `operator` is the option for one person, which must not be given as well.
    """
    if operator:
        raise OptionError(
            f"operators: {quoted(operator)} is given as the only operator as well; leave that out, and put the person"
            " first in the list."
        )
    if not entries:
        raise OptionError(
            "operators: the list is empty, so that nobody's access would be judged; name a person, or leave it out."
        )
    team: dict[str, Analyst] = {}
    for number, entry in enumerate(entries):
        analyst = _analyst(f"operators[{number}]", entry)
        key = analyst.operator.lower()
        if key in team:
            first = list(team).index(key)
            raise OptionError(
                f"operators[{number}]: {quoted(analyst.operator)} is already in operators[{first}]; remove one of the"
                " two."
            )
        team[key] = analyst
    return tuple(team.values())


def _analyst(label: str, entry: object) -> Analyst:
    if isinstance(entry, dict):
        require_known(label, entry, _FIELDS)
    row: Mapping[str, object] = entry if isinstance(entry, dict) else {"operator": entry}
    operator = str(row.get("operator") or "").strip()
    if not is_person(operator):
        raise OptionError(
            f"{label}: {quoted(operator)} is neither a user principal name nor an object ID; give one such as"
            " anna.berg@contoso.com."
        )
    return Analyst(parse_guid(operator) or operator, clean(str(row.get("name") or "")).strip())


def resolve_operators(params: Mapping[str, object], connection: Connection) -> tuple[Connection, tuple[Analyst, ...]]:
    """Return the connection of the operator, and the team that they are the first of; no team where none is given.

    A team in the task hides an operator in the environment. Raise OptionError.
    """
    entries = params.get("operators")
    if entries is None:
        require_operator(connection)
        return connection, ()
    team = parse_operators(t.cast("Sequence[object]", entries), params.get("operator"))
    if connection.credential is None:
        raise OptionError(
            "operators: only your app can read about several people; give its credential, such as client_secret, or"
            " name one person in operator."
        )
    return dataclasses.replace(connection, operator=team[0].operator), team
