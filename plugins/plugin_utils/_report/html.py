# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one self-contained HTML page: no script, nothing loaded from anywhere. Pure.

Figures, a matrix of tenants and checks, findings by kind, and for each tenant all that was judged with its evidence.
A status is told by a word and a sign beside its colour.
"""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_time
from ansible_collections.m365.defender.plugins.plugin_utils._report.chain import (
    ACCESS_CHECKS,
    first_broken,
    is_chosen,
    shown_checks,
    verdicts_of,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.findings import KINDS
from ansible_collections.m365.defender.plugins.plugin_utils._report.markup import (
    Markup,
    document,
    element,
    joined,
    link,
    name_of,
    sentence,
    text,
    words,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.style import STYLE

if t.TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ansible_collections.m365.defender.plugins.module_utils._core.chain import Root

    Row = Mapping[str, t.Any]

TITLE: t.Final = "Microsoft Defender multitenant management: report"
# Nothing is loaded, nothing is sent, and nothing but our own style sheet applies, whatever a name should contain.
_POLICY: t.Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# A longer name would stretch its row of the matrix; it stands in full where the tenant is told of.
_WIDEST_NAME: t.Final = 80
# What ends later is folded away: in a large fleet it would hide what has to be done.
_SOON_DAYS: t.Final = 90
# What a status is shown as: sign and word. The colour is the style sheet's, by the class of the same name.
_SHOWN: t.Final = {
    "met": ("✓", "met"),
    "unmet": ("✗", "unmet"),
    "unknown": ("?", "unknown"),
    "not_applicable": ("○", "not applicable"),
    "not_chosen": ("·", "not chosen"),
    "not_looked_at": ("·", "not looked at"),
}
_FIGURES: t.Final = {
    "declared": "tenants declared",
    "ready": "meet every requirement",
    "verified": "have verified access",
    "eligible": "eligible",
    "registered": "registered in the view",
    "findings": "findings",
}
_ENDING: t.Final = {
    "gdap_relationship": "GDAP relationship",
    "group_membership": "membership of a group",
    "group_eligibility": "right to activate membership of a group",
    "role_assignment": "role",
    "role_eligibility": "right to activate a role",
    "subscription": "subscription",
}
_EVIDENCE: t.Final = {
    "what": "What was read",
    "url": "Address",
    "identity": "Identity",
    "at": "At",
    "request_id": "Request id",
    "provenance": "Source",
    "problem": "Problem",
}


def report_html(report: Row) -> str:
    """The text of the page."""
    checks = shown_checks(report)
    body = joined(
        _header(report),
        element(
            "main",
            _figures(report["summary"]),
            _matrix(report["tenants"], checks),
            _undeclared(report.get("undeclared") or ()),
            _findings(report["findings"]),
            _expiries(report.get("expiries") or ()),
            _tenants(report["tenants"], checks),
        ),
    )
    return document(title=f"{TITLE}, {_time(report['generated_at'])}", policy=_POLICY, style=STYLE, body=body)


# -- the head of the page -----------------------------------------------------------------------------------------


def _header(report: Row) -> Markup:
    facts = {
        "Generated": text(_time(report["generated_at"])),
        "Home tenant": element("code", text(report["home_tenant_id"])),
        "Operator": element("bdi", text(report["operator"])),
        "Cloud": text(report["cloud"]),
        "Access checks that counted": text(_checks_that_counted(report["checks"])),
    }
    places = {
        "matrix": "Tenants and checks",
        "findings": "Findings",
        "expiries": "What ends when",
        "tenants": "Each tenant",
    }
    return element(
        "header",
        element("h1", text(TITLE)),
        _pairs(facts, css="facts"),
        element(
            "nav",
            *(element("a", text(title), href=f"#{place}") for place, title in places.items()),
            aria_label="On this page",
        ),
    )


def _checks_that_counted(checks: Sequence[str] | None) -> str:
    if checks is None:
        return "access was not looked at"
    left_out = [check for check in ACCESS_CHECKS if check not in checks]
    told = ", ".join(checks) or "none"
    return f"{told} (left out: {', '.join(left_out)})" if left_out else told


def _time(moment: str) -> str:
    """A time for people; what is no time is shown as it stands."""
    found = utc_time(moment)
    return moment if found is None else f"{found.replace(tzinfo=None).isoformat(sep=' ', timespec='minutes')} UTC"


def _figures(summary: Row) -> Markup:
    """None is told as such: nobody looked, which is no number."""
    items = (
        element(
            "li",
            element("strong", text("not looked at" if summary[key] is None else summary[key])),
            words(" "),
            element("span", text(label)),
            css="figure none" if summary[key] is None else "figure",
        )
        for key, label in _FIGURES.items()
    )
    return element("section", element("h2", text("At a glance")), element("ul", *items, css="figures"))


def _pairs(pairs: Mapping[str, Markup], css: str) -> Markup:
    """A list of names and values."""
    rows = (
        element("div", element("dt", text(name)), element("dd", value)) for name, value in pairs.items() if str(value)
    )
    return element("dl", *rows, css=css)


# -- the matrix ---------------------------------------------------------------------------------------------------


def _matrix(tenants: Sequence[Row], checks: Sequence[str]) -> Markup:
    head = element(
        "tr",
        *(
            element("th", text(title), scope="col")
            for title in ("Tenant", *checks, "First broken link, and what to do")
        ),
    )
    table = element(
        "table",
        element("caption", text("The status of every check in every tenant, in the declared order.")),
        element("thead", head),
        element("tbody", *(_matrix_row(number, row, checks) for number, row in enumerate(tenants, 1))),
        css="matrix",
    )
    return element("section", element("h2", text("Tenants and checks"), id="matrix"), table)


def _matrix_row(number: int, row: Row, checks: Sequence[str]) -> Markup:
    verdicts = verdicts_of(row)
    root = first_broken(verdicts)
    return element(
        "tr",
        element("th", element("a", name_of(row, _WIDEST_NAME), href=f"#tenant-{number}"), scope="row"),
        *(element("td", _status(verdicts.get(check)), data_label=check) for check in checks),
        element("td", _first_broken(row, verdicts, root), css="remedy"),
    )


def _first_broken(row: Row, verdicts: Mapping[str, Row], root: Root | None) -> Markup:
    if root is None:
        return element("span", text(_standing(row)), css="muted")
    verdict = verdicts[root.check]
    return joined(
        element("strong", text(root.link)),
        words(" "),
        element("code", text(verdict["reason"])),
        element("p", sentence(verdict["remedy"], row["name"])),
    )


def _standing(row: Row) -> str:
    """What a tenant without a broken link is: never more than was looked at."""
    if row["eligible"]:
        seen = row.get("registration")
        return "Nothing broken: registered" if seen and seen["registered"] else "Nothing broken: eligible"
    if row["ready"] and row["access"] is None:
        return "Every requirement is met; access was not looked at"
    return "Nothing broken, but not everything was looked at"


def _status(verdict: Row | None) -> Markup:
    key = "not_looked_at"
    if verdict is not None:
        key = verdict["status"] if is_chosen(verdict) else "not_chosen"
    sign, word = _SHOWN.get(key, ("?", key))
    known = key if key in _SHOWN else "unknown"
    return element("span", element("span", text(sign), aria_hidden="true"), words(f" {word}"), css=f"status {known}")


# -- what is in the view and not declared ---------------------------------------------------------------------------


def _undeclared(rows: Sequence[Row]) -> Markup:
    """Tenants of the view that nobody declares, which have no row in the matrix."""
    if not rows:
        return text("")
    items = (element("li", name_of(row), words(" "), element("code", text(row["tenant_id"]))) for row in rows)
    title = element("h2", text("In the view, and not declared"), id="undeclared")
    return element("section", title, element("ul", *items))


# -- findings -----------------------------------------------------------------------------------------------------


def _findings(findings: Sequence[Row]) -> Markup:
    groups = {kind: [row for row in findings if row["kind"] == kind] for kind in KINDS}
    shown = [_kind(KINDS[kind], rows) for kind, rows in groups.items() if rows]
    if not shown:
        shown = [element("p", text("No finding: nobody has to act on what was looked at."))]
    return element("section", element("h2", text("Findings"), id="findings"), *shown)


def _kind(title: str, rows: Sequence[Row]) -> Markup:
    return joined(
        element("h3", text(f"{title}: {len(rows)}")),
        element("ul", *(element("li", _finding(row)) for row in rows), css="findings"),
    )


def _finding(row: Row) -> Markup:
    marks = {
        "Check": text(row["check"]),
        "Reason": element("code", text(row["reason"])),
        "Object": element("code", text(row["object"])) if row["object"] else text(""),
        "Id": element("code", text(row["id"])),
    }
    named = {"tenant_id": row["tenant_id"], "name": row["tenant_name"]}
    return joined(
        element("p", element("strong", name_of(named)), words(": "), text(row["message"])),
        _remedy(row, row["tenant_name"]),
        _pairs(marks, css="marks"),
    )


def _remedy(told: Row, name: str) -> Markup:
    """Who must do what, and Microsoft's page about it."""
    page = link(told["doc_url"], "Microsoft's page")
    return element("p", sentence(told["remedy"], name), words(" "), page, css="remedy")


