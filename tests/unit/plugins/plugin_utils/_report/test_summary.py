# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary: the head, what is wrong and what to do by who has to act, folding, screens, foreign names."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages.report_rows import FLEET, HOSTILE_NAMES, report_of, tenant_id, verdict
from report_findings import ACTIONABLE, finding
from reports import summary_of

from ansible_collections.m365.defender.plugins.module_utils._core.text import listed_words, one_line, shortened
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import Report, RunInfo, Summary
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import SCREEN, summary_lines

LEFT_OUT = verdict("unknown", "check.not_chosen")
ONE_ELIGIBLE = "The one tenant is eligible: every requirement is met, access is verified."
COUNTS = "4 meet every requirement, 4 have verified access"
WIDE = 10_000


def no_license(name):
    return verdict(
        "unmet",
        "license.none",
        message=f"{name} has no license.",
        remedy=f"Billing Administrator of {name}: buy a license.",
    )


@pytest.mark.parametrize(
    ("report", "head"),
    [
        (report_of(), "No tenant is declared."),
        (report_of(("A", {})), ONE_ELIGIBLE),
        (
            report_of(("A", {}), ("B", {})),
            "All 2 tenants are eligible: every requirement is met, access is verified.",
        ),
        (report_of(("A", {}), access=False), "The one tenant meets every requirement; access was not looked at."),
        (
            report_of(("A", {}), ("B", {}), access=False),
            "All 2 tenants meet every requirement; access was not looked at.",
        ),
        (
            report_of(("A", {"sign_in": LEFT_OUT, "defender": LEFT_OUT})),
            f"{ONE_ELIGIBLE} Access was judged by listed; sign_in and defender did not count.",
        ),
        (
            report_of(*FLEET),
            f"3 of 7 tenants are eligible: {COUNTS}; 4 need work, 2 have advice only.",
        ),
        (
            report_of(*FLEET, access=False),
            "4 of 7 tenants meet every requirement; 3 do not, 2 have advice.",
        ),
    ],
)
def test_head(report, head):
    assert summary_of(report, width=WIDE)[0] == head


def test_all_is_well_is_one_line():
    assert summary_of(report_of(("A", {}))) == [ONE_ELIGIBLE]


def test_problem_and_remedy_by_who_has_to_act_the_urgent_ones_first():
    assert (
        summary_of(report_of(*FLEET), width=79)[2:]
        == """
Who acts first: Partner administrator of Northwind
- GDAP relationship 'Solberg SOC' with Solberg Havbruk AS expired on
  2026-11-11. Request a new GDAP relationship in Partner Center
  (https://partner.microsoft.com/commerce/granularadminaccess/list). Global
  Administrator of Solberg Havbruk AS: approve it.

Conditional Access Administrator of Banco Ribeira S.A.
- A Conditional Access policy of Banco Ribeira S.A. refuses the sign-in of
  anna@northwind.example. Find the sign-in in the sign-in log and allow it.

Billing Administrator of Tannenhof Hotels GmbH
- Tannenhof Hotels GmbH has no license. Buy a license.

Administrator of Nordlys Shipping A/S
- Your app does not exist in Nordlys Shipping A/S: nobody has consented to it
  there. Open
  https://login.microsoftonline.com/x/adminconsent?client_id=66666666-7777-8888-9999-000000000000&state=a
  and accept.

Advice (2 tenants)
- Piekarnia Kłos Sp. z o.o.: What mfa_trust.not_accepted says. Security
  Administrator of Northwind: turn on trust.
- Castellano Vini S.p.A.: The relationship ends in 18 days. Somebody looks.
""".rstrip().split("\n")
    )


def test_tenant_with_two_kinds_is_below_both_headings():
    both = {"license": no_license("Contoso"), "mfa_trust": verdict("unmet", "mfa_trust.not_accepted")}
    headings = [line for line in summary_of(report_of(("Contoso", both)))[1:] if line and line[0] not in " -"]
    assert headings[-2:] == ["Who acts first: Billing Administrator of Contoso", "Advice"]


@pytest.mark.parametrize(
    ("count", "entries"),
    [
        (1, ["T1 Ltd has no license. Buy a license."]),
        (3, [f"T{n} Ltd has no license. Buy a license." for n in (1, 2, 3)]),
        (4, ["T1 Ltd has no license. The same in T2 Ltd, T3 Ltd and T4 Ltd. Buy a license."]),
        (9, ["T1 Ltd has no license. The same in T2 Ltd, T3 Ltd, T4 Ltd and 5 more. Buy a license."]),
    ],
)
def test_more_than_three_alike_share_an_entry(count, entries):
    names = [f"T{number} Ltd" for number in range(1, count + 1)]
    lines = summary_of(report_of(*((name, {"license": no_license(name)}) for name in names)), width=WIDE)
    who = "T1 Ltd" if count == 1 else f"each tenant ({count} tenants)"
    assert lines[2:] == [f"Who acts first: Billing Administrator of {who}", *(f"- {entry}" for entry in entries)]


def test_what_differs_from_tenant_to_tenant_is_said_for_the_first():
    rows = [
        (f"T{n} Ltd", {"license": verdict("unmet", "license.none", remedy=f"Administrator of T{n} Ltd: open {n}.")})
        for n in range(1, 6)
    ]
    assert summary_of(report_of(*rows), width=WIDE)[-1] == (
        "- What license.none says. This concerns T1 Ltd, T2 Ltd, T3 Ltd and 2 more. For T1 Ltd: open 1."
    )


