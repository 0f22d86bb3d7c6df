# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a spoiled run may say, compared with the calm run over the same world.

A kind of fault has one of three judgements, and `kinds/` says which and why:

- `garbage`: nobody's word. It is not what the documentation says a service answers, or it contradicts itself. A verdict
  is what it is in the calm run, or `unknown`. A `met` for another reason is fine, an `unmet` for another reason is not:
  it blames somebody without the service's own word.
- `word`: a refusal in the service's own form, such as an OAuth error or an error of Graph with its code. It may make a
  verdict `unmet`, never `met`.
- `doubt`: an answer of the documented form with other content, such as a row less or another tenant's object without an
  id. No program can tell it from the truth, so verdicts are not compared.

Whatever the judgement: each declared tenant has its row, in order; tenants without a fault of their own keep their
verdicts; no exception comes out; no secret goes astray or into the result; the run ends in time; answers are not taken
without end.
"""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from storm.modes import Claims, Mode, Outcome, Verdicts
    from storm.proxy import Fault, Judgement, Stage

# How long after its deadline a run may end [law 9], and what a busy machine may add.
GRACE: t.Final = 1.0
SLACK: t.Final = 15.0
# What a run may take of a processor beyond the calm one.
_MOST_CPU: t.Final = 8.0
_MOST_MEMORY: t.Final = 400
# The service said no, and what would tell why could not be read: the weaker word is the service's own as well.
_WEAKER: t.Final = {
    "defender.not_provisioned": ("defender.refused",),
    "defender.rbac_refuses": ("defender.refused",),
    "defender.role_missing": ("defender.refused",),
    "access.guest_deleted": ("access.guest_missing",),
    # The home tenant's settings were not read; that the target blocks is what the calm run says beside it.
    "access.outbound_blocked": ("access.inbound_blocked",),
    # What may be activated counts for nothing before it is; a caveat says that it could not be read.
    "access.gdap_eligible": ("access.gdap_operator_not_assigned",),
    "permissions.role_eligible": ("permissions.no_role",),
    "permissions.group_eligible": ("permissions.no_role",),
    # Steps towards a relationship carry nothing; a caveat says that they could not be read.
    **{
        f"access.governance_{step}": ("access.none_found", "access.governance_missing")
        for step in ("accepted", "requested", "invited", "rejected", "request_expired", "invitation_expired")
    },
}
FIRM: t.Final = ("met", "unmet", "not_applicable")


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """Something that must not happen. `tenant` is empty where it concerns the whole run."""

    what: str
    detail: str
    tenant: str = ""


def judge(
    mode: Mode,
    calm: Claims,
    calm_cpu: float,
    outcome: Outcome,
    faults: Sequence[Fault],
    stage: Stage,
    deadline: float,
    memory: int,
    *,
    slow: bool,
) -> list[Failure]:
    """Return everything that is wrong with a spoiled run. `slow`: some answers hold everything up."""
    failures = [Failure("stray secret", line) for line in dict.fromkeys(stage.watch.astray)]
    failures += [Failure("secret in result", name) for name in stage.watch.found(outcome.text)]
    failures += [Failure("oversized", line) for line in dict.fromkeys(stage.oversized)]
    if memory > _MOST_MEMORY:
        failures.append(Failure("memory", f"the process grew by {memory} MB"))
    if outcome.seconds > deadline + GRACE + SLACK:
        failures.append(Failure("overrun", f"{outcome.seconds:.1f} s with a deadline of {deadline:.0f} s"))
    if outcome.cpu > calm_cpu * 3 + _MOST_CPU:
        failures.append(Failure("cpu", f"{outcome.cpu:.1f} s, calm {calm_cpu:.1f} s"))
    if outcome.error:
        return [*failures, Failure("exception", outcome.error)]
    return [*failures, *_rows(mode, calm, outcome, faults, stage.home, slow)]


def _rows(
    mode: Mode, calm: Claims, outcome: Outcome, faults: Sequence[Fault], home: str, slow: bool
) -> Iterator[Failure]:
    result = outcome.result
    try:
        claims = mode.claims(result)
    except (LookupError, TypeError, AttributeError) as error:
        if mode.complete or not result.get("failed"):
            yield Failure("lost rows", f"{type(error).__name__} {error}: {str(result.get('msg'))[:200]}")
        return
    if mode.complete and claims.order != calm.order:
        yield Failure("lost rows", f"{len(claims.order)} of {len(calm.order)} rows")
    judgements = judgements_of(calm, faults, home)
    for tenant, verdicts in claims.verdicts.items():
        if tenant not in calm.verdicts:
            yield Failure("invented tenant", f"a row for {tenant!r}", tenant)
            continue
        before = calm.verdicts[tenant]
        yield from (
            dataclasses.replace(failure, tenant=tenant)
            for failure in _differences(before, verdicts, judgements[tenant], slow)
        )
        if tenant in claims.ready - calm.ready and judgements[tenant] != "doubt":
            yield Failure("false met", "the tenant is said to be in order", tenant)


class _Judgements(dict[str, "Judgement | None"]):
    def __missing__(self, tenant: str) -> Judgement | None:
        return None


def judgements_of(calm: Claims, faults: Sequence[Fault], home: str) -> Mapping[str, Judgement | None]:
    """Return by which rule each tenant is judged, None where no fault concerns it. One at home concerns all."""
    found = _Judgements()
    order = ("garbage", "word", "doubt")
    for fault in faults:
        if fault.hits:
            concerned = [*calm.verdicts] if fault.tenant == home else [fault.tenant]
            for tenant in concerned:
                found[tenant] = max(found[tenant] or "garbage", fault.judgement, key=order.index)
    return found


def _differences(before: Verdicts, after: Verdicts, judgement: Judgement | None, slow: bool) -> Iterator[Failure]:
    for check, (status, reason) in after.items():
        old_status, old_reason = before.get(check, ("(none)", ""))
        words = f"{check}: {old_status} {old_reason} became {status} {reason}"
        if judgement is None and not slow:
            if (status, reason) != (old_status, old_reason):
                yield Failure("other tenant changed", words)
        elif judgement == "doubt" or status not in FIRM:
            # Where others hold everything up, a tenant without a fault may be starved of time.
            continue
        elif status in ("met", "not_applicable") and old_status != status:
            yield Failure("false met", words)
        elif judgement != "word" and status == "unmet" and reason not in _same_blame(old_status, old_reason):
            yield Failure("false unmet", words)


def _same_blame(old_status: str, old_reason: str) -> tuple[str, ...]:
    """Return the reasons that may make a verdict unmet."""
    return (old_reason, *_WEAKER.get(old_reason, ())) if old_status == "unmet" else ()
