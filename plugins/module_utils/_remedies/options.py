# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of mto_remedy beside the tenants and the two connections."""

from __future__ import annotations

import dataclasses
import os
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.destination import (
    require_directory,
    require_place,
)
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import (
    parse_days,
    parse_duration,
    parse_guid,
    parse_whole_number,
    quoted,
)
from ansible_collections.m365.defender.plugins.module_utils._remedies.case import Settings
from ansible_collections.m365.defender.plugins.module_utils._remedies.registry import REMEDIES

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Tenant
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

_MOST_WRITES: t.Final = 1000


def remedy_spec() -> Spec:
    """Return the module's own options, without the tenants and the connection."""
    return {
        "remedies": {"type": "list", "elements": "str", "choices": list(REMEDIES), "default": []},
        "remedy_confirm": {"type": "list", "elements": "str", "default": []},
        "remedy_create_partner": {"type": "bool", "default": False},
        "max_writes": {"type": "int", "default": 10},
        "journal": {"type": "path"},
        "invitations_dir": {"type": "path"},
        "remedy_wait": {"type": "str", "default": "30s"},
        "expiry_warning_days": {"type": "int", "default": 30},
    }


@dataclasses.dataclass(frozen=True, slots=True)
class RemedyOptions:
    """What a run of remedies goes by. `wait` is in seconds."""

    names: tuple[str, ...]
    settings: Settings
    max_writes: int
    journal: str
    wait: float


def parse_remedy_options(
    params: Mapping[str, t.Any], tenants: Sequence[Tenant], defender_portal: str, *, undo: bool = False
) -> RemedyOptions:
    """Return the options, checked before the first request. Raise OptionError. `undo`: there is a journal already."""
    names = tuple(dict.fromkeys(params["remedies"] or ()))
    require_remedies(names)
    journal, invitations = params["journal"] or "", params["invitations_dir"] or ""
    if not journal:
        raise OptionError(
            "journal: missing; name a file in which each write is written down, such as mto-journal.jsonl."
        )
    require_place("journal", journal)
    if undo and not os.path.lexists(journal):
        raise OptionError(
            f"journal: {journal} does not exist, so that nothing is known to take back; name the journal of the runs"
            " that wrote."
        )
    if invitations and not undo:
        require_directory("invitations_dir", invitations)
    settings = Settings(
        confirmed=_confirmed(params["remedy_confirm"] or (), tenants),
        create_partner=bool(params["remedy_create_partner"]),
        invitations_dir=invitations,
        defender_portal=defender_portal,
        expiry_warning_days=parse_days(params["expiry_warning_days"]),
    )
    most = parse_whole_number("max_writes", params["max_writes"], 10, least=0, most=_MOST_WRITES)
    return RemedyOptions(names, settings, most, journal, parse_duration("remedy_wait", params["remedy_wait"], 30.0))


def require_remedies(names: Sequence[str]) -> None:
    """Raise OptionError where no remedy is named."""
    if not names:
        raise OptionError(
            f"remedies: none is named, so that there is nothing to do; name some of {', '.join(REMEDIES)}."
        )


def _confirmed(ids: Sequence[str], tenants: Sequence[Tenant]) -> frozenset[str]:
    declared = {tenant.tenant_id for tenant in tenants}
    confirmed: set[str] = set()
    for number, text in enumerate(ids):
        tenant_id = parse_guid(text)
        if tenant_id is None:
            raise OptionError(
                f"remedy_confirm[{number}]: {quoted(text)} is not a GUID; give the directory (tenant) ID."
            )
        if tenant_id not in declared:
            raise OptionError(f"remedy_confirm[{number}]: {tenant_id} is not in the tenant list; correct or remove it.")
        confirmed.add(tenant_id)
    return frozenset(confirmed)
