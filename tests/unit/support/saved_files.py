# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files with saved evidence, as they come back from disk."""

from __future__ import annotations

import json
import typing as t

from evidence import case, gdap_evidence, relationship

from ansible_collections.m365.defender.plugins.module_utils._collect.saved import Kind, Saved, SavedRun

RUN = {"home_tenant_id": "h", "operator": "anna@alder.example", "cloud": "public", "read_at": "2026-11-23T12:00:00Z"}
RETURNED = {"requirements": {"missing_permissions": []}, "access": {"checks": ["listed"]}}


def file_of(*saved: Saved, kind: Kind = "requirements", **returned: t.Any) -> dict[str, t.Any]:
    """A file with one run."""
    run = SavedRun(**RUN, tenants=saved, returned={**RETURNED[kind], **returned})
    body: dict[str, t.Any] = json.loads(json.dumps(run.as_dict(kind)))
    return body


def in_force(days: float = 300, **tenant: t.Any) -> t.Any:
    """A case with access by a GDAP relationship."""
    return case(gdap_evidence(relationship(days=days)), access="gdap", **tenant)
