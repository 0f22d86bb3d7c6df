# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a reason of the catalogue to a verdict in words. Pure."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._checks.catalogue import CAVEATS, CAVEATS_TO_ACT_ON, REASONS
from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Verdict, chain_link

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Evidence, Severity

SEVERITIES: t.Final[dict[str, Severity]] = {
    "access": "required",
    "license": "required",
    "permissions": "required",
    "mfa_trust": "recommended",
}

# A verdict with a reason of one of these families is caused by the link of that name.
_CAUSES: t.Final = ("consent", "access", "sign_in")
# These speak of the sign-in, but say that there is no access.
_SAY_NO_ACCESS: t.Final = frozenset({"sign_in.user_not_in_tenant", "sign_in.guest_pending", "sign_in.account_disabled"})
# A check that nobody asked for breaks nothing.
_NOT_CHOSEN: t.Final = "check.not_chosen"


class _Details(dict[str, str]):
    """Fills braces; a detail nobody gave is told as such instead of failing a verdict."""

    def __missing__(self, key: str) -> str:
        return f"({key.replace('_', ' ')} not known)"


def fill(template: str, details: Mapping[str, str]) -> str:
    """The template with its braces filled from `details`."""
    return template.format_map(_Details(details))


def one_stop(text: str) -> str:
    """A name that ends in a full stop ends the sentence as well: `S.A..` becomes `S.A.`; an ellipsis stays."""
    return re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)


def _sentence(template: str, details: Mapping[str, str]) -> str:
    """Filled, and with a capital letter where the title of a read begins it. Names keep their letters."""
    text = one_stop(fill(template, details))
    return text[:1].upper() + text[1:] if template.startswith("{what}") else text


def make_caveat(reason: str, details: Mapping[str, str]) -> Caveat:
    """A caveat of the catalogue in words."""
    message, remedy, doc_url = CAVEATS[reason]
    return Caveat(
        reason=reason,
        message=_sentence(message, details),
        remedy=_sentence(remedy, details),
        doc_url=doc_url,
        object=details.get("object", ""),
        to_act_on=reason in CAVEATS_TO_ACT_ON,
    )


def make_verdict(
    link: str,
    reason: str,
    details: Mapping[str, str],
    *,
    evidence: Sequence[Evidence] = (),
    caveats: Sequence[Caveat] = (),
    caused_by: str | None = None,
) -> Verdict:
    """A verdict of the catalogue in words. Its status is the reason's own: a reason can't say met here and unmet there.

    A reason that belongs to an earlier link explains why this one could not be judged: unknown, caused by that link.
    """
    row = REASONS[reason]
    family = reason.split(".", 1)[0]
    status = row.status
    if family in _CAUSES and family != chain_link(link):
        caused_by, status = caused_by or family, "unknown"
    elif reason in _SAY_NO_ACCESS:
        caused_by = "access"
    return Verdict(
        link=link,
        status=status,
        severity="recommended" if reason == _NOT_CHOSEN else SEVERITIES.get(link, "required"),
        reason=reason,
        message=_sentence(row.sentence, details),
        remedy=_sentence(row.remedy, details),
        doc_url=row.doc_url,
        caused_by=caused_by,
        object=details.get("object", ""),
        caveats=tuple(caveats),
        evidence=tuple(evidence),
    )
