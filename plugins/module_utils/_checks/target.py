# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a check reads a target tenant: what it knows before it reads, and through whom it reads."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.case import Case
    from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Evidence, IdentityName


@dataclasses.dataclass(frozen=True, slots=True)
class TargetContext:
    """What is known before a target tenant is read: the case holds what the home tenant's evidence says about it.

    `mails` are the operator's addresses; `operator_targets` the operator and their groups as targets of cross-tenant
    access settings. `as_operator`: the operator is the identity that reads first; `has_app` and `has_operator`: this
    identity can read as well.
    """

    case: Case
    home_tenant_id: str
    mails: tuple[str, ...]
    operator_targets: frozenset[str]
    as_operator: bool
    has_app: bool
    has_operator: bool = False


class TargetReader(t.Protocol):
    """Whoever reads one target tenant. What could not be read comes back as evidence with a problem."""

    def read(self, reads: Sequence[BoundRead]) -> dict[str, Evidence]:
        """Return evidence by key, from the identity that reads first, or from the other one where that is refused."""

    def read_as(self, identity: IdentityName, reads: Sequence[BoundRead]) -> dict[str, Evidence]:
        """Return evidence by key, as one identity alone."""
