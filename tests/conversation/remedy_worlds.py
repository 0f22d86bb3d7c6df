# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated tenants, a list that names some changes, and the proof that nothing else was written.

As a command, it proves more of them than the tests do: `python -m remedy_worlds LABS TENANTS FIRST_SEED`.
"""

from __future__ import annotations

import collections
import pathlib
import random
import resource
import sys
import tempfile
import typing as t

from remedy_runs import Remedies
from test_facts import facts

from ansible_collections.m365.defender.plugins.module_utils._remedies.registry import REMEDIES
from lab.generator.access import BYSTANDERS, OPERATORS
from lab.process import start_lab
from lab.state.directory import object_id

if t.TYPE_CHECKING:
    from lab.process import Lab

Row = dict[str, t.Any]
_ROLES: t.Final = ("Security Reader", "Global Reader", "Directory Readers")
# The check whose finding each remedy is for.
_CHECK_OF: t.Final = {name: "mfa_trust" if name == "mfa_trust" else "access" for name in REMEDIES}
_IN_TARGET: t.Final = frozenset(name for name, remedy in REMEDIES.items() if remedy.IN_TARGET)


class Declared(t.NamedTuple):
    """What a user asks for."""

    rows: list[Row]
    names: list[str]
    confirmed: list[str]


def declare(lab: Lab, seed: int) -> Declared:
    """Return a list that names changes for some tenants only, and some of the remedies."""
    rng = random.Random(seed)  # noqa: S311 - a list, not a secret
    home = lab["home_tenant_id"]
    groups = [object_id(home, "group", name) for name in (OPERATORS, BYSTANDERS)]
    rows = [{**row, **_gdap(rng, groups)} for row in lab.tenants()]
    names = [name for name in REMEDIES if rng.random() < 0.8] or ["mfa_trust"]
    return Declared(rows, names, [row["tenant_id"] for row in rows if rng.random() < 0.6])


def _gdap(rng: random.Random, groups: list[str]) -> Row:
    terms: Row = {}
    if rng.random() < 0.6:
        terms["assignments"] = [
            {"group": group, "roles": ["Directory Readers"]} for group in groups[: rng.choice((1, 2))]
        ]
    if rng.random() < 0.6:
        terms["roles"] = [*_ROLES[: rng.choice((1, 2))], "Directory Readers"]
        terms["duration"] = rng.choice(("P180D", "P730D"))
    return {"gdap": terms} if terms else {}


def prove(lab: Lab, directory: pathlib.Path, seed: int) -> collections.Counter[str]:
    """Carry out what a list names, and return what was counted. A write without a reason raises AssertionError."""
    asked = declare(lab, seed)
    before = {row["tenant_id"]: row for row in facts(lab, lab.tenants())}
    oracle = {tenant.tenant_id: tenant.expect.verdicts for tenant in lab.world.tenants}
    user = Remedies(lab, directory)
    options: Row = {
        "remedy_confirm": asked.confirmed,
        "max_writes": 1000,
        "remedy_create_partner": bool(seed % 2),
        "remedy_wait": "2s",
    }
    result = user.run(asked.rows, *asked.names, **options)
    assert "remedies" in result, result
    begun = [entry for entry in user.entries() if entry["event"] == "begin"]
    _sent_once(begun, lab.writes())
    told = collections.Counter(f"row {row['status']}" for row in result["remedies"])
    for entry in begun:
        _has_a_reason(entry, asked, before[entry["tenant_id"]], oracle[entry["tenant_id"]])
    written = len(user.writes())
    second = user.run(asked.rows, *asked.names, **options)
    # What was refused may be allowed by now, so that it is tried again.
    again = user.entries()[2 * len(begun) :]
    assert {entry["result"] for entry in again if entry["event"] == "end"} <= {"refused"}, (
        seed,
        again,
        second["lines"],
    )
    assert (second["changed"], len(user.writes())) == (False, written), second["lines"]
    return (
        told
        + collections.Counter(f"write {entry['remedy']}" for entry in begun)
        + collections.Counter(worlds=len(asked.rows), writes=written)
    )


def _sent_once(begun: list[Row], writes: list[Row]) -> None:
    """Check that the lab took only what the journal announces, and each of it once."""
    announced = collections.Counter(tuple(entry["request"].split(" ", 1)) for entry in begun)
    assert announced >= collections.Counter((row["method"], row["path"]) for row in writes)
    for counted in (
        collections.Counter((entry["remedy"], entry["tenant_id"], entry["object"]) for entry in begun),
        collections.Counter((row["method"], row["path"], row["tenant"], row["object"]) for row in writes),
    ):
        assert not [key for key, count in counted.items() if count > 1]


def _has_a_reason(entry: Row, asked: Declared, row: Row, oracle: t.Mapping[str, str]) -> None:
    """Check a write against the facts of before it, the generator's own answer, and the list."""
    name, where = entry["remedy"], entry["tenant_id"]
    verdict = row["requirements"][_CHECK_OF[name]]
    reasons = {verdict["reason"], *(caveat["reason"] for caveat in verdict["caveats"])}
    assert verdict["status"] in ("unmet", "met"), (entry, verdict)
    assert reasons & REMEDIES[name].REASONS, (entry, verdict)
    assert verdict["reason"] == oracle[_CHECK_OF[name]], (entry, verdict)
    assert not [evidence for evidence in verdict["evidence"] if evidence.get("problem")], (entry, verdict)
    assert name in asked.names
    assert name not in _IN_TARGET or where in asked.confirmed
    assert entry["where"] == (where if name in _IN_TARGET else asked_home(entry, asked))
    terms = next(tenant.get("gdap", {}) for tenant in asked.rows if tenant["tenant_id"] == where)
    assert name not in ("gdap_assignment", "gdap_request") or terms
    assert name != "gdap_assignment" or entry["after"]["group"] in {group["group"] for group in terms["assignments"]}
    assert name != "gdap_request" or terms["roles"]


def asked_home(entry: Row, asked: Declared) -> str:
    """Return the tenant that GDAP is written in: none of the list."""
    assert entry["where"] not in {row["tenant_id"] for row in asked.rows}
    return t.cast("str", entry["where"])


def main(labs: int, tenants: int, first: int) -> None:
    """Prove so many labs of so many tenants, and print what was counted."""
    total: collections.Counter[str] = collections.Counter()
    for seed in range(first, first + labs):
        with tempfile.TemporaryDirectory() as directory, start_lab(tenants=tenants, seed=seed + 100) as lab:
            total += prove(lab, pathlib.Path(directory), seed)
    own, labs_own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    seconds = own.ru_utime + own.ru_stime + labs_own.ru_utime + labs_own.ru_stime
    print(f"{labs} labs, {seconds:.0f} s CPU: {dict(sorted(total.items()))}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
