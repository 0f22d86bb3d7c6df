# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults between a write and its answer, and runs that end anywhere: nothing is written twice, and all comes right."""

from __future__ import annotations

import collections
import datetime as dt
import multiprocessing
import os
import signal
import threading
import time
import typing as t

import pytest
from remedy_runs import ASSIGNED, WANTED, Remedies, rows_of
from worlds import guest_tenant, tenant, tenant_id, write_world

from ansible_collections.m365.defender.plugins.module_utils._core.times import utc_now
from ansible_collections.m365.defender.plugins.module_utils._remedies.journal import SETTLES, Journal
from ansible_collections.m365.defender.plugins.module_utils._remedies.writer import Writer
from ansible_collections.m365.defender.plugins.modules import mto_remedy
from lab.process import start_lab

GDAP = "/tenantRelationships/delegatedAdminRelationships"
ALL = ("gdap_auto_extend", "gdap_assignment", "gdap_request", "mfa_trust", "guest_invitation")
READERS = ["Security Reader", "Directory Readers"]
UNTRUSTED = {"partner": {"mfa": False, "compliant_device": True}}
SOC = {"name": "SOC", "roles": READERS, "assignments": [{"group": "SOC analysts"}]}
ENDING, HELPED, NOTHING, STRICT, STRANGER = range(1, 6)
IDS = [tenant_id(number) for number in range(1, 6)]
# What each remedy sends: GDAP at home, the rest in the tenant.
AT_HOME = (
    {"method": "PATCH", "path": GDAP},
    {"method": "POST", "path": f"{GDAP}/[^/]+/accessAssignments"},
    {"method": "POST", "path": f"{GDAP}$"},
    {"method": "POST", "path": f"{GDAP}/[^/]+/requests"},
)
# Longer than a run waits, in seconds.
LATE = 2.5
FAULTS: dict[str, list[dict[str, t.Any]]] = {
    "error before": [{"kind": "error", "status": 500}],
    "throttled": [{"kind": "throttle", "retry_after": "1"}],
    "cut before": [{"kind": "cut_before"}],
    "error after": [{"kind": "error_after", "status": 500}],
    "cut after": [{"kind": "cut_after"}],
    "answer too late": [{"kind": "slow_after", "seconds": 3}],
    "does nothing": [{"kind": "does_nothing"}],
    "somebody else": [{"kind": "changed_meanwhile"}],
    "late by reads": [{"kind": "late", "reads": 12}],
    "late by time": [{"kind": "late", "seconds": LATE}],
    "late and cut": [{"kind": "late", "reads": 12}, {"kind": "cut_after"}],
    "late and unavailable": [{"kind": "late", "seconds": LATE}, {"kind": "error_after", "status": 503}],
}
Row = dict[str, t.Any]


class Clock:
    """The time, for the journal alone."""

    def __init__(self) -> None:
        self.ahead = dt.timedelta()

    def __call__(self) -> dt.datetime:
        return utc_now() + self.ahead


@pytest.fixture
def clock(monkeypatch):
    found = Clock()
    monkeypatch.setattr(mto_remedy, "utc_now", found)
    return found


def customers(faults: t.Sequence[Row]) -> list[Row]:
    """A customer for each remedy."""
    return [
        tenant(ENDING, gdap=[{**SOC, "name": "Ending", "days_left": 10}]),
        tenant(HELPED, gdap=[{**SOC, "name": "Helped", "assignments": [{"group": "Helpdesk"}]}]),
        tenant(NOTHING, gdap=[]),
        tenant(
            STRICT, gdap=[{**SOC, "name": "Strict"}], cross_tenant_access=UNTRUSTED, writer=True, write_faults=faults
        ),
        guest_tenant(STRANGER, guests=[], writer=True, write_faults=faults),
    ]


def lab_of(directory, faults: t.Sequence[Row] = ()):
    at_home = [{**fault, **place} for fault in faults for place in AT_HOME]
    return start_lab(world=write_world(directory, *customers(faults), write_faults=at_home))


ROWS = [
    *rows_of(*customers(())[:1]),
    *rows_of(*customers(())[1:2], **ASSIGNED),
    *rows_of(*customers(())[2:3], **WANTED),
    *rows_of(*customers(())[3:]),
]


def run(user: Remedies, **more: t.Any) -> Row:
    options = {"remedy_confirm": IDS, "remedy_wait": "2s", "timeout": 2, **more}
    return user.run(ROWS, *ALL, **options)


def twice(lab) -> list[tuple[str, ...]]:
    """What was written more than once."""
    counted = collections.Counter((row["method"], row["path"], row["tenant"], row["object"]) for row in lab.writes())
    return [key for key, count in counted.items() if count > 1]


