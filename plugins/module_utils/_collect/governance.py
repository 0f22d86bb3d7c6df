# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the governance lists of the home tenant, once for all tenants, where the cloud supports them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.governance.reads import (
    METHODS,
    READS,
    with_home,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask
from ansible_collections.m365.defender.plugins.module_utils._core.clouds import GOVERNANCE_CLOUDS
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Problem

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._checks.target import Reading
    from ansible_collections.m365.defender.plugins.module_utils._collect.session import Session
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Read, Tenant


def governance_reading(
    session: Session, tenants: Sequence[Tenant], where: str, reads: Sequence[Read] = READS
) -> Reading[dict[str, Evidence]]:
    """Return evidence by read; empty where no tenant can be reached this way. `where` is the home tenant's name.

    In a cloud without governance relationships nothing is sent, and the evidence says why.
    """
    if not any(tenant.access in METHODS for tenant in tenants):
        return {}
    bound_reads = [BoundRead(read) for read in reads]
    home = dataclasses.replace(session.home_target, name=where)
    if session.cloud_name not in GOVERNANCE_CLOUDS:
        problem = Problem("access.governance_not_in_cloud", {"cloud": session.cloud_name})
        return session.unread(bound_reads, problem, home)
    evidence = yield Ask([BoundRead(ORGANIZATION), *bound_reads], where=where)
    return {bound.key: with_home(evidence[bound.key], home.tenant_id) for bound in bound_reads}
