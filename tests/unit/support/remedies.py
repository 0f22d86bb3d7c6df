# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actors of the remedies in the catalogue."""

from __future__ import annotations

import re

# Only a name before a colon is an actor: "a Conditional Access Administrator of {tenant} sets how long" is information.
_ACTOR = re.compile(
    r"(?:Or )?((?:[A-Z][A-Za-z0-9 ]* of (?:\{\w+\}|the home tenant))|\{operator\}|\{owner\}): (?=[a-z{])"
)


def actors_of(remedy):
    """The actors of a remedy, in its order."""
    return _ACTOR.findall(remedy)


def all_actors(reasons):
    """The actors of all remedies of a family."""
    return {actor for row in reasons.values() for actor in actors_of(row.remedy)}


def silent(reasons):
    """The reasons whose remedy names nobody."""
    return {reason for reason, row in reasons.items() if not actors_of(row.remedy)}


def met(reasons):
    """The reasons that are met."""
    return {reason for reason, row in reasons.items() if row.status == "met"}
