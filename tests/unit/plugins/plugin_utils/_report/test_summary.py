# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The summary: the head line, a line per tenant, folding, sections, foreign names."""

from __future__ import annotations

import pytest
from pages.report_rows import FLEET, HOSTILE_NAMES, report_of, verdict

from ansible_collections.m365.defender.plugins.filter.mto_summary import mto_summary
from ansible_collections.m365.defender.plugins.module_utils._core.text import listed_words, one_line, shortened

LEFT_OUT = verdict("unknown", "check.not_chosen")
ONE_ELIGIBLE = "The one tenant is eligible: every requirement is met, access is verified."
COUNTS = "4 meet every requirement, 4 have verified access"
NO_LICENSE = verdict("unmet", "license.none")


def no_license(name):
    return verdict("unmet", "license.none", remedy=f"Billing Administrator of {name}: buy a license.")


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
    assert mto_summary(report)[0] == head
    assert mto_summary(report, sections=True)[0] == head


def test_all_is_well_is_one_line():
    assert len(mto_summary(report_of(("A", {})))) == len(mto_summary(report_of(("A", {})), sections=True)) == 1


def test_lines_say_who_must_do_what_urgent_ones_first():
    lines = mto_summary(report_of(*FLEET))
    assert [line[:35].rstrip() for line in lines[1:]] == [
        "NOT MET  Solberg Havbruk AS",
        "NOT MET  Tannenhof Hotels GmbH",
        "NOT MET  Banco Ribeira S.A.",
        "UNKNOWN  Nordlys Shipping A/S",
        "advice   Piekarnia Kłos Sp. z o.o.",
        "advice   Castellano Vini S.p.A.",
    ]
    assert lines[2] == (
        "NOT MET  Tannenhof Hotels GmbH      license.none: Billing Administrator of Tannenhof Hotels GmbH: buy a"
        " license."
    )


def test_sections_are_the_kinds_with_their_counts():
    lines = mto_summary(report_of(*FLEET), sections=True)
    assert [line for line in lines[1:] if not line.startswith("  ")] == [
        "Access lost: 2 findings",
        "Not met: 1 finding",
        "Could not check: 1 finding",
        "Advice: 2 findings",
    ]
    assert (
        "  Tannenhof Hotels GmbH  license.none: Billing Administrator of Tannenhof Hotels GmbH: buy a license." in lines
    )


def test_tenant_with_two_kinds_stands_in_both_sections():
    both = {"license": NO_LICENSE, "mfa_trust": verdict("unmet", "mfa_trust.not_accepted")}
    assert [line.split(":")[0] for line in mto_summary(report_of(("Contoso", both)), sections=True)[1:]] == [
        "Not met",
        "  Contoso  license.none",
        "Advice",
        "  Contoso  mfa_trust.not_accepted",
    ]
    assert mto_summary(report_of(("Contoso", both)))[1].startswith("NOT MET  Contoso  license.none (+1 more): ")


@pytest.mark.parametrize("sections", [False, True])
def test_more_than_three_alike_are_folded(sections):
    names = [f"Tenant {word}" for word in ("one", "two", "three", "four", "five")]
    report = report_of(*((name, {"license": no_license(name)}) for name in names))
    line = mto_summary(report, sections=sections)[-1]
    assert line.strip().removeprefix("NOT MET  ") == (
        "5 tenants (Tenant one, Tenant two, Tenant three and 2 more)  license.none:"
        " Billing Administrator of each tenant: buy a license."
    )


def test_three_alike_have_a_line_each():
    names = ["Contoso", "Fabrikam", "Tailspin"]
    lines = mto_summary(report_of(*((name, {"license": no_license(name)}) for name in names)))
    assert [line.split()[2] for line in lines[1:]] == names


def test_name_that_is_a_word_of_the_sentence_is_left_there():
    row = verdict("unmet", "license.none", remedy="Buy a licence.")
    assert mto_summary(report_of(*[("a", {"license": row})] * 4))[1].endswith(": Buy a licence.")


def test_what_differs_beyond_the_name_is_not_folded():
    rows = [(f"T{n} Ltd", {"license": verdict("unmet", "license.none", remedy=f"Open {n}.")}) for n in range(5)]
    assert len(mto_summary(report_of(*rows))) == 6


def test_folded_line_counts_what_else_there_is():
    both = {"license": NO_LICENSE, "mfa_trust": verdict("unmet", "mfa_trust.not_accepted")}
    assert "license.none (+4 more): " in mto_summary(report_of(*((f"T{n} Ltd", both) for n in range(4))))[1]


@pytest.mark.parametrize("sections", [False, True])
@pytest.mark.parametrize("name", [name for name in HOSTILE_NAMES if name])
def test_hostile_name_stays_on_its_line(name, sections):
    lines = mto_summary(report_of((name, {"license": no_license(name)})), sections=sections)
    assert len(lines) == 2 + sections
    assert one_line(name) in lines[-1]
    assert lines[-1].isprintable()


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
