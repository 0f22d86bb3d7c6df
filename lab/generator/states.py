# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""States that the generator draws. `oracle.py` derives the right answers from them.

This file also writes a tenant's own settings as a world; `access.py`, `licenses.py` and `rare.py` write the rest.
"""

from __future__ import annotations

import dataclasses
import typing as t

from lab.generator import governance, rare

if t.TYPE_CHECKING:
    import random

Row = dict[str, t.Any]
Method = t.Literal["gdap", "b2b", "governance"]

_METHODS: t.Final[tuple[Method, ...]] = ("gdap", "gdap", "gdap", "b2b", "b2b", "governance")

CONSENT: t.Final = ("full", "none")
# States of GDAP: those that give access, then those that do not.
GDAP_WORKS: t.Final = ("in_force", "expiring", "activated", "several", "lighthouse", "auto_extend", "fresh")
GDAP: t.Final = (
    *GDAP_WORKS,
    "expired",
    "end_passed",
    "not_assigned",
    "no_assignment",
    "assignment_pending",
    "assignment_error",
    "eligible",
    "terminated",
    "approval_pending",
    "partner_consent",
    "activating",
    "created",
    "missing",
)
B2B_WORKS: t.Final = ("accepted", "member")
B2B: t.Final = (*B2B_WORKS, "pending", "disabled", "deleted", "twice", "missing")
# Cross-tenant access of the home tenant (outbound) and of the target (inbound). Only B2B depends on it.
POLICY: t.Final = (
    "ok",
    "outbound_blocked",
    "outbound_others",
    "inbound_blocked",
    "inbound_default",
    "inbound_portal",
    "inbound_open",
    "both_named",
)
LICENSE: t.Final = (
    "enough",
    "business",
    "without_mtp",
    "trial",
    "warning",
    "none",
    "insufficient",
    "suspended",
    "locked_out",
    "deleted",
    "open",
    "plan_disabled",
    "no_units",
)
GDAP_ROLES: t.Final = ("enough", "none", "not_assigned")
B2B_ROLES: t.Final = ("enough", "via_group", "activated", "none", "eligible", "scoped", "group_eligible")
_ROLES: t.Final = {"gdap": GDAP_ROLES, "b2b": B2B_ROLES, "governance": ("enough", "none")}
# How the tenant's policies end the operator's sign-in.
SIGN_IN: t.Final = ("ok", "blocked", "mfa")
# A refused token for Azure Resource Manager is a caveat and changes no answer. Only `hidden`, a tenant that is missing
# from its list, changes one, and only for B2B, where that list is Microsoft's own.
ARM: t.Final = ("ok", "mfa", "no_consent", "hidden")
MFA_TRUST: t.Final = ("partner", "default", "off", "partner_off")
# Neither the language of the directory nor a missing licence for Privileged Identity Management changes an answer.
ROLE_NAMES: t.Final = ("en", "de")
_NEED_PIM: t.Final = ("activated", "eligible", "group_eligible")


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """The states of a tenant. `method` is the real one; `declared` and `cloud` are those of the user's list.

    `extra_account` is a second method, in addition to GDAP.
    """

    method: Method
    declared: str
    consent: str
    access: str
    license: str
    roles: str
    mfa_trust: str
    sign_in: str
    defender: str
    arm: str
    role_names: str = "en"
    entra_p2: bool = True
    policy: str = "ok"
    cloud: str | None = None
    extra_account: str | None = None


def draw(rng: random.Random, *, calm: bool) -> Drawn:
    """Draw the states of a tenant. In each respect about half of the tenants are in order."""
    drawn = _draw_common(rng, calm=calm)
    return drawn if calm else rare.with_rare(drawn, rng)


def _draw_common(rng: random.Random, *, calm: bool) -> Drawn:
    method: Method = rng.choice(_METHODS)
    access = _draw(rng, {"gdap": GDAP, "b2b": B2B}.get(method, governance.STATES), calm=calm)
    arm_state = _draw(rng, ARM, calm=calm)
    role_state = _draw_roles(rng, method, access, calm=calm)
    # `auto` is declared for a method that works; `rare.py` also declares it for others.
    works = access in ("in_force", "accepted", *governance.WORKING) and arm_state != "hidden"
    declared = "auto" if works and rng.random() < 0.2 else method
    return Drawn(
        method=method,
        declared=declared,
        consent="full" if calm or rng.random() < 0.9 else "none",
        access=access,
        license=_draw(rng, LICENSE, calm=calm),
        roles=role_state,
        mfa_trust=_draw(rng, MFA_TRUST, calm=calm),
        sign_in="ok" if calm or rng.random() < 0.9 else rng.choice(("blocked", "mfa")),
        defender="ok" if calm or rng.random() < 0.9 else rng.choice(("operator_refused", "not_provisioned")),
        arm=arm_state,
        role_names=_draw(rng, ROLE_NAMES, calm=calm),
        entra_p2=calm or role_state in _NEED_PIM or rng.random() < 0.8,
        policy="ok" if calm or rng.random() < 0.8 else rng.choice(POLICY),
    )


def _draw_roles(rng: random.Random, method: Method, access: str, *, calm: bool) -> str:
    """Draw the roles. A relationship with auto-extend always contains a role that reaches Defender."""
    drawn = _draw(rng, _ROLES[method], calm=calm)
    return "not_assigned" if access == "auto_extend" and drawn == "none" else drawn


def _draw(rng: random.Random, choices: t.Sequence[str], *, calm: bool) -> str:
    """Draw a state. The first choice is the healthy one."""
    return choices[0] if calm or rng.random() < 0.5 else rng.choice(choices)


def cross_tenant_access(state: str) -> Row:
    """Return what the tenant trusts."""
    states: dict[str, Row] = {
        "partner": {"partner": {"mfa": True}},
        "default": {"default": {"mfa": True}, "partner": "none"},
        "off": {"partner": "none"},
        "partner_off": {"default": {"mfa": True}, "partner": {"mfa": False}},
    }
    return states[state]


_ALL_APPS: t.Final = {"applications": "allowed"}
_NAMED: t.Final = {"users": {"access": "allowed", "targets": ["operator"]}}
_OTHERS: t.Final = {"users": {"access": "allowed", "targets": ["3d0c6d5e-5d0d-4f06-9a37-0d3a9f1f2b11"]}}
# The home tenant's entry for the target, then the changes to the target's own default and entry.
_POLICIES: t.Final[dict[str, tuple[Row | None, Row, Row]]] = {
    "ok": (None, {}, {}),
    "outbound_blocked": ({"b2b_outbound": "blocked"}, {}, {}),
    "outbound_others": ({"b2b_outbound": _OTHERS}, {}, {}),
    "inbound_blocked": (None, {}, {"b2b_inbound": "blocked"}),
    "inbound_default": (None, {"b2b_inbound": "blocked"}, {}),
    "inbound_portal": (None, {}, {"b2b_inbound": {"applications": {"access": "blocked", "targets": ["portal"]}}}),
    "inbound_open": (None, {}, {"b2b_inbound": {"applications": {"access": "allowed", "targets": ["Office365"]}}}),
    "both_named": ({"b2b_outbound": _NAMED}, {"b2b_inbound": "blocked"}, {"b2b_inbound": {**_NAMED, **_ALL_APPS}}),
}


def with_policy(row: Row, state: str) -> Row:
    """Return the tenant's row with cross-tenant access that may block the operator. Trust stays as drawn."""
    at_home, default, partner = _POLICIES[state]
    access = dict(row["cross_tenant_access"])
    access["default"] = {**access.get("default", {}), **default}
    if partner:
        inherits = {"trust": None} if access.get("partner") == "none" else access["partner"]
        access["partner"] = {**inherits, **partner}
    return {**row, "cross_tenant_access": access, **({} if at_home is None else {"entry_at_home": at_home})}


def sign_ins(drawn: Drawn) -> Row:
    """Return how sign-ins to the tenant end, and whether Azure Resource Manager lists it."""
    everything = [{"resource": "all", "errors": [50076]}] if drawn.sign_in == "mfa" else []
    to_arm = [{"resource": "arm", "errors": [50076]}] if drawn.arm == "mfa" else []
    return {
        "conditional_access": {"blocks_operator": drawn.sign_in == "blocked"},
        "refusals": everything + to_arm,
        "arm_consent": drawn.arm != "no_consent",
        "arm_listed": drawn.arm != "hidden",
    }