def come_right(user: Remedies, clock: Clock, late: float = 0) -> None:
    """Run again at once, and after the writes have settled; then nothing is left to do, and the journal says so.

    Twice each, but for a run that has found nothing to do: the next one would find the same.
    """
    for _time in range(2):
        found = run(user)
        assert twice(user.lab) == []
        if is_right(found):
            break
    for _time in range(2):
        # The clock of the lab is the real one.
        time.sleep(late)
        clock.ahead += SETTLES
        if is_right(run(user)):
            break
    time.sleep(late)
    written = len(user.writes())
    last = run(user)
    assert is_right(last), last["lines"]
    assert (written, twice(user.lab)) == (6, [])
    agree(user)


def is_right(result: Row) -> bool:
    """Tell whether a run wrote nothing, and waits for nobody but the customers."""
    waiting = {"gdap_request": "waiting", "guest_invitation": "waiting"}
    return not result["writes"] and {row["remedy"]: row["status"] for row in result["remedies"]} == waiting


def agree(user: Remedies) -> None:
    """Check that the journal has every write of the lab as written, and no other one."""
    begun = {entry["id"]: entry for entry in user.entries() if entry["event"] == "begin"}
    ended = {entry["id"]: entry["result"] for entry in user.entries() if entry["event"] == "end"}
    counted = collections.Counter(
        (entry["remedy"], entry["tenant_id"], entry["object"])
        for key, entry in begun.items()
        if ended.get(key) == "written"
    )
    assert len(counted) == sum(counted.values()) == len(user.writes()), user.entries()


@pytest.mark.parametrize("name", FAULTS)
def test_fault_between_write_and_answer(tmp_path, clock, name):
    with lab_of(tmp_path, FAULTS[name]) as lab:
        user = Remedies(lab, tmp_path)
        first = run(user)
        assert twice(lab) == []
        claimed = [row["tenant_id"] for row in first["remedies"] if row["changed"]]
        assert len(claimed) <= len(lab.writes())
        come_right(user, clock, LATE if "time" in name or "unavailable" in name else 0)


class Killed(BaseException):
    """What no code catches."""


POINTS = ("before begin", "after begin", "after send", "before end", "after end")


def killed_at(monkeypatch, point: str, number: int) -> None:
    """Let the run end at this point of its write of that number."""
    place, name = point.split()
    owner: t.Any = Writer if name == "send" else Journal
    real, count = getattr(owner, name), [0]

    def method(self: object, *arguments: object, **more: object) -> object:
        count[0] += 1
        if place == "before" and count[0] == number:
            raise Killed
        found = real(self, *arguments, **more)
        if place == "after" and count[0] == number:
            raise Killed
        return found

    monkeypatch.setattr(owner, name, method)


@pytest.mark.parametrize("number", [1, 3, 6])
@pytest.mark.parametrize("point", POINTS)
def test_run_that_ends_anywhere(tmp_path, clock, monkeypatch, point, number):
    with lab_of(tmp_path) as lab:
        user = Remedies(lab, tmp_path)
        with monkeypatch.context() as patched:
            killed_at(patched, point, number)
            with pytest.raises(Killed):
                run(user)
        come_right(user, clock)


def _run_and_die(user: Remedies, number: int) -> None:
    """Be a process that is killed right after its request has left."""
    real, count = Writer.send, [0]

    def send(self: Writer, *arguments: t.Any) -> object:
        count[0] += 1
        found = real(self, *arguments)
        if count[0] == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    Writer.send = send  # type: ignore[assignment,method-assign]
    run(user)


@pytest.mark.parametrize("number", [2, 5])
def test_process_that_is_killed(tmp_path, clock, number):
    with lab_of(tmp_path) as lab:
        user = Remedies(lab, tmp_path)
        process = multiprocessing.get_context("fork").Process(target=_run_and_die, args=(user, number))
        process.start()
        process.join(60)
        assert process.exitcode == -signal.SIGKILL
        come_right(user, clock)


@pytest.mark.parametrize("journals", ["same", "different"])
def test_two_runs_at_once(tmp_path, clock, journals):
    with lab_of(tmp_path) as lab:
        users = [Remedies(lab, tmp_path), Remedies(lab, tmp_path)]
        if journals == "different":
            users[1].journal = tmp_path / "other.jsonl"
        results: list[Row] = []
        threads = [threading.Thread(target=lambda user=user: results.append(run(user))) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        again = twice(lab)
        if journals == "same":
            assert sorted("another run is using" in result.get("msg", "") for result in results) == [False, True]
            come_right(users[0], clock)
        # Neither has an entity tag: the same state is put there again, or the same guest is invited, without a mail.
        paths = (f"/policies/crossTenantAccessPolicy/partners/{lab['home_tenant_id']}", "/invitations")
        assert {key[1] for key in again} <= set(paths)