# -- what ends when -----------------------------------------------------------------------------------------------


def _expiries(rows: Sequence[Row]) -> Markup:
    """Every date that will bite, the soonest first."""
    head = element("h2", text("What ends when"), id="expiries")
    if not rows:
        return element("section", head, element("p", text("Nothing that was read has an end.")))
    soon = [row for row in rows if row["days_left"] <= _SOON_DAYS]
    later = rows[len(soon) :]
    parts = [_ends(soon, f"What ends within {_SOON_DAYS} days, the soonest first.")] if soon else []
    if later:
        words = f"{len(later)} {'end' if len(later) == 1 else 'ends'} later than in {_SOON_DAYS} days"
        table = _ends(later, "What ends later, the soonest first.")
        parts.append(element("details", element("summary", text(words)), table))
    return element("section", head, *parts)


def _ends(rows: Sequence[Row], caption: str) -> Markup:
    titles = ("Ends", "Days left", "Tenant", "What", "Name", "Extends itself")
    return element(
        "table",
        element("caption", text(caption)),
        element("thead", element("tr", *(element("th", text(title), scope="col") for title in titles))),
        element("tbody", *(_expiry(row, titles) for row in rows)),
        css="evidence",
    )


def _expiry(row: Row, titles: Sequence[str]) -> Markup:
    named = {"tenant_id": row["tenant_id"], "name": row["tenant_name"]}
    cells = (
        text(_time(row["ends"])),
        text(row["days_left"]),
        name_of(named, _WIDEST_NAME),
        text(_ENDING.get(row["what"], row["what"])),
        text(row["name"]),
        text("yes" if row["auto_extend"] else "no"),
    )
    return element("tr", *(element("td", cell, data_label=title) for cell, title in zip(cells, titles, strict=True)))


