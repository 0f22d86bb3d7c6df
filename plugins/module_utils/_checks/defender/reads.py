# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe of the check defender: the first page, of one row, of the incidents [doc security-list-incidents]."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import Read

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.fields import Fields

_PERMISSIONS: t.Final = ("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All")


class IncidentData(t.TypedDict):
    """Whether there is an incident at all. Nothing of an incident itself is kept."""

    any: bool


def shape_incidents(body: Fields) -> IncidentData:
    """Keep only whether there is an incident. An id alone makes none: each has a severity and a status [csdl]."""
    rows = body.rows("value", key="id")
    for row in rows:
        row.non_empty("severity")
        row.non_empty("status")
    return {"any": bool(rows)}


INCIDENTS: t.Final = Read(
    what="incidents",
    title="the first incident of Microsoft Defender XDR",
    path="/security/incidents?$top=1",
    app=_PERMISSIONS,
    delegated=_PERMISSIONS,
    shape=shape_incidents,
    first_page=True,
)
# As the app: it distinguishes a refusal of the person from a missing Defender.
INCIDENTS_AS_APP: t.Final = dataclasses.replace(INCIDENTS, stored_as="incidents_as_app")
