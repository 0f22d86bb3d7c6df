# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every remedy says about itself. To add one: write its class in a file here, and add it to the registry.

A remedy only looks. Writing, reading back and the journal are the same for all of them: `carry_out.py`.
"""

from __future__ import annotations

import abc
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
    from ansible_collections.m365.defender.plugins.module_utils._remedies.case import RemedyCase
    from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import Entry


class Remedy(abc.ABC):
    """One thing that Microsoft documents how to do.

    `NAME` is what the user asks for, `REASONS` are those of the findings that it is for, `PERMISSIONS` the application
    permissions of which the writing app needs one (least first). `IN_TARGET`: it writes in the customer's tenant.
    """

    NAME: t.ClassVar[str]
    REASONS: t.ClassVar[frozenset[str]]
    PERMISSIONS: t.ClassVar[tuple[str, ...]]
    IN_TARGET: t.ClassVar[bool] = False
    # How to take it back by hand, where this tool cannot.
    BY_HAND: t.ClassVar[str] = ""

    def written_tenant(self, case: RemedyCase) -> str:
        """Return the id of the tenant that the remedy reads and writes."""
        return case.tenant.tenant_id if self.IN_TARGET else case.home.tenant_id

    @abc.abstractmethod
    def look(self, case: RemedyCase) -> Look:
        """Return what is there, read now, and what would have to change. Raise UnreadError."""

    def look_back(self, case: RemedyCase, entry: Entry) -> Look:
        """Return the same for taking back what the journal says was written. Raise UnreadError."""
        return Look(
            kind="declined",
            object=entry.object,
            message=f"{case.tenant.name}: {case.finding.message} This tool cannot take it back.",
            remedy=self.BY_HAND.format(tenant=case.tenant.name, home=case.home.name),
        )

    def arrived(self, case: RemedyCase, entry: Entry) -> bool | None:
        """Tell whether what was sent is there now, None where that cannot be told. Raise UnreadError."""
        return {"change": True, "settled": False}.get(self.look_back(case, entry).kind)

    def answered(self, case: RemedyCase, answer: Answer) -> None:  # noqa: B027  (most answers hold nothing to keep)
        """Keep what only the answer to the write holds. Raise OptionError where that fails."""
