# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a check reads a target tenant: what it knows before it reads, and how it asks for what it needs.

Who asks does not read: several people's questions about one tenant are answered together.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Generator, Sequence

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


class Ask(t.NamedTuple):
    """What is to be read: as one identity alone, else as the one that reads first and, where refused, as the other.

    `where` is what sentences call the tenant, once that is known.
    """

    reads: Sequence[BoundRead]
    identity: IdentityName | None = None
    where: str = ""


Result = t.TypeVar("Result")
# It yields what it needs, is sent evidence by key (what could not be read has a problem), and returns its result.
Reading: t.TypeAlias = "Generator[Ask, dict[str, Evidence], Result]"


def nothing_more(context: TargetContext) -> Reading[Case]:
    """Return the case as it is."""
    yield from ()
    return context.case
