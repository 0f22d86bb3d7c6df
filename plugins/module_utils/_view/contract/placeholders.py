# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placeholders of a portal contract: which exist where, and how they are filled with the portal's own answers. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import quote

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# The only key of a dictionary that becomes a list with its value once for each tenant.
EACH: t.Final = "$each"
PLACEHOLDER: t.Final = re.compile(r"\$(\$|[A-Za-z_][\w.]*)")
# What a placeholder may begin with: everywhere, and where one tenant is meant.
_EVERYWHERE: t.Final = ("home_tenant_id", "tenant_ids", "effective", "picker")
_PER_TENANT: t.Final = ("tenant_id", "tenant")


def first_unknown(text: str, *, per_tenant: bool) -> str | None:
    """The first placeholder of a text that could never be filled there, or None."""
    roots = ("$", *placeholder_roots(per_tenant=per_tenant))
    return next((name for name in PLACEHOLDER.findall(text) if name.split(".", 1)[0] not in roots), None)


def placeholder_roots(*, per_tenant: bool) -> tuple[str, ...]:
    """What a placeholder may begin with."""
    return (*_EVERYWHERE, *_PER_TENANT) if per_tenant else _EVERYWHERE


@dataclasses.dataclass(frozen=True, slots=True)
class PlaceholderValues:
    """What placeholders are filled with. `rows` are the portal's own, by lower-case tenant id.

    The answers hold the session's etag, so they are not shown.
    """

    home_tenant_id: str
    picker: object = dataclasses.field(repr=False)
    effective: object = dataclasses.field(repr=False)
    rows: Mapping[str, Mapping[str, object]] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateFiller:
    """Fills the templates of one call for these tenants. Raises MtoError where the portal's answer lacks a value."""

    call_name: str
    values: PlaceholderValues
    tenant_ids: tuple[str, ...]

    def value(self, template: object, tenant_id: str | None) -> object:
        """The template with everything in it filled. A text that is one placeholder becomes its value, of any type."""
        if isinstance(template, dict):
            if EACH in template:
                return [self.value(template[EACH], each_id) for each_id in self.tenant_ids]
            return {key: self.value(value, tenant_id) for key, value in template.items()}
        if isinstance(template, list):
            return [self.value(value, tenant_id) for value in template]
        if not isinstance(template, str):
            return template
        whole = PLACEHOLDER.fullmatch(template)
        if whole and whole[1] != "$":
            return self._look_up(whole[1], tenant_id)
        return self.text(template, tenant_id)

    def text(self, template: str, tenant_id: str | None, *, in_path: bool = False) -> str:
        """A text with its placeholders filled. In a path values are quoted, so that none can lead elsewhere."""

        def filled(match: re.Match[str]) -> str:
            if match[1] == "$":
                return "$"
            value = self._look_up(match[1], tenant_id)
            if not isinstance(value, (str, int)) or isinstance(value, bool):
                raise MtoError(
                    f"portal_contract: write.{self.call_name}: the value of ${match[1]} is neither text nor a number,"
                    " so it cannot be part of a text."
                )
            return quote(str(value), safe="") if in_path else str(value)

        return PLACEHOLDER.sub(filled, template)

    def _look_up(self, name: str, tenant_id: str | None) -> object:
        root, *keys = name.split(".")
        value = self._root_value(root, tenant_id)
        for key in keys:
            if not isinstance(value, dict) or value.get(key) is None:
                raise MtoError(
                    f"portal_contract: write.{self.call_name}: the portal's answer has no ${name}, so nothing was sent."
                    " The portal has changed, or another page was recorded: record the request again."
                )
            value = value[key]
        return value

    def _root_value(self, root: str, tenant_id: str | None) -> object:
        roots: dict[str, object] = {
            "home_tenant_id": self.values.home_tenant_id,
            "tenant_ids": list(self.tenant_ids),
            "effective": self.values.effective,
            "picker": self.values.picker,
            "tenant_id": tenant_id,
            "tenant": self.values.rows.get(tenant_id or ""),
        }
        return roots[root]
