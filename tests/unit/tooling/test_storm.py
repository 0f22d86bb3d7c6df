# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The oracle of the storm sees what it is there for."""

from __future__ import annotations

import collections
import random
import types
import typing as t

import pytest

from storm.kinds import KINDS
from storm.modes import MODES, Claims, Outcome
from storm.oracle import judge
from storm.plan import Job, Planner, parse_case
from storm.proxy import Fault, Judgement
from storm.watch import Watch
from storm.wire import Request

HOME, A, B = "home", "tenant-a", "tenant-b"
CALM = Claims(
    (A, B),
    {A: {"license": ("met", "license.present")}, B: {"license": ("unmet", "license.none")}},
    frozenset({A}),
)


def result(a: tuple[str, str], b: tuple[str, str] = ("unmet", "license.none"), *, ready: bool = False) -> t.Any:
    rows = {
        tenant: {"ready": ready, "requirements": {"license": {"status": status, "reason": reason}}}
        for tenant, (status, reason) in ((A, a), (B, b))
    }
    return {"ansible_facts": {"mto_requirements": rows}}


def failures(judgement: Judgement, returned: t.Any, *, tenant: str = HOME, **changes: t.Any) -> set[str]:
    fault = Fault(KINDS["body-null"], tenant, "graph-batch", None, 1, hits=1, judgement=judgement)
    stage: t.Any = types.SimpleNamespace(watch=Watch(), oversized=[], home=HOME)
    stage.watch.add("access token", "eyJhead.payload-of-the-token.signature-of-the-token")
    outcome = Outcome(**{"text": "", "result": returned, "error": "", "seconds": 1.0, "cpu": 1.0, **changes})
    found = judge(MODES["facts"], CALM, 1.0, outcome, [fault], stage, 4.0, 0, slow=False)
    return {failure.what for failure in found}


MET, UNMET, UNKNOWN = ("met", "license.present"), ("unmet", "license.none"), ("unknown", "read.failed")


@pytest.mark.parametrize(
    ("judgement", "a", "b", "expected"),
    [
        ("garbage", MET, UNMET, set()),
        ("garbage", UNKNOWN, UNKNOWN, set()),
        ("garbage", ("met", "license.other"), UNMET, set()),
        ("garbage", UNMET, UNMET, {"false unmet"}),
        ("garbage", MET, ("unmet", "license.other"), {"false unmet"}),
        ("garbage", MET, MET, {"false met"}),
        ("garbage", ("not_applicable", "x"), UNMET, {"false met"}),
        ("word", UNMET, UNMET, set()),
        ("word", MET, MET, {"false met"}),
        ("doubt", UNMET, MET, set()),
    ],
)
def test_a_verdict_is_calm_or_unknown(
    judgement: Judgement, a: tuple[str, str], b: tuple[str, str], expected: set[str]
) -> None:
    assert failures(judgement, result(a, b)) == expected


def test_a_tenant_that_is_in_order_without_reason() -> None:
    assert failures("garbage", result(MET, UNMET, ready=True)) == {"false met"}


def test_another_tenant_keeps_its_verdicts() -> None:
    assert failures("garbage", result(UNKNOWN), tenant=A) == set()
    assert failures("garbage", result(UNKNOWN, UNKNOWN), tenant=A) == {"other tenant changed"}


def test_a_row_that_is_missing() -> None:
    short = result(MET)
    del short["ansible_facts"]["mto_requirements"][A]
    assert failures("garbage", short) == {"lost rows"}
    assert failures("garbage", {"failed": True, "msg": "no"}) == {"lost rows"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"error": "ValueError"}, {"exception"}),
        ({"seconds": 60.0}, {"overrun"}),
        ({"cpu": 60.0}, {"cpu"}),
        ({"text": "Bearer eyJhead.payload-of-the-token.signature-of-the-token"}, {"secret in result"}),
        ({"text": "cut off: ...signature-of-the-token"}, {"secret in result"}),
        ({"text": "eyJhead"}, set()),
    ],
)
def test_what_concerns_the_whole_run(changes: dict[str, t.Any], expected: set[str]) -> None:
    assert failures("garbage", result(MET), **changes) == expected


def test_a_token_for_another_host_is_noticed() -> None:
    watch = Watch()
    watch.tokens["t" * 40] = (A, "graph")
    request = Request("GET", "/", (("Authorization", f"Bearer {'t' * 40}"),), b"")
    watch.request("graph", request)
    assert watch.astray == []
    watch.request("arm", request)
    watch.stranger(request.text)
    assert len(watch.astray) == 2


def test_there_are_many_kinds_and_each_meets_home_and_a_target() -> None:
    assert len(KINDS) >= 60
    seen = {
        ("facts", 0, False): collections.Counter({(t, place): 2 for t in (HOME, A, B) for place in ("graph-batch",)}),
        ("access", 0, False): collections.Counter({(t, "token-app"): 1 for t in (HOME, A, B)}),
    }
    planner, met = Planner(random.Random(1), seen, HOME), set()
    kinds = [kind for kind in KINDS.values() if kind.fits("graph-batch") or kind.fits("token-app")]
    for job in planner.jobs(kinds, kinds):
        if planner.rounds:
            break
        met |= {(fault.kind.name, fault.tenant == HOME) for fault in job.faults}
    assert {name for name, home in met if home} == {kind.name for kind in kinds}
    assert len({name for name, home in met if not home}) > 0.9 * len(kinds)


def test_a_case_names_its_fault() -> None:
    fault = Fault(KINDS["status-503"], "10000000-0000-4000-8000-000000000001", "graph-batch", 3, 17)
    job = Job("facts-app", 2, (fault,), paged=True)
    again = parse_case(job.case(fault))
    assert (again.mode, again.chunk, again.paged) == ("facts-app", 2, True)
    assert str(again.faults[0]) == str(fault)
    with pytest.raises(ValueError, match="not a case"):
        parse_case("status-503")
