# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of one operator's multitenant view. Plain data."""

from __future__ import annotations

import dataclasses
import typing as t

State = t.Literal["present", "absent"]


@dataclasses.dataclass(frozen=True, slots=True)
class DesiredState:
    """The declared list and its rules. Ids are lower-case GUIDs, `declared` in the user's order.

    `state` absent: the declared tenants are to leave the view, all others stay. `purge`: with state present, remove
    what is not declared. `whole_list`: whether `declared` is known to be the full list. `sends_full_list`: whether
    a write replaces the whole view.
    """

    declared: tuple[str, ...]
    eligible: frozenset[str]
    home_tenant_id: str
    state: State = "present"
    purge: bool = False
    whole_list: bool = True
    max_tenants: int = 100
    max_removals: int = 3
    sends_full_list: bool = False
