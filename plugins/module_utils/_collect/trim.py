# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trim evidence of the home tenant to what one tenant's row needs, and the row to its limit: it stays small. Pure."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.text import shortened

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json, JsonObject
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Tenant, Verdict

# A row shows at most so many bytes of evidence, as JSON.
MAX_BYTES: t.Final = 4096
# No record that we make has more fields: a longer dictionary is a list by id.
_MOST_FIELDS: t.Final = 12


class _Limit(t.NamedTuple):
    """How much is shown: evidence of each verdict, items of each list, characters of each text and of each URL."""

    evidence: int
    items: int
    text: int
    url: int


# From the most to the least. What decides comes first in a verdict's evidence, and in each list.
_LIMITS: t.Final = (
    _Limit(evidence=20, items=8, text=200, url=250),
    _Limit(evidence=20, items=5, text=100, url=150),
    _Limit(evidence=20, items=3, text=80, url=110),
    _Limit(evidence=20, items=2, text=80, url=70),
    *(_Limit(evidence=count, items=2, text=80, url=70) for count in (6, 5, 4, 3, 2)),
    _Limit(evidence=1, items=1, text=40, url=40),
)
# What one piece of evidence may still take where nothing else fits.
_LEAST_BYTES: t.Final = 250


def trim_row(verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Return the verdicts of a row, whose evidence is together within the limit; `left_out` counts what was cut.

    Verdicts are made before: what is shown of their evidence changes none of them.
    """
    trimmed = dict(verdicts)
    for limit in _LIMITS:
        rows = ([evidence.as_dict() for evidence in verdict.evidence] for verdict in trimmed.values())
        if sum(map(len, map(json.dumps, rows))) <= MAX_BYTES:
            break
        for check, verdict in verdicts.items():
            shown = (_trim_evidence(evidence, limit) for evidence in verdict.evidence[: limit.evidence])
            trimmed[check] = dataclasses.replace(verdict, evidence=tuple(shown))
    return trimmed


def _trim_evidence(evidence: Evidence, limit: _Limit) -> Evidence:
    data = _trim_data(_first_items(evidence.data, limit), limit)
    if limit is _LIMITS[-1] and len(json.dumps(data)) > _LEAST_BYTES:
        data = {"left_out": 1}
    url, request_id = (shortened(text, limit.url) for text in (evidence.url, evidence.request_id))
    return dataclasses.replace(evidence, url=url, request_id=request_id, data=data)


def _trim_data(value: Json, limit: _Limit) -> Json:
    """Return the value with few items in each list and dictionary below it, and short texts."""
    if isinstance(value, str):
        return shortened(value, limit.text)
    if isinstance(value, list):
        return [_trim_data(_first_items(item, limit), limit) for item in value]
    if not isinstance(value, dict):
        return value
    shown = {key: _first_items(item, limit) for key, item in value.items()}
    trimmed = {shortened(key, limit.text): _trim_data(item, limit) for key, item in shown.items()}
    cut = sum(len(item) - len(shown[key]) for key, item in value.items() if isinstance(item, list | dict))
    return {**trimmed, "left_out": cut + (value.get("left_out") or 0)} if cut else trimmed


def _first_items(value: Json, limit: _Limit) -> Json:
    if isinstance(value, dict) and len(value) > _MOST_FIELDS:
        return dict(list(value.items())[: limit.items])
    return value[: limit.items] if isinstance(value, list) else value


def trim_relationships(evidence: Evidence, tenant: Tenant) -> Evidence:
    """Keep only this customer's relationships; unwanted roles are counted, not listed."""
    if evidence.data is None:
        return evidence
    rows = [
        {key: value for key, value in _trim_roles(row, tenant).items() if key not in ("customer", "customer_name")}
        for row in evidence.data
        if row["customer"] == tenant.tenant_id
    ]
    return dataclasses.replace(evidence, data={"relationships": rows, "others": len(evidence.data) - len(rows)})


def trim_assignments(evidence: Evidence, tenant: Tenant) -> Evidence:
    """Keep the roles that the tenant wants; the others are counted."""
    if evidence.data is None:
        return evidence
    rows = [_trim_roles(row, tenant) for row in evidence.data["assignments"]]
    return dataclasses.replace(evidence, data={"assignments": rows})


def _trim_roles(row: JsonObject, tenant: Tenant) -> dict[str, object]:
    kept = [role for role in row["roles"] if role in tenant.roles]
    return {**row, "roles": kept, "other_roles": len(row["roles"]) - len(kept)}


def trim_groups(evidence: Evidence, groups: Collection[str]) -> Evidence:
    """Keep these groups; the others are counted."""
    if evidence.data is None:
        return evidence
    names = evidence.data["groups"]
    kept = {group: name for group, name in names.items() if group in groups}
    return dataclasses.replace(evidence, data={"groups": kept, "other_groups": len(names) - len(kept)})


def trim_schedules(evidence: Evidence, groups: Collection[str]) -> Evidence:
    """Keep the memberships in these groups; the others are counted."""
    rows = evidence.data.get("rows") if evidence.data is not None else None
    if rows is None:
        return evidence
    kept = [row for row in rows if row["group"] in groups]
    return dataclasses.replace(evidence, data={**evidence.data, "rows": kept, "other_rows": len(rows) - len(kept)})
