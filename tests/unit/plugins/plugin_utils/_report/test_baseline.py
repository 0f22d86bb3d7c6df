# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is accepted fails nothing, and an acceptance that does not do what it should is a finding of its own."""

from __future__ import annotations

import json

import pytest
from pages.report_rows import GENERATED_AT, NO_LICENSE, NOT_CHOSEN, tenant_id, verdict
from runs import LATER, compared, judged

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.plugin_utils._report import actors
from ansible_collections.m365.defender.plugins.plugin_utils._report.baseline import MOST_FINDINGS, Entry, read_baseline
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance
from ansible_collections.m365.defender.plugins.plugin_utils._report.summary import summary_lines

TODAY = GENERATED_AT[:10]
WORLD = {1: {"license": NO_LICENSE}, 2: {"license": NO_LICENSE}, 3: {}}
FIRST = judged(WORLD)
ID = FIRST.findings[0].id


def entry(until=TODAY, **pattern):
    return Entry(**{**dict.fromkeys(("id", "reason", "tenant", "check"), ""), **pattern}, acceptance=accepted(until))


def accepted(until):
    return Acceptance("It is sold in May.", "Anna Berg", until)


@pytest.mark.parametrize(
    ("entries", "tenants", "about"),
    [
        ([entry(id=ID)], [1], []),
        ([entry(reason="license.none")], [1, 2], []),
        ([entry(reason="license.none", tenant=tenant_id(2).upper())], [2], []),
        ([entry(reason="license.none", tenant="tenant 2")], [2], []),
        ([entry(reason="license.none", check="license")], [1, 2], []),
        ([entry(reason="license.none", check="access")], [], ["acceptance.unused"]),
        ([entry(reason="license.suspended")], [], ["acceptance.unused"]),
        ([entry(id="0" * 20)], [], ["acceptance.unused"]),
        ([entry(tenant="Tenant 1")], [], ["acceptance.too_wide"]),
        ([entry(check="license", tenant="Tenant 1")], [], ["acceptance.too_wide"]),
        ([entry("2026-11-22", id=ID)], [], ["acceptance.expired"]),
        ([entry("2026-11-22", id="gone")], [], ["acceptance.expired"]),
        ([entry(id=ID), entry(id=ID)], [1], []),
        ([entry(id="x"), entry(id="x"), entry(id="y")], [], ["acceptance.unused"] * 2),
    ],
)
def test_what_an_entry_does(entries, tenants, about):
    report = compared(FIRST, baseline=entries)
    done = [finding for finding in report.findings if finding.state == "accepted"]
    assert [finding.tenant_id for finding in done] == [tenant_id(number) for number in tenants]
    assert {finding.acceptance for finding in done} <= {accepted(TODAY)}
    told = [finding for finding in report.findings if finding.check == "acceptance"]
    assert [finding.reason for finding in told] == about
    for finding in told:
        assert (finding.tenant_id, finding.fail_word, finding.state) == (tenant_id(0), "recommended", "new")
        assert actors.first_step(finding).actor == "Anna Berg"
    assert report.summary.findings == len(report.findings) == 2 + len(about)


@pytest.mark.parametrize(("number", "states"), [(MOST_FINDINGS, {"accepted"}), (MOST_FINDINGS + 1, {"new"})])
def test_pattern_for_too_many_findings_accepts_nothing(number, states):
    world = judged({n: {"license": NO_LICENSE} for n in range(1, number + 1)})
    findings = compared(world, baseline=[entry(reason="license.none")]).findings
    assert {finding.state for finding in findings} == states
    assert ("acceptance.too_wide" in {finding.reason for finding in findings}) == (states == {"new"})


def test_entry_about_what_was_not_checked_is_not_unused():
    before = compared(FIRST, baseline=[entry(reason="license.none")])
    throttled = judged({1: {"license": verdict("unknown", "read.throttled")}}, LATER)
    after = compared(throttled, before, [entry("2026-11-30", reason="license.none")])
    assert [f.reason for f in after.findings] == ["read.throttled"]
    left_out = judged({1: {"sign_in": verdict(*NOT_CHOSEN)}}, LATER)
    assert compared(left_out, None, [entry("2026-11-30", reason="sign_in.mfa_required")]).findings == ()


