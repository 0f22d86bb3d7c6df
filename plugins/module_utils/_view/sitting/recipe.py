# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changes of the view that a recording needs, and how far the person is with them. Pure.

Two tenants are added at once and removed one by one, while another one stays: a request of the full list then differs
from one of what changes, and a list of tenants from a single one. At the end, the view is what it was.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterable

Kind = t.Literal["add", "remove"]
_ADD_FIRST: t.Final[tuple[Kind, ...]] = ("add", "remove", "remove")
# Where everything that the portal offers is in the view already.
_REMOVE_FIRST: t.Final[tuple[Kind, ...]] = ("remove", "remove", "add")
# One stays, two are moved.
LEAST: t.Final = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What a reading of the view shows that the one before did not, and the other way round."""

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()


@dataclasses.dataclass(slots=True)
class Recipe:
    """The view as it was seen last, and the changes that count so far.

    `tenants` are in the view, `addable` are offered and not in it. `strayed` is the last change that did not fit: with
    it, the recipe begins again.
    """

    tenants: tuple[str, ...] | None = None
    addable: tuple[str, ...] = ()
    made: list[Change] = dataclasses.field(default_factory=list)
    strayed: Change | None = None
    order: tuple[Kind, ...] = _ADD_FIRST

    @property
    def possible(self) -> bool:
        """Return whether there are enough tenants for it."""
        return len({*(self.tenants or ()), *self.addable}) >= LEAST

    @property
    def complete(self) -> bool:
        """Return whether all changes are made."""
        return len(self.made) == len(self.order)

    @property
    def moved(self) -> tuple[str, ...]:
        """Return the tenants that were added or removed so far, sorted."""
        return tuple(sorted({each for change in self.made for each in change.added | change.removed}))

    @property
    def staying(self) -> tuple[str, ...]:
        """Return the tenants in the view that are not to be touched. None of them has to be a certain one at first."""
        staying = tuple(each for each in self.tenants or () if each not in self.moved)
        spare = max(0, 2 - len(self.made)) if self.order == _REMOVE_FIRST else 0
        return staying[: len(staying) - spare]

    def observe(self, tenants: Iterable[str], addable: Iterable[str]) -> bool:
        """Take over a reading of the view. Return whether it shows a change."""
        before, self.tenants, self.addable = self.tenants, tuple(tenants), tuple(addable)
        change = Change(frozenset(self.tenants) - {*(before or ())}, frozenset(before or ()) - {*self.tenants})
        changed = before is not None and change != Change()
        if changed and not self.complete:
            self._take(change, began_empty=not before)
        if not self.made:
            self.order = _REMOVE_FIRST if len(self.addable) < 2 and len(self.tenants) >= LEAST else _ADD_FIRST
        return changed

    def _take(self, change: Change, *, began_empty: bool) -> None:
        self.strayed = None
        if began_empty:
            # Nothing would stay: it is the tenant, or are the tenants, that stay.
            self.made = []
        elif self._fits(change):
            self.made.append(change)
        else:
            self.made, self.strayed = [], change
            if self._fits(change):
                self.made, self.strayed = [change], None

    def _fits(self, change: Change) -> bool:
        moved = {*self.moved}
        if self.order[len(self.made)] == "add":
            return not change.removed and len(change.added) >= 2 and moved <= change.added
        ours = not moved or self.order == _REMOVE_FIRST or change.removed <= moved
        return not change.added and len(change.removed) == 1 and ours and bool(self.tenants)
