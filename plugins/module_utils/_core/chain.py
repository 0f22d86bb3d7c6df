# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The chain: which check breaks it, which verdict explains which, and which link is broken first. Pure.

The modules' rows, the report and the summary all use it.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Severity, Verdict

# Consent has no check of its own: other checks run into it. It comes before everything else.
CONSENT: t.Final = "consent"


@dataclasses.dataclass(frozen=True, slots=True)
class Explanation:
    """An earlier check that explains a verdict with this reason ("" for any) and status.

    `when` is what the earlier verdict has to be: `broken` (unmet or unknown, and required) or `unmet`.
    """

    by: str
    reason: str = ""
    status: str = ""
    when: t.Literal["broken", "unmet"] = "broken"


@dataclasses.dataclass(frozen=True, slots=True)
class ChainCheck:
    """The place of a check on the chain.

    `link` is its name in `first_broken`; `title` its name in reports. `as_operator`: it is made by the operator's own
    sign-in. Whatever is broken first explains a verdict with the reason `explained_by_any`.
    """

    name: str
    title: str
    link: str
    severity: Severity = "required"
    as_operator: bool = False
    explanations: tuple[Explanation, ...] = ()
    explained_by_any: str = ""


class Root(t.NamedTuple):
    """Where a chain of causes begins: the link of the chain, and the check whose verdict explains it."""

    link: str
    check: str


class Chain:
    """The checks in the order of the chain. A broken link hides the ones behind it."""

    def __init__(self, checks: Sequence[ChainCheck]) -> None:
        self._checks = {check.name: check for check in checks}
        self._order = {name: position for position, name in enumerate(self._checks)}
        required = (check.link for check in checks if check.severity == "required")
        self.links: t.Final[tuple[str, ...]] = (CONSENT, *dict.fromkeys(required))

    def link_of(self, check: str) -> str:
        """Return the link that a check belongs to; any other name is a link of its own."""
        known = self._checks.get(check)
        return known.link if known else check

    def title_of(self, name: str) -> str:
        """Return what people call a check or a link; one without a title is called by its name."""
        known = self._checks.get(name)
        return known.title if known else name.capitalize()

    def ordered(self, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
        """Return the verdicts in the order of the chain; unknown checks come last, by name."""
        return {check: verdicts[check] for check in sorted(verdicts, key=lambda name: (self.position(name), name))}

    def position(self, check: str) -> int:
        """Return the place of a check in the order."""
        return self._order.get(check, len(self._order))

    def root_of(self, verdicts: Mapping[str, Verdict], check: str) -> Root:
        """Follow the causes of a verdict to the one that no other broken verdict explains.

        A cause without a verdict of its own (`consent`, or a check that was not made) is the link itself, and the
        verdict that names it explains it. Causes in a circle end where they would repeat.
        """
        seen = {check}
        while True:
            cause = self._cause_of(verdicts, check)
            if cause is None or cause in seen:
                return Root(self.link_of(check), check)
            if cause not in verdicts or not verdicts[cause].chosen:
                return Root(self.link_of(cause), check)
            if not verdicts[cause].breaks:
                return Root(self.link_of(check), check)
            check = cause
            seen.add(check)

    def first_broken(self, verdicts: Mapping[str, Verdict]) -> Root | None:
        """Return the first broken link, or None. Of several roots of a link, prefer one with a reason of that link."""
        roots = [self.root_of(verdicts, check) for check, verdict in verdicts.items() if verdict.breaks]
        return min(roots, key=lambda root: self._rank(verdicts, root), default=None)

    def _rank(self, verdicts: Mapping[str, Verdict], root: Root) -> tuple[int, bool, bool, int]:
        position = self.links.index(root.link) if root.link in self.links else len(self.links)
        of_this_link = verdicts[root.check].reason.startswith(root.link + ".")
        return position, not of_this_link, self.repeats_consent(root), self.position(root.check)

    def repeats_consent(self, root: Root) -> bool:
        """Tell whether the operator's sign-in repeats a missing consent that the requirements report as well."""
        known = self._checks.get(root.check)
        return root.link == CONSENT and known is not None and known.as_operator

    def _cause_of(self, verdicts: Mapping[str, Verdict], check: str) -> str | None:
        """Return what a verdict names as its cause, else what the other verdicts say about it."""
        cause = verdicts[check].caused_by
        if cause is not None and (cause not in verdicts or verdicts[cause].breaks):
            return cause
        return self._implied_cause(verdicts, check) or cause

    def _implied_cause(self, verdicts: Mapping[str, Verdict], check: str) -> str | None:
        """Return the check that explains this verdict although it is not named as its cause, if any."""
        verdict, known = verdicts[check], self._checks.get(check)
        if known is None:
            return None
        if known.explained_by_any and verdict.reason == known.explained_by_any:
            root = self.first_broken({name: other for name, other in verdicts.items() if name != check})
            return root.check if root else None
        matching = (e for e in known.explanations if _applies(e, verdict, verdicts.get(e.by)))
        return next((explanation.by for explanation in matching), None)


def _applies(explanation: Explanation, verdict: Verdict, earlier: Verdict | None) -> bool:
    if (
        earlier is None
        or explanation.reason not in ("", verdict.reason)
        or explanation.status not in ("", verdict.status)
    ):
        return False
    return earlier.status == "unmet" if explanation.when == "unmet" else earlier.breaks
