# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plan the requests that a contract takes to change the view, and fill them. Pure: nothing is sent here."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import TemplateFiller

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Call, Contract
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import PlaceholderValues

_CONTROL_CHARACTERS: t.Final = re.compile(r"[\x00-\x1f\x7f]")


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
    filler = TemplateFiller(call.name, values, tuple(tenant_ids))
    headers = {name: filler.text(value, tenant_id) for name, value in call.headers.items()}
    if any(_CONTROL_CHARACTERS.search(value) for value in headers.values()):
        raise MtoError(
            f"portal_contract: write.{call.name}.headers: the portal's answer holds a control character, which a header"
            " cannot carry."
        )
    path = filler.text(call.path, tenant_id, in_path=True)
    return WriteRequest(call.method, path, headers, filler.value(call.body, tenant_id), filler.tenant_ids)