# -- each tenant --------------------------------------------------------------------------------------------------


def _tenants(tenants: Sequence[Row], checks: Sequence[str]) -> Markup:
    details = (_tenant(number, row, checks) for number, row in enumerate(tenants, 1))
    return element("section", element("h2", text("Each tenant"), id="tenants"), *details)


def _tenant(number: int, row: Row, checks: Sequence[str]) -> Markup:
    """The target of a link stands inside: a browser opens what is folded around it."""
    verdicts = verdicts_of(row)
    state = f"First broken: {row['first_broken']}" if row["first_broken"] else _standing(row)
    access = row["access"] or {}
    facts = {
        "Tenant id": element("code", text(row["tenant_id"])),
        "First broken link": text(row["first_broken"]),
        "Access": text(access.get("status", "not looked at")),
        "Access method": text(access.get("method")),
    }
    return element(
        "details",
        element("summary", name_of(row), words(" "), element("span", text(state), css="muted")),
        element(
            "div",
            _pairs(facts, css="facts"),
            *(_verdict(check, verdicts.get(check), row["name"]) for check in checks),
            id=f"tenant-{number}",
            css="tenant",
        ),
    )


def _verdict(check: str, verdict: Row | None, name: str) -> Markup:
    head = element("h3", text(check), words(" "), _status(verdict))
    if verdict is None:
        return element("article", head)
    marks = {
        "Reason": element("code", text(verdict["reason"])),
        "Cause": text(verdict["caused_by"]),
        "Severity": text(verdict["severity"]),
    }
    return element(
        "article",
        head,
        element("p", text(verdict["message"])),
        _remedy(verdict, name),
        _caveats(verdict["caveats"], name),
        _pairs(marks, css="marks"),
        _evidence(verdict["evidence"]),
    )


def _caveats(caveats: Sequence[Row], name: str) -> Markup:
    items = (
        element("li", element("p", text(caveat["message"])), _remedy(caveat, name), css="caveat") for caveat in caveats
    )
    return element("ul", *items, css="caveats", aria_label="Caveats") if caveats else text("")


def _evidence(evidence: Sequence[Row]) -> Markup:
    """What the verdict rests on, without the data itself: that stands in report.json."""
    if not evidence:
        return text("")
    columns = {key: title for key, title in _EVIDENCE.items() if any(piece.get(key) for piece in evidence)}
    rows = (
        element("tr", *(element("td", text(piece.get(key)), data_label=title) for key, title in columns.items()))
        for piece in evidence
    )
    return element(
        "table",
        element("caption", text("Evidence")),
        element("thead", element("tr", *(element("th", text(title), scope="col") for title in columns.values()))),
        element("tbody", *rows),
        css="evidence",
    )