def test_end_of_an_acceptance_is_news_once_and_keeps_the_age():
    entries = [entry(id=ID)]
    first = compared(judged({1: {"license": NO_LICENSE}}), baseline=entries)
    second = compared(judged({1: {"license": NO_LICENSE}}, LATER), first, entries)
    assert [(f.reason, f.state) for f in second.findings] == [("license.none", "new"), ("acceptance.expired", "new")]
    assert second.findings[0].first_seen == GENERATED_AT
    third = compared(judged({1: {"license": NO_LICENSE}}, "2026-11-25T12:00:00Z"), second, entries)
    assert [f.state for f in third.findings] == ["open", "open"]
    renewed = compared(
        judged({1: {"license": NO_LICENSE}}, "2026-11-26T12:00:00Z"), third, [entry("2027-01-01", id=ID)]
    )
    assert [f.state for f in renewed.findings] == ["accepted"]
    assert [f.reason for f in renewed.resolved] == ["acceptance.expired"]


def test_summary_folds_what_is_accepted():
    lines = summary_lines(compared(FIRST, baseline=[entry("2027-03-01", id=ID)]), width=200)
    text = "\n".join(lines)
    assert "1 finding is accepted and not shown here, the first until 2027-03-01." in lines
    assert " 1 need work" in text
    assert not any(line.startswith("- Tenant 1") for line in lines)


def written(tmp_path, text):
    path = tmp_path / "baseline.yml"
    path.write_text(text if isinstance(text, str) else json.dumps({"accepted": text}), encoding="utf-8")
    return str(path)


GOOD = {"id": "a", "why": "It ends.", "owner": "Anna", "until": "2027-01-31"}


def test_baseline_is_read(tmp_path):
    path = written(tmp_path, "accepted:\n- id: a\n  why: It ends.\n  owner: Anna\n  until: 2027-01-31\n")
    assert read_baseline("baseline", path) == read_baseline("baseline", written(tmp_path, [GOOD]))
    assert read_baseline("baseline", written(tmp_path, [])) == []
    many = [{**GOOD, "id": str(number)} for number in range(500)]
    assert len(read_baseline("baseline", written(tmp_path, many))) == 500


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "is not a dictionary with only the list accepted; correct it, as https://"),
        ("accepted: {}", "is not a dictionary with only the list accepted"),
        ("accepted: []\nmore: 1", "is not a dictionary with only the list accepted"),
        ("accepted: [", "is not valid YAML"),
        ("accepted: &a []", "uses an alias or an anchor"),
        ("accepted:\n- id: a\n  id: b", "(line 3) has the same key twice"),
        ([7], "entry 1: the body must be a dictionary; correct it"),
        ([GOOD, {**GOOD, "reson": "a"}], "entry 2: 'reson' is not a key (did you mean 'reason'?); correct it"),
        ([{**GOOD, "id": ""}], "entry 1: id must be a string that is not empty; "),
        ([{key: GOOD[key] for key in ("why", "owner", "until")}], "it does not say what is accepted: give an id or"),
        ([{**GOOD, "why": None}], "entry 1: why is missing; it must be a string; "),
        ([{**GOOD, "owner": "Team: blue"}], "owner must be a person or a team, in at most 100 characters without a"),
        ([{**GOOD, "until": "soon"}], "until must be a day such as 2027-01-31; "),
        ([{**GOOD, "until": "2027-02-30"}], "until must be a day such as 2027-01-31; "),
        ([{**GOOD, "until": 20270131}], "until must be a day such as 2027-01-31; "),
    ],
)
def test_mistake_in_a_baseline_is_one_sentence(tmp_path, content, words):
    path = written(tmp_path, content)
    with pytest.raises(OptionError) as refused:
        read_baseline("mto_baseline", path)
    assert str(refused.value).startswith(f"mto_baseline: {path}")
    assert words in str(refused.value)
