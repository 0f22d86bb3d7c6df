# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reasons of the family acceptance: an entry of the baseline that does not do what its owner meant it to do."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import MTO_REQUIREMENTS, CaveatText

# What findings of this family have in the place of a link of the chain.
LINK: t.Final = "acceptance"
CAVEATS: t.Final[dict[str, CaveatText]] = {
    "acceptance.expired": MTO_REQUIREMENTS.caveat(
        "The acceptance of {accepted} ended on {until}: what it covered counts again.",
        "{owner}: remove the entry from {mto_}baseline, or set `until` to a later day if this still holds: {why}",
        actionable=True,
    ),
    "acceptance.unused": MTO_REQUIREMENTS.caveat(
        "The acceptance of {accepted} applies to no finding.",
        "{owner}: remove the entry from {mto_}baseline.",
        actionable=True,
    ),
    "acceptance.too_wide": MTO_REQUIREMENTS.caveat(
        "The acceptance of {accepted} is too wide and accepts nothing: it has neither an id nor a reason, or applies to"
        " more than {most} findings.",
        "{owner}: in {mto_}baseline, accept single findings by their ids, or a reason with a tenant.",
        actionable=True,
    ),
}
