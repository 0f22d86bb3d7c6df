# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of its evidence a verdict keeps in a report: enough to look the request up, or to ask Microsoft about it. Pure.

All evidence with its data, many times as much, is evidence.json, where the user asks for it.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Verdict


def with_proof(verdict: Verdict) -> Verdict:
    """Return the verdict with the requests that decided it, without their data.

    Only a verdict that is itself the cause needs them. What one request has answered together is named by what failed
    in it, else by its last part.
    """
    requests: dict[tuple[str, str, str], Evidence] = {}
    for part in verdict.evidence if verdict.broken and verdict.caused_by is None else ():
        key = (part.identity, part.at, part.request_id)
        if key not in requests or requests[key].problem is None:
            requests[key] = part
    proof = tuple(dataclasses.replace(part, data=None) for part in requests.values())
    return dataclasses.replace(verdict, evidence=proof)
