# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Turn on the automatic extension of a GDAP relationship that ends soon [doc delegatedadminrelationship-update].

Microsoft refuses it with Global Administrator among the roles, and it is no business of ours in a relationship that
Microsoft made.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.caveats import auto_extends
from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.judge import made_by_microsoft
from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import GDAP_LIST
from ansible_collections.m365.defender.plugins.module_utils._remedies import gdap
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look, WriteCall
from ansible_collections.m365.defender.plugins.module_utils._remedies.remedy import Remedy

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._checks.access.gdap.reads import Relationship
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import RemedyCase
    from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry

_ON: t.Final = "P180D"
_OFF: t.Final = "PT0S"
# In these it can be changed [doc].
_STATUSES: t.Final = ("created", "active")


class GdapAutoExtend(Remedy):
    """See the module."""

    NAME = "gdap_auto_extend"
    REASONS = frozenset({"access.gdap_expiring"})
    PERMISSIONS = gdap.PERMISSIONS

    def look(self, case: RemedyCase) -> Look:
        """See Remedy."""
        found = gdap.relationship_of(case, case.finding.object)
        row, name = found.row, gdap.name_of(case, found.row)
        refusal = _refusal(row)
        if refusal:
            return Look(
                kind="declined",
                object=row["id"],
                message=f"{name} cannot be extended automatically: {refusal}.",
                remedy=f"Partner administrator of {case.home.name}: request a new relationship in"
                f" {GDAP_LIST}, or name the remedy gdap_request.",
            )
        if auto_extends(row):
            return Look(kind="settled", object=row["id"], message=f"{name} is extended automatically by 180 days.")
        return _change(found, f"{name}: turn on its automatic extension by 180 days.", row["auto_extend"], _ON)

    def look_back(self, case: RemedyCase, entry: Entry) -> Look:
        """See Remedy."""
        found = gdap.relationship_of(case, entry.object)
        name = gdap.name_of(case, found.row)
        # Nothing extends one that has ended, and Microsoft refuses to change it.
        if not auto_extends(found.row) or found.row["status"].lower() not in _STATUSES:
            return Look(kind="settled", object=entry.object, message=f"{name} is not extended automatically.")
        # What was no duration before, null or P0D, is the documented word for "off" afterwards.
        return _change(found, f"{name}: turn off its automatic extension.", found.row["auto_extend"], _OFF)


def _refusal(row: Relationship) -> str:
    if row["global_administrator"]:
        return "it has the role Global Administrator"
    if made_by_microsoft(row):
        return "Microsoft made it"
    if row["status"].lower() not in _STATUSES:
        return f"its status is {row['status']}"
    return ""


def _change(found: gdap.OwnRelationship, message: str, before: str, after: str) -> Look:
    relationship_id = found.row["id"]
    return Look(
        kind="change",
        object=relationship_id,
        message=message,
        before={"autoExtendDuration": before},
        after={"autoExtendDuration": after},
        call=WriteCall(
            "PATCH", f"{gdap.PATH}/{relationship_id}", {"autoExtendDuration": after}, gdap.version_of(found)
        ),
    )
