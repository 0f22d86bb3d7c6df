# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a reason of the catalogue to a verdict in words. Pure."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.model import NOT_CHOSEN, Caveat, Problem, Verdict
from ansible_collections.m365.defender.plugins.module_utils._core.options.names import option_name
from ansible_collections.m365.defender.plugins.module_utils._core.text import end_with_stop

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.catalogue.pages import CaveatText, Reason
    from ansible_collections.m365.defender.plugins.module_utils._core.chain import ChainCheck
    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence

# A verdict with a reason of one of these families is caused by the link of that name.
_CAUSES: t.Final = ("consent", "access", "sign_in")
# Reasons of the family sign_in that mean: there is no access.
_SAY_NO_ACCESS: t.Final = frozenset({"sign_in.user_not_in_tenant", "sign_in.guest_pending", "sign_in.account_disabled"})


class _Details(dict[str, str]):
    """Fills braces; a missing detail is named as not known instead of failing a verdict."""

    def __missing__(self, key: str) -> str:
        return f"({key.replace('_', ' ')} not known)"


def end_once(text: str) -> str:
    """Let a name that ends in a full stop end the sentence as well: `S.A..` becomes `S.A.`; an ellipsis stays."""
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)


def _sentence(template: str, details: Mapping[str, str]) -> str:
    """Fill the template; the title of a read that begins it gets a capital letter, names keep their letters."""
    text = end_once(template.format_map(_Details({**details, "mto_": option_name()})))
    begins = template.startswith("{what}") or text.startswith("the operator")
    return text[:1].upper() + text[1:] if begins else text


@dataclasses.dataclass(frozen=True, slots=True)
class Catalogue:
    """Every reason and caveat by its id, and the checks that verdicts are about by their name.

    A reason is stable: programs and reports rely on it. Sentences may be worded better at any time.
    """

    reasons: Mapping[str, Reason]
    caveats: Mapping[str, CaveatText]
    checks: Mapping[str, ChainCheck]

    def status(self, reason: str) -> str:
        """Return the status that a reason gives."""
        return self.reasons[reason].status

    def words(self, problem: Problem, details: Mapping[str, str] | None = None) -> tuple[str, str]:
        """Return sentence and remedy of a problem; its own details come before those given."""
        row, known = self.reasons[problem.reason], {**(details or {}), **problem.details}
        return _sentence(row.sentence, known), _sentence(row.remedy, known)

    def text(self, problem: Problem) -> str:
        """Return sentence and remedy as one text."""
        sentence, remedy = self.words(problem)
        return f"{end_with_stop(sentence)} {remedy}"

    def caveat(self, reason: str, details: Mapping[str, str]) -> Caveat:
        """Return a caveat in words."""
        row = self.caveats[reason]
        return Caveat(
            reason=reason,
            message=_sentence(row.sentence, details),
            remedy=_sentence(row.remedy, details),
            doc_url=row.doc_url,
            object=details.get("object", ""),
            actionable=row.actionable,
        )

    def verdict(
        self,
        check: str,
        reason: str,
        details: Mapping[str, str],
        *,
        evidence: Sequence[Evidence] = (),
        caveats: Sequence[Caveat] = (),
        caused_by: str | None = None,
    ) -> Verdict:
        """Return a verdict in words. Its status is the reason's own: a reason can't mean met here and unmet there.

        A reason that belongs to an earlier link explains why this check could not be judged: unknown, caused by that
        link.
        """
        row, chain_check = self.reasons[reason], self.checks[check]
        family, status = reason.split(".", 1)[0], row.status
        if family in _CAUSES and family != chain_check.link:
            caused_by, status = caused_by or family, "unknown"
        elif reason in _SAY_NO_ACCESS:
            caused_by = "access"
        return Verdict(
            check=check,
            status=status,
            severity="recommended" if reason == NOT_CHOSEN else chain_check.severity,
            reason=reason,
            message=_sentence(row.sentence, details),
            remedy=_sentence(row.remedy, details),
            doc_url=row.doc_url,
            caused_by=caused_by,
            object=details.get("object", ""),
            caveats=tuple(caveats),
            evidence=tuple(evidence),
        )
