# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One recorded value, with everything that the page could have made it of. Pure."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import strings_in

if t.TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import TenantList
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import PlaceholderValues

# Rows about tenants are never echoed as a whole: the request is about other tenants than the answer.
_ROWS: t.Final = frozenset({"tenantInfoList", "exposedTargetTenantsInfo"})
_DEEPEST: t.Final = 4
GUID: t.Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """A value of one request. `lists` are the tenants that its call is about, `tenant_id` the one that is meant here.

    `named` are the values of the placeholders that can be used everywhere in the request, `request` is its number.
    """

    value: object = dataclasses.field(repr=False)
    values: PlaceholderValues = dataclasses.field(repr=False)
    lists: Mapping[TenantList, tuple[str, ...]]
    selected: frozenset[str]
    named: Mapping[str, object] = dataclasses.field(repr=False)
    tenant_id: str | None = None
    request: int = 0

    def of(self, value: object) -> Sample:
        """Return the same with a part of the value."""
        return dataclasses.replace(self, value=value)

    def about(self, value: object, tenant_id: str) -> Sample:
        """Return the same with a part of the value that is about one tenant."""
        row = self.values.rows.get(tenant_id, {})
        own = {"tenant_id": tenant_id, "tenant": row, **dict(_flat("tenant", row, 0))}
        own["selected"] = tenant_id in self.selected
        return dataclasses.replace(self, value=value, tenant_id=tenant_id, named={**self.named, **own})


def placeholders_of(values: PlaceholderValues) -> dict[str, object]:
    """Return the values of the placeholders with what the portal answered, by their names."""
    named: dict[str, object] = {}
    if values.home_tenant_id:
        named["home_tenant_id"] = values.home_tenant_id
    for name, answer in values.answers.items():
        if isinstance(answer, dict):
            named.update(_flat(name, answer, 0))
        elif isinstance(answer, str):
            named[name] = answer
    return named


def _flat(name: str, value: Mapping[str, object], depth: int) -> Iterator[tuple[str, object]]:
    for key, field in value.items():
        if key in _ROWS or not key.isidentifier() or not key.isascii():
            continue
        yield f"{name}.{key}", field
        if isinstance(field, dict) and depth < _DEEPEST:
            yield from _flat(f"{name}.{key}", field, depth + 1)


def tenants_in(value: object, known: Container[str]) -> list[str]:
    """Return the known ids that occur in a value, in lower case and in order."""
    return sorted({found for text in strings_in(value) for found in GUID.findall(text.lower()) if found in known})


def is_same(value: object, other: object) -> bool:
    """Return whether two values are the same JSON: to Python, true is 1."""
    if isinstance(value, dict | list) or isinstance(other, dict | list):
        return value == other and json.dumps(value, sort_keys=True) == json.dumps(other, sort_keys=True)
    return value == other and isinstance(value, bool) == isinstance(other, bool)
