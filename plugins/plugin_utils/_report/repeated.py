# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What report.json says once instead of in every tenant. Pure.

A thousand tenants share a few dozen sentences, which differ in the tenant's name. `reasons` holds the words of each
reason, `reads` the address of each kind of evidence, with `{tenant}` and `{tenant_id}` for the tenant's own. A verdict
has only the fields that are different, or not empty. `restore` undoes `shorten` to the letter.
"""

from __future__ import annotations

import collections
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator

Row: t.TypeAlias = "dict[str, object]"
# By the field that names what a part is: where that is said once, and the fields that are mostly the same.
_SAID_ONCE: t.Final = {
    "reason": ("reasons", ("message", "remedy", "doc_url")),
    "what": ("reads", ("url", "identity", "provenance")),
}
# What is left out where it is empty.
_EMPTY: t.Final[Row] = {
    **dict.fromkeys(("caused_by", "data", "first_broken", "method", "reason")),
    **dict.fromkeys(("object", "request_id"), ""),
    "caveats": [],
    "evidence": [],
}


def marked(text: str, name: str, tenant_id: str, marks: tuple[str, str] = ("{tenant}", "{tenant_id}")) -> str:
    """Return a text with marks in place of the tenant's own name and id."""
    for own, mark in zip((name, tenant_id), marks, strict=True):
        text = text.replace(own, mark) if own else text
    return text


def shorten(report: Row) -> Row:
    """Return a report, as `Report.as_dict` has just made it, with what repeats said once. Its rows are changed."""
    rows = _rows(report)
    said = {table: _most_common(rows, key) for key, (table, _fields) in _SAID_ONCE.items()}
    for row in rows:
        for part, whole, names in _within(row, report):
            _leave_out(part, {name: whole.get(name) for name in names})
        for part, empty in _parts(row):
            _leave_out(part, {**dict(_usual(part, row, said)), **empty})
    return {**report, **said}


def restore(report: object) -> object:
    """Return the report that `shorten` was given. Anything else comes back as it is. The rows are changed."""
    if isinstance(report, dict) and "reasons" in report:
        for row in _rows(report):
            for part, empty in _parts(row):
                for name, value in (*_usual(part, row, report), *empty.items()):
                    part.setdefault(name, value)
            for part, whole, names in _within(row, report):
                for name in names:
                    part.setdefault(name, whole.get(name))
    return report


def _leave_out(part: Row, known: Row) -> None:
    for name in [name for name, value in known.items() if name in part and part[name] == value]:
        del part[name]


def _rows(report: Row) -> list[Row]:
    """Return the rows about tenants."""
    return [row for name in ("tenants", "undeclared") for row in _list(report.get(name))]


def _list(rows: object) -> list[Row]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _verdicts(row: Row) -> Iterator[Row]:
    for group in (row.get("requirements"), row.get("access"), {"registration": row.get("registration")}):
        yield from _list(list(group.values()) if isinstance(group, dict) else None)


def _parts(row: Row) -> Iterator[tuple[Row, Row]]:
    """Yield the row about access, the verdicts, their evidence and caveats, each with what is left out if empty."""
    for verdict in _verdicts(row):
        yield from ((part, _EMPTY) for part in (verdict, *_list(verdict.get("evidence"))))
        # The object of a caveat is that of its verdict, or is said.
        yield from ((caveat, {}) for caveat in _list(verdict.get("caveats")))
    yield from ((access, _EMPTY) for access in _list([row.get("access")]))


def _within(row: Row, report: Row) -> Iterator[tuple[Row, Row, tuple[str, ...]]]:
    """Yield a part, the whole that it belongs to, and the fields that the part has from the whole."""
    for access in _list([row.get("access")]):
        yield access, row, ("tenant_id", "name")
        yield access, report, ("checks",)
    for verdict in _verdicts(row):
        yield from ((caveat, verdict, ("object",)) for caveat in _list(verdict.get("caveats")))


def _most_common(rows: list[Row], key: str) -> dict[str, dict[str, str]]:
    """Return the text that each field has most often, by what the part is."""
    texts: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for row in rows:
        own = _own(row)
        for part, _empty in _parts(row):
            for name in _SAID_ONCE[key][1]:
                if key in part and name in part:
                    texts[str(part[key]), name][marked(str(part[name]), *own)] += 1
    said: dict[str, dict[str, str]] = {}
    for (what, name), counts in texts.items():
        said.setdefault(what, {})[name] = counts.most_common(1)[0][0]
    return said


def _usual(part: Row, row: Row, said: t.Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the usual text of each field of a part, with the tenant's own name and id in it."""
    name, tenant_id = _own(row)
    for key, (table, fields) in _SAID_ONCE.items():
        known, what = said.get(table), part.get(key)
        texts = known.get(what) if isinstance(known, dict) and isinstance(what, str) else None
        for field, text in texts.items() if isinstance(texts, dict) else ():
            if field in fields and isinstance(text, str):
                yield field, text.replace("{tenant_id}", tenant_id).replace("{tenant}", name)


def _own(row: Row) -> tuple[str, str]:
    name, tenant_id = row.get("name"), row.get("tenant_id")
    return name if isinstance(name, str) else "", tenant_id if isinstance(tenant_id, str) else ""
