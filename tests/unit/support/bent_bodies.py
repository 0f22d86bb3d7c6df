# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every place of a body, and the body with another value there."""

from __future__ import annotations

import copy


def places_of(value, path=()):
    """The path of every value within a body, the body itself included."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from places_of(child, (*path, key))


def bend(body, path, value):
    """The body with another value in one place."""
    if not path:
        return value
    bent = copy.deepcopy(body)
    place = bent
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return bent
