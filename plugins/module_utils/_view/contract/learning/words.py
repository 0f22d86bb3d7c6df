# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences about a recording: what to click, what is missing, and what was learned."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import strings_in

HOW_TO_RECORD: t.Final = (
    "Record this, in one go: load the settings page with at least one tenant in the view, which stays; add two others"
    f" together; remove one of these; then remove the other ({CONTRACT})."
)
RECORD_AGAIN: t.Final = (
    "Export the recording with the contents of requests and answers (in Chrome and Edge: Network, Export HAR), and"
    " without cookies."
)

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Contract
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.hypotheses import Found

_VERBS: t.Final[Mapping[str, str]] = {
    "set": "Every change",
    "change": "Every change",
    "add": "Adding",
    "remove": "Removing",
}


def lessons_of(contract: Contract, calls: Sequence[Found]) -> tuple[str, ...]:
    """Return what was learned, a sentence each."""
    sentences = [
        f"{_VERBS[found.name]} sends {found.call['method']} {found.call['path']} {_what(found)}." for found in calls
    ]
    named = [text for found in calls for text in strings_in(found.call) if "$" in text]
    # A copy of the whole group repeats its version as well.
    guarded = any("etag" in name for name in named) or (
        "$effective" in named and "_etag" in contract.answers["effective"]
    )
    if guarded:
        sentences.append("It is guarded by the etag of the tenant group: the portal refuses it after another change.")
    answers = sorted(contract.roots & {"picker", "group", "context"})
    if answers:
        sentences.append(f"It repeats values of other answers of the portal: {', '.join(answers)}.")
    statuses = sorted({write.exchange.status for found in calls for write in found.writes})
    sentences.append(f"The portal answers a success with HTTP {' or '.join(map(str, statuses))}.")
    return tuple(sentences)


def _what(found: Found) -> str:
    """Return what a call sends, in words."""
    names = strings_in(found.call)
    if found.name == "set":
        what = "with a flag for every tenant that is offered" if "$each_offered" in names else "with the full list"
    elif found.name == "change":
        what = "with what is added and what is removed"
    elif found.call.get("per") == "tenant":
        return "once for each tenant"
    else:
        what = "with the tenants"
    form = " as objects" if any(name.startswith("$tenant.") for name in names) else ""
    return f"{what}{form}"


def doubts_about(calls: Sequence[Found]) -> tuple[str, ...]:
    """Return what the recording does not say for certain, a sentence each."""
    doubts = [note for found in calls for note in found.notes]
    for found in calls:
        if found.smallest > 1:
            doubts.append(f"{_VERBS[found.name]}: no request with fewer than {found.smallest} tenants was recorded.")
        if found.name == "set" or found.split:
            continue
        number = f"{found.largest} tenant{'' if found.largest == 1 else 's'}"
        doubts.append(
            f"{_VERBS[found.name]}: no request with more than {number} was recorded, so more of them are sent in"
            " several requests."
        )
    return tuple(dict.fromkeys(doubts))
