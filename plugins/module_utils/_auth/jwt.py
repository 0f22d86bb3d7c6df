# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON web tokens, read without any proof: the claims of a token help to word a sentence. Pure."""

from __future__ import annotations

import base64
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject

_JWT: t.Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_TEXTS: t.Final = ("tid", "oid", "upn", "unique_name", "preferred_username", "scp", "idp")
_LISTS: t.Final = ("roles", "wids")


def is_jwt(text: str) -> bool:
    """Tell whether a text has the form of a signed JSON web token: three parts, of which the first is a JSON object."""
    return bool(_JWT.fullmatch(text) and _part_of(text, 0))


def claims_of(token: str) -> JsonObject:
    """Return the unverified claims of a token; none if it cannot be read. A token is opaque by contract [doc].

    A token with a claim of another form than documented counts as one that cannot be read.
    """
    claims = _part_of(token, 1)
    texts = all(isinstance(claims.get(name, ""), str) for name in _TEXTS)
    lists = [claims.get(name, []) for name in _LISTS]
    well_formed = all(isinstance(rows, list) and all(isinstance(row, str) for row in rows) for rows in lists)
    return claims if texts and well_formed else {}


def _part_of(token: str, index: int) -> JsonObject:
    """Return a part of a token; an empty object for anything that is not one."""
    try:
        part = token.split(".")[index]
        # The padding is complete whatever the length; what is too much is ignored.
        value = parse_json(base64.urlsafe_b64decode(part + "==").decode("utf-8"))
    except (IndexError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}
