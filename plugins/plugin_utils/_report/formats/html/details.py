# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The data of the page: what its script shows of a tenant once somebody opens it. Pure.

Each text is there once, with a mark where a tenant's own name or id belongs, and each verdict is once the numbers of
its texts: a thousand tenants share most of both.
"""

from __future__ import annotations

import json
import typing as t

from markupsafe import Markup

from ansible_collections.m365.defender.plugins.module_utils._checks.registry import CHAIN
from ansible_collections.m365.defender.plugins.module_utils._core.text import one_line
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.charts import method_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.formats.html.words import status_of
from ansible_collections.m365.defender.plugins.plugin_utils._report.repeated import marked
from ansible_collections.m365.defender.plugins.plugin_utils._report.worklist import MARKS

if t.TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.model import Caveat, Evidence, Verdict
    from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, TenantRow

# A tenant's name and id, each on one line.
_Own: t.TypeAlias = "tuple[str, str]"
# What would end the element, or begin another, is written as JSON can write it, too.
_ESCAPED: t.Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_EVIDENCE: t.Final = {
    "what": "What was read",
    "url": "Address",
    "identity": "Identity",
    "at": "At",
    "request_id": "Request id",
    "provenance": "Source",
    "problem": "Problem",
}


class _Numbered(dict["Hashable", int]):
    """Numbers of things, in the order in which they were first asked for."""

    def __missing__(self, thing: Hashable) -> int:
        self[thing] = len(self)
        return self[thing]


class _Details:
    """Collects the texts and verdicts of all tenants."""

    def __init__(self) -> None:
        self.words, self.verdicts = _Numbered(), _Numbered()

    def tenant(self, row: TenantRow, checks: Sequence[str]) -> list[object]:
        """Return what is shown of a tenant: facts, the number of each check's verdict, and which breaks first."""
        own, verdicts, access = (one_line(row.name), one_line(row.tenant_id)), row.verdicts, row.access
        root = CHAIN.first_broken(verdicts)
        status = access.status if access else "not looked at"
        facts = (CHAIN.title_of(root.link) if root else "", status, method_of(row))
        numbers = [self._verdict(check, verdicts[check], own) if check in verdicts else None for check in checks]
        return [*own, self._numbers(facts, own), numbers, [*checks].index(root.check) if root else -1]

    def _verdict(self, check: str, verdict: Verdict, own: _Own) -> int:
        status = status_of(verdict)
        head = (CHAIN.title_of(check), status.css, f"{status.sign} {status.word}")
        texts = (verdict.reason, verdict.caused_by, verdict.severity, verdict.object)
        return self.verdicts[
            self._numbers((*head, *texts), own),
            self._sentences(verdict, own),
            tuple(self._sentences(caveat, own) for caveat in verdict.caveats),
            tuple(self._evidence(part, own) for part in verdict.evidence),
        ]

    def _sentences(self, words: Verdict | Caveat, own: _Own) -> tuple[int, ...]:
        return self._numbers((words.message, words.remedy, words.doc_url), own)

    def _evidence(self, part: Evidence, own: _Own) -> tuple[int, ...]:
        row = part.as_dict()
        return self._numbers((row.get(key) for key in _EVIDENCE), own)

    def _numbers(self, texts: Iterable[object], own: _Own) -> tuple[int, ...]:
        return tuple(self.words[marked(one_line(text), *own, MARKS)] for text in texts)


def page_data(report: Report, checks: Sequence[str], ends: Sequence[Sequence[object]]) -> Markup:
    """Return the data as JSON that is safe inside an element `script`. `ends` are rows of a table."""
    details = _Details()
    tenants = [details.tenant(row, checks) for row in report.tenants]
    data = {
        "checks": [one_line(CHAIN.title_of(check)) for check in checks],
        "columns": list(_EVIDENCE.values()),
        "tenants": tenants,
        "ends": [[one_line(value) for value in row] for row in ends],
        "verdicts": list(details.verdicts),
        "words": list(details.words),
    }
    # Escaped is what no browser reads as markup; everything that is not ASCII is written as its number.
    return Markup(json.dumps(data, separators=(",", ":")).translate(_ESCAPED))  # noqa: S704
