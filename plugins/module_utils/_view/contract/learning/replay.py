# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Try a contract on its own recording: planning from the reading before must give the recorded requests. Pure.

The order of keys, of tenants in a list and of parameters does not count, and headers that the contract leaves out do
not either.
"""

from __future__ import annotations

import json
import typing as t
from urllib.parse import parse_qsl, unquote, urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.sample import tenants_in
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import write_requests

if t.TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Contract
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.recording import Step, Write
    from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import WriteRequest


def reproduces(contract: Contract, steps: Sequence[Step], writes: Sequence[Write]) -> bool:
    """Return whether the contract gives the recorded requests `writes`, and no others, in each of these steps."""
    return all(
        _gives(contract, step, [write for write in step.writes if any(write is own for own in writes)])
        for step in steps
    )


def _gives(contract: Contract, step: Step, writes: Sequence[Write]) -> bool:
    """Compare one step, request by request: each is planned from what the page knew when it sent it."""
    left = list(writes)
    try:
        planned = _planned(contract, step, writes[0], writes) if writes else []
        for number in range(len(planned)):
            match = next(
                (write for write in left if _same(_planned(contract, step, write, writes)[number], write)), None
            )
            if match is None:
                return False
            left.remove(match)
    except MtoError:
        return False
    # Of a full list that was sent twice, one is enough.
    return bool(planned) and (not left or contract.whole is not None)


def _planned(contract: Contract, step: Step, at: Write, writes: Sequence[Write]) -> list[WriteRequest]:
    order = [tenant_id for write in writes for tenant_id in sorted(write.mentioned)]
    return write_requests(
        contract,
        at.values,
        full_list=step.after,
        add=[tenant_id for tenant_id in dict.fromkeys(order) if tenant_id in step.added],
        remove=[tenant_id for tenant_id in dict.fromkeys(order) if tenant_id in step.removed],
    )


def _same(planned: WriteRequest, write: Write) -> bool:
    sent, known = write.exchange, write.values.tenant_ids
    url = urlsplit(planned.path)
    query = tuple(parse_qsl(url.query, keep_blank_values=True))
    return (
        planned.method == sent.method
        and _parts(url.path, known) == _parts(sent.path, known)
        and _without_order(query, known) == _without_order(sent.query, known)
        and _without_order(planned.body, known) == _without_order(sent.body, known)
        and all(sent.headers.get(name.lower()) == value for name, value in planned.headers.items())
    )


def _parts(path: str, known: Container[str]) -> list[object]:
    return [_without_order(unquote(part), known) for part in path.split("/")]


def _without_order(value: object, known: Container[str]) -> object:
    """Return a value in which no order matters: of keys, of parameters, and of tenants in a list."""
    if isinstance(value, dict):
        return {key: _without_order(field, known) for key, field in value.items()}
    if isinstance(value, list | tuple):
        items = [_without_order(item, known) for item in value]
        is_set = bool(items) and all(tenants_in(item, known) for item in items)
        in_order = not is_set and isinstance(value, list)
        return items if in_order else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, str) and "," in value and tenants_in(value, known):
        return ",".join(sorted(value.split(",")))
    return value
