# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows as the two modules return them, as small as they can be, and a fleet in which each thing goes wrong once."""

from __future__ import annotations

import typing as t

from reports import made_report

Row = dict[str, t.Any]

REQUIREMENTS = ("access", "license", "permissions", "mfa_trust")
ACCESS_CHECKS = ("listed", "sign_in", "defender")
GENERATED_AT = "2026-11-23T12:00:00Z"
PAGE = "https://learn.microsoft.com/en-us/defender-xdr/mto-requirements"
NOT_CHOSEN = ("unknown", "check.not_chosen")


def verdict(status: str = "met", reason: str = "some.reason", **fields: t.Any) -> Row:
    """A VERDICT of the fixed interface."""
    row = {
        "status": status,
        "severity": "required",
        "reason": reason,
        "message": f"What {reason} says.",
        "remedy": "No action needed." if status == "met" else f"Administrator of Northwind: fix {reason}.",
        "doc_url": PAGE,
        "caused_by": None,
        "object": "",
        "caveats": [],
        "evidence": [],
    }
    return {**row, **fields}


def caveat(reason: str, *, actionable: bool, **fields: t.Any) -> Row:
    """A caveat beside a verdict."""
    row = {
        "reason": reason,
        "message": f"What {reason} says.",
        "remedy": "Somebody looks.",
        "doc_url": PAGE,
        "object": "",
    }
    return {**row, "actionable": actionable, **fields}


def evidence(what: str, **fields: t.Any) -> Row:
    """A piece of evidence."""
    row = {"what": what, "url": f"https://graph.microsoft.com/v1.0/{what}", "identity": "app", "at": GENERATED_AT}
    return {**row, "request_id": "0f0e0d0c-0b0a-4000-8000-000000000001", "provenance": "doc", "data": {}, **fields}


def tenant_id(number: int) -> str:
    """The id of the tenant of that number."""
    return f"{number:08d}-0000-4000-8000-000000000001"


def requirements_row(number: int, name: str, **verdicts: Row) -> Row:
    """A value of `mto_requirements`; what is not given is met."""
    judged = {check: verdicts.get(check, verdict(reason=f"{check}.fine")) for check in REQUIREMENTS}
    judged["mfa_trust"] = {**judged["mfa_trust"], "severity": "recommended"}
    broken = [v for v in judged.values() if v["severity"] == "required" and v["status"] != "met"]
    return {
        "tenant_id": tenant_id(number),
        "name": name,
        "ready": not broken,
        "first_broken": None,
        "reason": None,
        "requirements": judged,
    }


def access_row(number: int, name: str, **verdicts: Row) -> Row:
    """A row of `mto_tenant_access`; what is not given is met."""
    judged = {check: verdicts.get(check, verdict(reason=f"{check}.fine")) for check in ACCESS_CHECKS}
    for check, row in judged.items():
        if row["reason"] == "check.not_chosen":
            judged[check] = {**row, "severity": "recommended"}
    statuses = {v["status"] for v in judged.values() if v["reason"] != "check.not_chosen"}
    status = "unverified" if "unmet" in statuses else "unknown" if "unknown" in statuses else "verified"
    checks = [check for check, row in judged.items() if row["reason"] != "check.not_chosen"]
    head = {"tenant_id": tenant_id(number), "name": name, "status": status, "method": "gdap", "checks": checks}
    return {**head, **judged, "first_broken": None, "reason": None}


def report_of(*tenants: tuple[str, dict[str, Row]], access: bool = True, **run: t.Any) -> Row:
    """The report of tenants, each a name and the verdicts that are not met."""
    needs, found = {}, []
    for number, (name, verdicts) in enumerate(tenants, 1):
        needs[tenant_id(number)] = requirements_row(number, name, **pick(verdicts, REQUIREMENTS))
        found.append(access_row(number, name, **pick(verdicts, ACCESS_CHECKS)))
    facts = {"generated_at": GENERATED_AT, "home_tenant_id": tenant_id(0), "operator": "anna@northwind.example"}
    return made_report(needs, found if access else None, **{**facts, "cloud": "public", **run})


