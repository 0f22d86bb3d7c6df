# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a remedy is given: a tenant, the finding that it is for, and the app that writes."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Status, Tenant
    from ansible_collections.m365.defender.plugins.module_utils._remedies.writer import Writer


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """Something that somebody has to act on, and the remedy by hand.

    `incomplete` says what of its evidence was not read, empty if all was.
    """

    reason: str
    message: str
    remedy: str = ""
    object: str = ""
    incomplete: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """A tenant as it was judged: what a remedy may act on, and the status of each check."""

    findings: Sequence[Finding] = ()
    statuses: Mapping[str, Status] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class HomeNames:
    """The home tenant, and the operator as their user principal name, if that is known."""

    tenant_id: str
    name: str
    operator: str


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """What the user allows beside the names of the remedies.

    `confirmed` are the tenants of customers that may be written to; `invitations_dir` is empty or a full path.
    """

    confirmed: frozenset[str] = frozenset()
    create_partner: bool = False
    invitations_dir: str = ""
    defender_portal: str = "https://security.microsoft.com"
    expiry_warning_days: int = 30


@dataclasses.dataclass(frozen=True, slots=True)
class RemedyCase:
    """One finding of one tenant. `judge_again` reads and judges the tenant anew."""

    tenant: Tenant
    finding: Finding
    home: HomeNames
    writer: Writer
    settings: Settings
    now: dt.datetime
    judge_again: Callable[[], Judged]
