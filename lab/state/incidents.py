# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incidents of Microsoft Defender XDR, as Graph v1.0 shows them (microsoft.graph.security.incident)."""

from __future__ import annotations

import datetime as dt
import typing as t

from lab.state.directory import timestamp

if t.TYPE_CHECKING:
    from lab.state.directory import Directory, Entity

_TITLES: t.Final = (
    "Suspicious inbox manipulation rule",
    "Multi-stage incident involving initial access",
    "Unusual volume of file deletion",
    "Sign-in from an anonymous IP address",
)
_SEVERITIES: t.Final = ("medium", "high", "low", "informational")


def build_incidents(directory: Directory, count: int, now: dt.datetime) -> list[Entity]:
    """Return incidents an hour apart, the newest first."""
    return [_incident(directory, number, now - dt.timedelta(hours=number + 1)) for number in range(count)]


def _incident(directory: Directory, number: int, created: dt.datetime) -> Entity:
    key = str(2_000_000 + int(directory.tenant_id[:4], 16) * 10 + number)
    return {
        "@odata.type": "#microsoft.graph.security.incident",
        "id": key,
        "assignedTo": None,
        "classification": "unknown",
        "comments": [],
        "createdDateTime": timestamp(created),
        "customTags": [],
        "description": None,
        "determination": "unknown",
        "displayName": _TITLES[number % len(_TITLES)],
        "incidentWebUrl": f"https://security.microsoft.com/incidents/{key}?tid={directory.tenant_id}",
        "lastModifiedBy": "Microsoft 365 Defender",
        "lastUpdateDateTime": timestamp(created),
        "redirectIncidentId": None,
        "resolvingComment": None,
        "severity": _SEVERITIES[number % len(_SEVERITIES)],
        "status": "active",
        "summary": None,
        "systemTags": [],
        "tenantId": directory.tenant_id,
    }