def test_what_is_wrong_at_home_is_not_said_of_a_tenant():
    rows = [finding(number, "sign_in.secret_wrong", app="the app", said="AADSTS7000215: No.") for number in range(5)]
    lines = summary_lines(fleet(5, *rows), width=WIDE)
    assert lines[2:] == [
        "Who acts first: Ansible administrator of the home tenant (5 tenants)",
        (
            "- The client secret is not a secret of app the app: AADSTS7000215: No. This concerns Tenant 0 Ltd,"
            " Tenant 1 Ltd, Tenant 2 Ltd and 2 more. Set client_secret (or MTO_CLIENT_SECRET in the environment) to"
            " the value of the secret, not to its id."
        ),
    ]


def test_who_keeps_many_tenants_waiting_acts_first():
    """The operator's sign-in leaves everything open: no tenant's own work comes before it."""
    waiting = [finding(number, "identity.operator_needed") for number in range(5)]
    lines = summary_lines(fleet(6, finding(5, "license.none"), *waiting))
    first = next(line for line in lines if line.startswith("Who acts first: "))
    assert first == f"Who acts first: {waiting[0].remedy.partition(': ')[0]} (5 tenants)"


def test_the_same_in_several_tenants_is_said_for_each_tenant():
    rows = [finding(number, "registration.not_registered", portal="https://mto") for number in range(4)]
    text = " ".join(" ".join(summary_lines(fleet(4, *rows))).split())
    assert "Open https://mto, select Add tenants, select each tenant, and select Add." in text


def test_nobody_acts_first_where_no_action_is_needed():
    row = verdict("unmet", "access.gdap_activating", remedy="No action needed. Run again in an hour.")
    assert summary_of(report_of(("Contoso", {"access": row})))[-2:] == [
        "No action needed now",
        "- Contoso: What access.gdap_activating says. Run again in an hour.",
    ]


def fleet(count, *findings):
    """The report of that many tenants with these findings."""
    run = RunInfo("2026-11-27T12:00:00Z", tenant_id(0), "anna@northwind.example", "public")
    summary = Summary(count, 0, 0, 0, 0, 0, len(findings))
    return Report(run, None, summary, (), None, tuple(findings), ())


@pytest.mark.parametrize(
    ("tenants", "broken", "screens"), [(0, 0, 1), (1, 1, 1), (25, 11, 1), (25, 25, 1), (1000, 600, 2), (1000, 1000, 2)]
)
@pytest.mark.parametrize("width", [79, 120])
def test_a_screen_for_few_and_two_for_many(tenants, broken, screens, width):
    numbers = range(1, broken + 1)
    findings = [finding(n, reason) for n, reason in zip(numbers, itertools.cycle(ACTIONABLE), strict=False)]
    lines = summary_lines(fleet(tenants, *findings), width=width, report_file="/srv/mto/report.html")
    assert len(lines) <= screens * SCREEN
    # An address is never cut.
    assert [line for line in lines if len(line) > width and " " in line.strip().removeprefix("- ")] == []
    if broken == 1000:
        assert lines[-1].endswith("see /srv/mto/report.html.")


def test_a_large_fleet_with_one_problem_is_a_few_lines():
    lines = summary_lines(fleet(1000, *(finding(n) for n in range(1, 1001))))
    assert len(lines) < 10
    assert lines[3] == "Who acts first: Billing Administrator of each tenant (1000 tenants)"


def test_short_text_keeps_the_point_and_the_number_of_the_error():
    crowd = [finding(n, reason) for n, reason in enumerate(["permissions.no_role", *ACTIONABLE[:10]], 1)]
    first = finding(90, "sign_in.conditional_access", said="AADSTS53003: Blocked. Trace ID: 1", who="the operator")
    text = " ".join(line.strip() for line in summary_lines(fleet(25, first, *crowd)))
    assert "AADSTS53003. Find the sign-in" in text
    assert "Trace ID" not in text
    # Who that is has been said where they act.
    assert "- anna holds none" in text


@given(
    st.lists(st.tuples(st.sampled_from(ACTIONABLE), st.sampled_from(["", "S.A.", "A: B", "Ö & Co."])), max_size=60),
    st.integers(30, 200),
)
def test_every_tenant_is_named_or_counted(rows, width):
    findings = [finding(n, reason, name and f"{name} {n}") for n, (reason, name) in enumerate(rows, 1)]
    lines = summary_lines(fleet(len(rows) or 1, *findings), width=width)
    text = " ".join(line.removeprefix("- ").strip() for line in lines)
    left = int(text.rpartition("And ")[2].split()[0]) if text.endswith("see the report.") else 0
    hidden = sum(int(part.split()[-1]) for part in text.split(" more. ")[:-1] if part.split()[-1].isdigit())
    named = sum(1 for row in findings if row.tenant_name in text)
    assert named + hidden + left >= len(findings)
    assert len(lines) <= SCREEN


@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if name])
def test_hostile_name_stays_on_its_line(name):
    lines = summary_of(report_of((name, {"license": no_license(name)})), width=WIDE)
    assert len(lines) == 4
    assert shortened(one_line(name), 32) in lines[-1]
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("foreign", "shown"),
    [
        (None, ""),
        (7, "7"),
        ("  a\t\n b\x85c\u2028d ", "a b c d"),
        ("\x1b[31;1mRed\x1b[0m", "Red"),
        ("\x9b2JClear", "Clear"),
        ("\x1b]0;title\x07shown", "]0;titleshown"),
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("\ud800a\ufffe\x00\x7f", "a"),
        ("\u0646\u200c\u0645 👩\u200d💻", "\u0646\u200c\u0645 👩\u200d💻"),
    ],
)
def test_one_line(foreign, shown):
    assert one_line(foreign) == shown


def test_words():
    assert [listed_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert [shortened("abcdef", most) for most in (6, 5)] == ["abcdef", "abcd…"]
