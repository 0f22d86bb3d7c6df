# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may write in a generated tenant. No right answer depends on it, and nothing else is drawn anew because of it."""

from __future__ import annotations

import random
import typing as t

from lab.data.permissions import WRITER_TARGET

Row = dict[str, t.Any]

_RESTORING: t.Final = [*sorted(WRITER_TARGET), "User.ReadWrite.All"]
_WRITERS: t.Final = (True, True, _RESTORING, _RESTORING, ["Policy.ReadWrite.CrossTenantAccess"], False)
_INVITES_FROM: t.Final = ("everyone", "everyone", "adminsGuestInvitersAndAllMembers", "adminsAndGuestInviters", "none")


def consents(tenant_id: str) -> Row:
    """Return the consent for the app that writes, and who may invite, the same for the same tenant."""
    rng = random.Random(f"writer/{tenant_id}")  # noqa: S311 - a world, not a secret
    return {"writer": rng.choice(_WRITERS), "invites_from": rng.choice(_INVITES_FROM)}
