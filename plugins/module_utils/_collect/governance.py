# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the governance lists of the home tenant, once for all tenants, where the cloud has them."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    METHODS,
    READS,
    with_home,
)
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Problem
from ansible_collections.m365.defender.plugins.module_utils._microsoft.clouds import GOVERNANCE_CLOUDS

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import ReadTarget
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Read, Tenant


def read_governance(
    session: Session, tenants: Sequence[Tenant], place: ReadTarget, proof: BoundRead, reads: Sequence[Read] = READS
) -> dict[str, Evidence]:
    """Evidence under each read's own name; empty where no tenant can be reached so. `proof` proves whose answer it is.

    In a cloud without governance relationships nothing is asked, and the evidence says why.
    """
    if not any(tenant.access in METHODS for tenant in tenants):
        return {}
    asked = [BoundRead(read) for read in reads]
    if session.cloud_name not in GOVERNANCE_CLOUDS:
        problem = Problem("access.governance_not_in_cloud", {"cloud": session.cloud_name})
        return session.missing(asked, problem, place)
    found = session.read([proof, *asked], place)
    return {item.key: with_home(found[item.key], place.tenant_id) for item in asked}
