# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of the portal's answers from which a contract was learned: it is used only while the answers have it. Pure.

A portal that answers with other fields has changed, and may expect another request.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import CONTRACT
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import (
    first_of,
    rows_by_tenant,
    unwrapped,
)

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies

# The parts of the answers, and the names of their fields; one that only some rows have ends with a question mark.
AnswerForm = dict[str, list[str]]
PARTS: t.Final = ("effective", "effective_row", "picker", "picker_row")


def form_of(bodies: Iterable[AnswerBodies]) -> AnswerForm:
    """Return the form of these answers."""
    fields: dict[str, list[frozenset[str]]] = {part: [] for part in PARTS}
    for body in bodies:
        for part, objects in _objects(body).items():
            fields[part] += [frozenset(item) for item in objects]
    return {part: _names(sets) for part, sets in fields.items() if sets}


def _names(sets: Iterable[frozenset[str]]) -> list[str]:
    known = [*sets]
    always = frozenset.intersection(*known)
    return sorted(name if name in always else f"{name}?" for name in frozenset().union(*known))


def _objects(bodies: AnswerBodies) -> dict[str, list[Mapping[str, object]]]:
    picker, effective = unwrapped(bodies.picker), first_of(unwrapped(bodies.effective))
    return {
        "effective": [effective] if isinstance(effective, dict) else [],
        "effective_row": [*rows_by_tenant(effective, "exposedTargetTenantsInfo").values()],
        "picker": [picker] if isinstance(picker, dict) else [],
        "picker_row": [*rows_by_tenant(picker, "tenantInfoList").values()],
    }


def parse_form(data: object) -> AnswerForm:
    """Return the form that a contract names, an empty one where it names none. Raises OptionError."""
    if data is None:
        return {}
    good = isinstance(data, dict) and all(
        part in PARTS and isinstance(names, list) and all(isinstance(name, str) for name in names)
        for part, names in data.items()
    )
    if not good:
        raise OptionError(f"portal_contract: answers must hold lists of field names under {', '.join(PARTS)}.")
    return t.cast("AnswerForm", data)


def require_form(form: AnswerForm, bodies: AnswerBodies) -> None:
    """Raise OptionError where the portal answers in another form than it did when the contract was recorded."""
    for part, objects in _objects(bodies).items():
        names = form.get(part)
        if names is None:
            continue
        always = {name for name in names if not name.endswith("?")}
        known = {name.removesuffix("?") for name in names}
        for item in objects:
            changed = sorted((always - item.keys()) | (item.keys() - known))
            if changed:
                raise OptionError(
                    f"portal_contract: the portal answers in another form than when the contract was recorded"
                    f" ({part}: {changed[0]}), so nothing was sent. Record the contract again ({CONTRACT})."
                )
