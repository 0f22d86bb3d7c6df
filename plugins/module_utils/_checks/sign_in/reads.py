# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tokens that the check sign_in asks for, and what is kept of them."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._core.directory_roles import DEFENDER_ROLES
from ansible_collections.m365.defender.plugins.module_utils._core.model import SignInProbe

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.json import JsonObject

OPERATOR_SIGN_IN: t.Final = SignInProbe("operator_sign_in", "graph")
ARM_SIGN_IN: t.Final = SignInProbe("operator_arm_sign_in", "arm")
# Proves whose answer it is where a token cannot be read.
OPERATOR_ORGANIZATION: t.Final = dataclasses.replace(ORGANIZATION, stored_as="operator_organization")


class TokenData(t.TypedDict):
    """What may be reported of a token. `roles` is None where it lists none [doc wids]; unwanted roles are counted."""

    readable: bool
    roles: list[str] | None
    other_roles: int


def token_data(claims: JsonObject, wanted: tuple[str, ...]) -> TokenData:
    """Return what may be reported of a token.

    A token is opaque by contract: its claims help to word a sentence, and prove nothing that was not read.
    """
    wids = claims.get("wids")
    if not isinstance(wids, list):
        return {"readable": bool(claims.get("tid")), "roles": None, "other_roles": 0}
    known = {str(role).lower() for role in wids}
    kept = sorted(known & {*wanted, *DEFENDER_ROLES})
    return {"readable": bool(claims.get("tid")), "roles": kept, "other_roles": len(known) - len(kept)}
