# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a learned contract at the portal that made its recording, with other tenants in it."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError, OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.learn import learn_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies
from ansible_collections.m365.defender.plugins.module_utils._view.contract.write_requests import write_requests

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import Contract
    from recordings import ModelPortal, Recording

Outcome = t.Literal["right", "refused", "wrong", "leaks"]
# More requests than any of the changes below needs.
_MOST = 60


def judged(recording: Recording) -> tuple[Outcome, str]:
    """Learn from a recording, then change other views with the contract. Return what came of it, and details."""
    try:
        learned = learn_contract(json.loads(json.dumps(recording.har)), "src: 'page.har'")
    except OptionError as error:
        return "refused", str(error)
    text = json.dumps(learned.contract) + " ".join((*learned.learned, *learned.unsure))
    leaked = [value for value in (*recording.secrets, *recording.ids) if value in text]
    if leaked:
        return "leaks", f"{leaked} in {text}"
    contract = parse_contract(learned.contract)
    for seed in (0, 1):
        portal = recording.judge(seed)
        ids = list(portal.offered)
        # Many more, many fewer, and one fewer.
        for wanted in (ids[:8], ids[5:7], ids[5:6]):
            refusal = brought_to(portal, contract, wanted)
            if refusal:
                return "wrong", f"{refusal} with {learned.contract}"
    return "right", text


def brought_to(portal: ModelPortal, contract: Contract, wanted: Sequence[str]) -> str | None:
    """Bring a view to a list as `apply` does, reading before each request. Return what went wrong."""
    for _number in range(_MOST):
        add = [each for each in wanted if each not in portal.view]
        remove = [each for each in portal.view if each not in wanted]
        if not add and not remove:
            return None
        full = [*(each for each in portal.view if each not in remove), *add]
        effective, headers = portal.answer("effective")
        answers = {name: portal.answer(name)[0] for name in ("picker", "groups", "context")}
        values = AnswerBodies(effective=effective, effective_etag=headers.get("ETag"), **answers)
        try:
            request = write_requests(
                contract, values.placeholder_values(portal.person.home_id), full_list=full, add=add, remove=remove
            )[0]
        except MtoError as error:
            return str(error)
        status = portal.apply(request.method, request.path, request.headers, request.body)
        if status != 200:
            return f"HTTP {status} for {request.method} {request.path} {request.headers} {request.body}"
    return "it does not end"
