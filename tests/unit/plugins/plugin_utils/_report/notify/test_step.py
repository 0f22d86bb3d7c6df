# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run after run: each change reaches each channel once, whatever was missed, repeated, refused or lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import random

import pytest
from pages.report_rows import NO_LICENSE, NOT_CHOSEN, caveat, tenant_id, verdict
from runs import compared, judged

from ansible_collections.m365.defender.plugins.module_utils._core.model import Expiry
from ansible_collections.m365.defender.plugins.module_utils._core.times import timestamp
from ansible_collections.m365.defender.plugins.plugin_utils._report.model import TenantExpiry
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.memory import FILE_NAME, Memory
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.options import parse_routes
from ansible_collections.m365.defender.plugins.plugin_utils._report.notify.step import notify_step
from ansible_collections.m365.defender.plugins.plugin_utils._report.states import Acceptance

SLACK = {"to": "slack", "url": "https://hooks.slack.com/services/T0/B0/secret"}
TEAMS = {"to": "teams", "url": "https://teams.example/secret"}
THROTTLED = verdict("unknown", "read.throttled")
BROKEN, FINE = {"license": NO_LICENSE}, {}


class Nights:
    """Runs in a row, a day apart, each compared with the one before, and what the channels were sent."""

    def __init__(self, directory):
        self.directory, self.day, self.report, self.refused = directory, 0, None, False
        self.drift(FINE)
        assert self.notify() == []

    def drift(self, verdicts, *, lost=False, **changes):
        self.day += 1
        moment = dt.datetime(2026, 10, 31, 4, tzinfo=dt.UTC) + dt.timedelta(days=self.day)
        report = judged({1: verdicts, 2: FINE}, timestamp(moment))
        self.report = dataclasses.replace(compared(report, None if lost else self.report), **changes)
        return self

    def accept(self):
        accepted = Acceptance("why", "Anna", "2999-01-01")
        findings = [dataclasses.replace(f, state="accepted", acceptance=accepted) for f in self.report.findings]
        self.report = dataclasses.replace(self.report, findings=tuple(findings))
        return self

    def notify(self, *entries):
        """What was sent, as its subjects end."""
        sent = []

        def send(message):
            if self.refused and message.route.channel == "slack":
                return "HTTP 500"
            sent.append(f"{message.route.channel}: {message.subject.partition(': ')[2]}")
            return ""

        memory = Memory("report_dir", self.directory)
        result = notify_step(self.report, parse_routes(entries or (SLACK,), {}), memory, send)
        assert result["changed"] is bool(sent)
        assert bool(result["failure"]) is ("Not sent" in str(result["lines"]))
        return sent


@pytest.fixture
def nights(tmp_path):
    return Nights(tmp_path)


def test_change_and_its_end_are_told_once(nights):
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]
    assert nights.notify() == []
    assert nights.drift(BROKEN).notify() == []
    assert nights.drift(FINE).notify() == ["slack: 1 resolved"]
    assert nights.notify() == []
    assert nights.drift(FINE).notify() == []


def test_run_that_nobody_was_told_of_loses_nothing(nights):
    nights.drift(BROKEN)
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]
    nights.drift(FINE)
    assert nights.drift(FINE).notify() == ["slack: 1 resolved"]
    nights.drift(BROKEN)
    assert nights.drift(FINE).notify() == []


def test_what_was_gone_meanwhile_is_told_again(nights):
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]
    nights.drift(FINE)
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]
    assert nights.drift(BROKEN).notify() == []


def test_refused_message_comes_with_the_next_run_and_others_get_theirs_once(nights):
    assert nights.notify(SLACK, TEAMS) == []
    nights.drift(BROKEN).refused = True
    assert nights.notify(SLACK, TEAMS) == ["teams: 1 new"]
    assert nights.notify(SLACK, TEAMS) == []
    nights.drift(BROKEN).refused = False
    assert nights.notify(SLACK, TEAMS) == ["slack: 1 new"]
    assert nights.notify(SLACK, TEAMS) == []


def test_new_channel_that_refuses_its_first_message_gets_it_later(nights):
    nights.drift(BROKEN).refused = True
    other = {**SLACK, "url": "https://hooks.slack.com/other"}
    assert nights.notify(other) == []
    nights.drift(BROKEN).refused = False
    assert nights.notify(other) == ["slack: 1 new"]


def test_failing_channel_is_named_without_its_address(nights):
    nights.drift(BROKEN)
    memory = Memory("report_dir", nights.directory)
    result = notify_step(nights.report, parse_routes([TEAMS], {}), memory, lambda _message: "HTTP 500")
    assert result["failure"] == (
        "notify[0].url: the webhook of teams did not take the message (HTTP 500); check it, and run"
        " m365.defender.notify again: it sends only what was not taken."
    )
    mail = parse_routes([{"to": "mail", "mail": ["a@b.example"]}], {})
    result = notify_step(nights.report, mail, memory, lambda _message: "no route to host")
    assert result["failure"].startswith("notify[0]: the mail was not sent (no route to host); check smtp, and run")


def test_new_channel_is_told_what_is_new_in_the_run_and_not_all_that_is_open(nights):
    nights.drift(BROKEN).notify()
    assert nights.drift({**BROKEN, "mfa_trust": THROTTLED}).notify(TEAMS, SLACK) == ["teams: 1 new", "slack: 1 new"]
    # For something else, it is another channel.
    assert nights.drift(BROKEN).notify({**TEAMS, "only": {"reason": ["license.*"]}}) == []


