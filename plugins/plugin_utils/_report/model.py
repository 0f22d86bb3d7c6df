# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report: one model that every other format is made from. Pure; plain data in, plain data out."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report.chain import (
    ACCESS_CHECKS,
    all_met,
    first_broken,
    proven,
    settled,
    verdicts_of,
)
from ansible_collections.m365.defender.plugins.plugin_utils._report.findings import findings_of

if t.TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Row = Mapping[str, t.Any]

FAIL_ON: t.Final = ("required", "recommended", "unknown", "registration")


def make_report(  # noqa: PLR0913  (what a report names is given by name)
    requirements: Mapping[str, Row],
    access: Iterable[Row] | None = None,
    *,
    registration: Row | None = None,
    checks: Sequence[str] | None = None,
    generated_at: str,
    home_tenant_id: str,
    operator: str,
    cloud: str,
) -> dict[str, t.Any]:
    """The report of a run: `requirements` as in `mto_requirements`, `access` as the rows of `mto_tenant_access`.

    `registration` is what `mto_tenant` returns: `tenants`, a row for each declared tenant, and `undeclared`.

    What the run did not look at (access, registration) is None, never a number that looks good. `checks` are the
    access checks that counted; without them the rows say it.
    """
    found = None if access is None else {row["tenant_id"].lower(): row for row in access}
    seen = None if registration is None else {row["tenant_id"].lower(): row for row in registration["tenants"]}
    tenants = [_tenant_row(*pair, seen, operator) for pair in _pairs(requirements, found or {})]
    undeclared = None if registration is None else list(registration["undeclared"])
    others = [{"requirements": {}, "access": None, **row} for row in undeclared or ()]
    findings = [finding for row in (*tenants, *others) for finding in findings_of(row, operator)]
    return {
        "generated_at": generated_at,
        "home_tenant_id": home_tenant_id,
        "operator": operator,
        "cloud": cloud,
        "checks": None if found is None else _checks(found.values(), checks),
        "summary": {
            **_summary(tenants, looked_at_access=found is not None),
            **_registered(tenants, undeclared),
            "findings": len(findings),
        },
        "tenants": tenants,
        "undeclared": undeclared,
        "findings": findings,
        "expiries": _expiries(requirements.values()),
    }


def _expiries(rows: Iterable[Row]) -> list[dict[str, t.Any]]:
    """Every date that will bite, of all tenants together, the soonest first."""
    found = [
        {"tenant_id": row["tenant_id"], "tenant_name": row["name"], **expiry}
        for row in rows
        for expiry in row.get("expiries") or ()
    ]
    return sorted(found, key=lambda row: (row["ends"], row["tenant_id"], row["what"], row["object"]))


def _pairs(requirements: Mapping[str, Row], access: Mapping[str, Row]) -> Iterator[tuple[Row, Row | None]]:
    """Requirements and access of each tenant, in the declared order. A row that only one side has is kept."""
    seen = set()
    for row in requirements.values():
        key = row["tenant_id"].lower()
        seen.add(key)
        yield row, access.get(key)
    for key, row in access.items():
        if key not in seen:
            yield {"tenant_id": row["tenant_id"], "name": row["name"], "ready": False, "requirements": {}}, row


def _tenant_row(row: Row, access: Row | None, seen: Mapping[str, Row] | None, operator: str) -> dict[str, t.Any]:
    registration = None if seen is None else _registration(seen.get(row["tenant_id"].lower()))
    names = {"tenant": row["name"], "tenant_id": row["tenant_id"], "operator": operator}
    told = proven(row["requirements"], access, names)
    # The facts could not know what the operator's probe has proven; else their word stands.
    ready = row["ready"] if told == row["requirements"] else all_met(told)
    requirements = settled(told, access)
    judged = {"requirements": requirements, "access": access}
    # A tenant is eligible before it is registered.
    broken = first_broken(verdicts_of(judged))
    verdicts = verdicts_of({**judged, "registration": registration})
    root = first_broken(verdicts)
    return {
        "tenant_id": row["tenant_id"],
        "name": row["name"],
        "ready": ready,
        # A broken link counts even if the rows should claim something else: unknown is never ok.
        "eligible": None if access is None else bool(ready and access["status"] == "verified" and not broken),
        "first_broken": root.link if root else None,
        "reason": verdicts[root.check]["reason"] if root else None,
        "requirements": requirements,
        "access": access,
        "registration": registration,
    }


def _registration(seen: Row | None) -> dict[str, t.Any] | None:
    """The verdict with the answer beside it: `registered` is None where nobody could tell."""
    return None if seen is None else {"registered": seen["registered"], **seen["registration"]}


def _registered(tenants: Sequence[Row], undeclared: Sequence[Row] | None) -> dict[str, int | None]:
    if undeclared is None:
        return {"registered": None, "undeclared": None}
    there = [row for row in tenants if row["registration"] and row["registration"]["registered"]]
    return {"registered": len(there), "undeclared": len(undeclared)}


def _checks(access: Iterable[Row], checks: Sequence[str] | None) -> list[str]:
    chosen = {check for row in access for check in row.get("checks", ACCESS_CHECKS)} if checks is None else {*checks}
    return [check for check in ACCESS_CHECKS if check in chosen]


def _summary(tenants: Sequence[Row], *, looked_at_access: bool) -> dict[str, int | None]:
    verified = [row for row in tenants if row["access"] is not None and row["access"]["status"] == "verified"]
    eligible = [row for row in tenants if row["eligible"]]
    return {
        "declared": len(tenants),
        "ready": sum(1 for row in tenants if row["ready"]),
        "verified": len(verified) if looked_at_access else None,
        "eligible": len(eligible) if looked_at_access else None,
    }


def failing_findings(report: Row, fail_on: Sequence[str]) -> list[dict[str, t.Any]]:
    """The findings that fail a run by `mto_fail_on`. Raises OptionError for a word that is not one of its choices."""
    unknown = [word for word in fail_on if word not in FAIL_ON]
    if unknown:
        raise OptionError(f"mto_fail_on: '{unknown[0]}' is not a choice; choose among {', '.join(FAIL_ON)}.")
    return [finding for finding in report["findings"] if class_of(finding) in fail_on]


def class_of(finding: Row) -> str:
    """Which word of `mto_fail_on` picks this finding."""
    if finding["check"] == "registration":
        return "registration"
    if finding["severity"] == "recommended":
        return "recommended"
    return "unknown" if finding["status"] == "unknown" else "required"
