# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a judged tenant to what a remedy may act on. Pure.

Only a "no" of the service with all of its evidence is acted on, and an actionable caveat beside a "yes" of the same
kind. Verdicts are made anew from the evidence, because a row shows only a part of it.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks import registry
from ansible_collections.m365.defender.plugins.module_utils._remedies.case import Finding, Judged

if t.TYPE_CHECKING:
    from collections.abc import Iterator

    from ansible_collections.m365.defender.plugins.module_utils._collect.saved import Saved
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Verdict


def judged(saved: Saved) -> Judged:
    """Return the findings about a tenant, in the order of its checks. A tenant that was not read has none."""
    if saved.unread is not None:
        return Judged()
    verdicts = registry.judged(saved.case, "requirements")
    findings = [finding for verdict in verdicts.values() for finding in _findings_in(verdict)]
    return Judged(findings, {check: verdict.status for check, verdict in verdicts.items()})


def _findings_in(verdict: Verdict) -> Iterator[Finding]:
    incomplete = "; ".join(
        f"{evidence.what}: {evidence.problem.reason}" for evidence in verdict.evidence if evidence.problem is not None
    )
    if verdict.status == "unmet":
        yield Finding(verdict.reason, verdict.message, verdict.remedy, verdict.object, incomplete)
    if verdict.status == "met":
        for caveat in verdict.caveats:
            if caveat.actionable:
                yield Finding(caveat.reason, caveat.message, caveat.remedy, caveat.object, incomplete)
