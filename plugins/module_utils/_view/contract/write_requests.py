# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the requests that a contract takes to change the view, and fill them. Pure: nothing is sent here."""

from __future__ import annotations

import dataclasses
import re
import typing as t
from urllib.parse import quote

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import EACH, PLACEHOLDER

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Call, Contract

_CONTROL_CHARACTERS: t.Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclasses.dataclass(frozen=True, slots=True)
class PlaceholderValues:
    """The values that placeholders are filled with. `rows` are the portal's own, by lower-case tenant id.

    The answers hold the session's etag, so they are not shown.
    """

    home_tenant_id: str
    picker: object = dataclasses.field(repr=False)
    effective: object = dataclasses.field(repr=False)
    rows: Mapping[str, Mapping[str, object]] = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class WriteRequest:
    """A filled request, ready to be sent. `body` is None where it has none. `tenant_ids`: the tenants it is about."""

    method: str
    path: str = dataclasses.field(repr=False)
    headers: Mapping[str, str] = dataclasses.field(repr=False)
    body: object = dataclasses.field(repr=False)
    tenant_ids: tuple[str, ...]


def write_requests(
    contract: Contract,
    values: PlaceholderValues,
    *,
    full_list: Sequence[str],
    add: Sequence[str],
    remove: Sequence[str],
) -> list[WriteRequest]:
    """The requests that bring the view to `full_list`: by setting it, or by `add` and `remove`.

    Raises MtoError where the contract or the portal's answer lacks what is needed.
    """
    if contract.whole is not None:
        return [_fill_call(contract.whole, values, full_list)]
    if remove and contract.remove is None:
        raise OptionError(
            "portal_contract: write.remove is missing, and tenants have to be removed; record a removal as well."
        )
    changes = ((contract.remove, remove), (contract.add, add))
    return [request for call, ids in changes if call is not None for request in _fill_scope(call, values, ids)]


def _fill_scope(call: Call, values: PlaceholderValues, tenant_ids: Sequence[str]) -> list[WriteRequest]:
    if call.scope == "tenant":
        return [_fill_call(call, values, (tenant_id,), tenant_id) for tenant_id in tenant_ids]
    return [_fill_call(call, values, tenant_ids)] if tenant_ids else []


def _fill_call(
    call: Call, values: PlaceholderValues, tenant_ids: Sequence[str], tenant_id: str | None = None
) -> WriteRequest:
    filler = _TemplateFiller(call.name, values, tuple(tenant_ids))
    headers = {name: filler.text(value, tenant_id) for name, value in call.headers.items()}
    if any(_CONTROL_CHARACTERS.search(value) for value in headers.values()):
        raise MtoError(
            f"portal_contract: write.{call.name}.headers: the portal's answer holds a control character, which a header"
            " cannot carry."
        )
    path = filler.text(call.path, tenant_id, in_path=True)
    return WriteRequest(call.method, path, headers, filler.value(call.body, tenant_id), filler.tenant_ids)


@dataclasses.dataclass(frozen=True, slots=True)
class _TemplateFiller:
    """The templates of one call, to be filled for these tenants. Raises MtoError where the portal lacks a value."""

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