def pick(verdicts: dict[str, Row], names: tuple[str, ...]) -> dict[str, Row]:
    """The verdicts of these names."""
    return {name: row for name, row in verdicts.items() if name in names}


EXPIRED = verdict(
    "unmet",
    "access.gdap_expired",
    message="GDAP relationship 'Solberg SOC' with Solberg Havbruk AS expired on 2026-11-11.",
    remedy="Partner administrator of Northwind: request a new GDAP relationship in Partner Center"
    " (https://partner.microsoft.com/commerce/granularadminaccess/list). Global Administrator of Solberg Havbruk AS:"
    " approve it.",
    object="relationship-1",
    evidence=[evidence("gdap_relationships"), evidence("operator_groups", request_id="")],
)
BY_ACCESS = verdict(
    "unknown",
    "permissions.access_first",
    caused_by="access",
    remedy="No action needed here. Fix access first, then run again.",
)
NO_LICENSE = verdict(
    "unmet",
    "license.none",
    message="Tannenhof Hotels GmbH has no license.",
    remedy="Billing Administrator of Tannenhof Hotels GmbH: buy a license.",
)
CONDITIONAL_ACCESS = verdict(
    "unmet",
    "sign_in.conditional_access",
    message="A Conditional Access policy of Banco Ribeira S.A. refuses the sign-in of anna@northwind.example.",
    remedy="Conditional Access Administrator of Banco Ribeira S.A.: find the sign-in in the sign-in log and allow it.",
)
NO_CONSENT = verdict(
    "unknown",
    "consent.app_not_in_tenant",
    caused_by="consent",
    message="Your app does not exist in Nordlys Shipping A/S: nobody has consented to it there.",
    remedy="Administrator of Nordlys Shipping A/S: open"
    " https://login.microsoftonline.com/x/adminconsent?client_id=66666666-7777-8888-9999-000000000000&state=a and"
    " accept.",
)
NO_TRUST = verdict("unmet", "mfa_trust.not_accepted", remedy="Security Administrator of Northwind: turn on trust.")
EXPIRING = verdict(
    reason="access.gdap_in_force",
    caveats=[
        caveat("access.gdap_expiring", actionable=True, message="The relationship ends in 18 days.", object="r-2"),
        caveat(
            "access.gdap_carries_no_sentinel",
            actionable=False,
            message="GDAP does not give access to Microsoft Sentinel data.",
        ),
    ],
)
# Each tenant shows one thing.
FLEET: tuple[tuple[str, dict[str, Row]], ...] = (
    ("Alpenblick Kliniken GmbH", {}),
    ("Solberg Havbruk AS", {"access": EXPIRED, "permissions": BY_ACCESS, "listed": verdict("unmet", "access.x")}),
    ("Tannenhof Hotels GmbH", {"license": NO_LICENSE, "defender": verdict("unmet", "defender.not_provisioned")}),
    ("Banco Ribeira S.A.", {"sign_in": CONDITIONAL_ACCESS, "defender": {**CONDITIONAL_ACCESS, "caused_by": "sign_in"}}),
    ("Nordlys Shipping A/S", {"license": NO_CONSENT, "mfa_trust": NO_CONSENT}),
    ("Piekarnia Kłos Sp. z o.o.", {"mfa_trust": NO_TRUST}),
    ("Castellano Vini S.p.A.", {"access": EXPIRING}),
)
# Names that other people could have given to a tenant.
HOSTILE_NAMES: tuple[str, ...] = (
    "<script>document.title='owned'</script>",
    '"><img src=https://evil.example/x onerror="document.title=\'owned\'">',
    "</style></title><svg onload=document.title='owned'>",
    "]]> --> &amp; &lt;b&gt; '",
    "\u202egro.livE\u202c \u2067right\u2069",
    "\x1b[31mRed\x1b[0m\x07\x00 and\nlines\u2028of it",
    "https://evil.example/login?tid=1 (click)",
    "half \ud800 pair \ufffe",
    "{{ lookup('pipe', 'id') }} {% raw %}",
    "</script><script>document.title='owned'</script>",
    "<!--<script> $& $1 $` \\u003c/script\\u003e",
    "W" * 300,
    "",
)