def test_what_could_not_be_read_is_not_over_and_not_new_again(nights):
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]
    assert nights.drift({"license": THROTTLED}).notify() == ["slack: 1 new"]
    assert nights.drift(BROKEN).notify() == ["slack: 1 resolved"]
    nights.drift({"license": THROTTLED})
    assert nights.drift(FINE).notify() == ["slack: 1 resolved"]


def test_what_is_no_longer_looked_for_is_not_called_resolved(nights):
    trust = {"sign_in": verdict("unmet", "sign_in.mfa_required")}
    assert nights.drift(trust).notify() == ["slack: 1 new"]
    assert nights.drift({"sign_in": verdict(*NOT_CHOSEN)}).notify() == []


def test_what_is_accepted_is_not_told_and_its_end_of_acceptance_is(nights):
    nights.drift(BROKEN).accept()
    assert nights.notify() == []
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]
    nights.drift(BROKEN).accept()
    assert nights.notify() == []
    assert nights.drift(FINE).notify() == []


def test_lost_report_repeats_nothing(nights):
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]
    assert nights.drift(BROKEN, lost=True).notify() == []
    assert nights.drift(FINE, lost=True).notify() == ["slack: 1 resolved"]


def test_report_of_another_operator_is_told_for_itself(nights):
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]
    own = nights.report
    run = dataclasses.replace(own.run, operator="ben@northwind.example")
    nights.report = dataclasses.replace(compared(judged({1: FINE})), run=run)
    assert nights.notify() == []
    nights.report = own
    assert nights.notify() == []


def ending(*ends):
    rows = (Expiry("gdap_relationship", "r", "SOC", moment, 1, auto_extend=False) for moment in ends)
    return tuple(TenantExpiry(tenant_id(1), "Tenant 1", row) for row in rows)


def test_end_is_told_at_seven_days_and_at_one(nights):
    counts = [nights.drift(FINE, expiries=ending("2026-11-15T03:00:00Z")).notify() for _day in range(16)]
    days = [f"2026-11-{number + 2:02d}" for number, sent in enumerate(counts) if sent]
    assert days == ["2026-11-08", "2026-11-14"]
    assert {text for sent in counts for text in sent} == {"slack: 1 ends soon"}


def test_end_is_told_though_the_run_at_seven_days_was_missed_and_again_where_it_moved(nights):
    for _day in range(2, 10):
        nights.drift(FINE, expiries=ending("2026-11-15T03:00:00Z"))
    assert nights.notify() == ["slack: 1 ends soon"]
    assert nights.drift(FINE, expiries=ending("2026-11-16T03:00:00Z")).notify() == ["slack: 1 ends soon"]
    assert nights.notify() == []


def test_end_that_could_not_be_read_for_a_night_is_not_told_again(nights):
    soon = ending("2026-11-06T03:00:00Z")
    assert nights.drift(FINE, expiries=soon).notify() == ["slack: 1 ends soon"]
    assert nights.drift(FINE, expiries=()).notify() == []
    assert nights.drift(FINE, expiries=soon).notify() == []
    assert nights.drift(FINE, expiries=soon).notify() == ["slack: 1 ends soon"]
    nights.drift(FINE, expiries=()).notify()
    nights.drift(FINE, expiries=()).notify()
    assert json.loads((nights.directory / FILE_NAME).read_text())["channels"].popitem()[1]["ends"] == {}


def test_nothing_is_kept_where_nothing_is_sent(tmp_path):
    report = compared(judged({1: BROKEN}))
    memory = Memory("report_dir", tmp_path)
    result = notify_step(report, parse_routes([SLACK], {}), memory, None)
    assert (result["changed"], len(result["messages"]), result["failure"]) == (False, 1, "")
    assert result["lines"] == ["Not sent to slack: Defender multitenant management: 1 new."]
    assert [*tmp_path.iterdir()] == []


def test_file_has_no_address_and_is_for_its_owner(nights):
    nights.drift(BROKEN).notify(SLACK, TEAMS)
    path = nights.directory / FILE_NAME
    assert path.stat().st_mode & 0o777 == 0o600
    assert not any(word in path.read_text() for word in ("secret", "hooks.", "teams.example"))


def test_channels_that_nobody_uses_are_forgotten(nights):
    for number in range(60):
        nights.notify({**SLACK, "url": f"https://hooks.slack.com/{number}"}, SLACK)
    assert (nights.directory / FILE_NAME).read_text().count('"ends"') == 50
    assert nights.drift(BROKEN).notify() == ["slack: 1 new"]


def test_any_order_of_drift_and_notify_ends_with_the_truth(tmp_path):
    """Whatever is missed or refused: with a message after it, a channel knows what the last report says."""
    chance = random.Random(18)  # noqa: S311
    nights = Nights(tmp_path)
    for _night in range(60):
        nights.drift(chance.choice((BROKEN, FINE, {"license": THROTTLED})))
        nights.refused = chance.random() < 0.3
        if chance.random() < 0.5:
            nights.notify()
        nights.refused = False
        if chance.random() < 0.3:
            nights.notify()
            (told,) = json.loads((tmp_path / FILE_NAME).read_text())["channels"].values()
            found = {finding.id for finding in nights.report.findings}
            assert found <= {*told["findings"]} <= found | {finding.id for finding in nights.report.unread}
            assert nights.notify() == []


def test_caveat_of_a_check_that_is_met_is_told_as_any_other(nights):
    ending_soon = {"access": verdict(caveats=[caveat("access.gdap_expiring", actionable=True)])}
    assert nights.drift(ending_soon).notify() == ["slack: 1 new"]
    assert nights.drift(FINE).notify() == ["slack: 1 resolved"]
