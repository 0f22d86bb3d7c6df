# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states that the generator draws, and how each is written down in a world. What follows is not said here."""

from __future__ import annotations

import dataclasses
import typing as t

if t.TYPE_CHECKING:
    import random

Row = dict[str, t.Any]
Method = t.Literal["gdap", "b2b"]

_METHODS: t.Final[tuple[Method, ...]] = ("gdap", "gdap", "b2b")

CONSENT: t.Final = ("full", "none")
GDAP: t.Final = (
    "in_force",
    "expiring",
    "expired",
    "not_assigned",
    "no_assignment",
    "terminated",
    "approval_pending",
    "created",
    "missing",
)
B2B: t.Final = ("accepted", "member", "pending", "disabled", "deleted", "missing")
# Cross-tenant access of the home tenant (outbound) and of the target (inbound); it counts for B2B alone.
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
LICENSE: t.Final = ("enough", "business", "without_mtp", "none", "suspended", "open", "plan_disabled", "no_units")
GDAP_ROLES: t.Final = ("enough", "none")
B2B_ROLES: t.Final = ("enough", "via_group", "none")
# What the tenant's policies make of the operator's sign-in.
SIGN_IN: t.Final = ("ok", "blocked", "mfa")
# What stands in the way of a token for Azure Resource Manager changes no answer, and is a caveat. Only `hidden`, a
# tenant that its list leaves out, counts, and only where that list is Microsoft's own: for B2B.
ARM: t.Final = ("ok", "mfa", "no_consent", "hidden")
MFA_TRUST: t.Final = ("partner", "default", "off", "partner_off")


@dataclasses.dataclass(frozen=True, slots=True)
class Drawn:
    """One tenant's states. `method` is what there is, `declared` is what the user's list says."""

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
    policy: str = "ok"


def draw(rng: random.Random, *, calm: bool) -> Drawn:
    """Draws. About half of the tenants are in order in each respect."""
    method: Method = rng.choice(_METHODS)
    access = _draw(rng, GDAP if method == "gdap" else B2B, calm=calm)
    arm_state = _draw(rng, ARM, calm=calm)
    # What `auto` makes of a method that is out of order is decided elsewhere; here it stands for a working one.
    works = access in ("in_force", "accepted") and arm_state != "hidden"
    declared = "auto" if works and rng.random() < 0.2 else method
    return Drawn(
        method=method,
        declared=declared,
        consent="full" if calm or rng.random() < 0.9 else "none",
        access=access,
        license=_draw(rng, LICENSE, calm=calm),
        roles=_draw(rng, GDAP_ROLES if method == "gdap" else B2B_ROLES, calm=calm),
        mfa_trust=_draw(rng, MFA_TRUST, calm=calm),
        sign_in="ok" if calm or rng.random() < 0.9 else rng.choice(("blocked", "mfa")),
        defender="ok" if calm or rng.random() < 0.9 else rng.choice(("operator_refused", "not_provisioned")),
        arm=arm_state,
        policy="ok" if calm or rng.random() < 0.8 else rng.choice(POLICY),
    )


def _draw(rng: random.Random, choices: t.Sequence[str], *, calm: bool) -> str:
    """The first choice is the healthy one."""
    return choices[0] if calm or rng.random() < 0.5 else rng.choice(choices)


# The products that qualify, and what their Defender plans are.
_ENOUGH: t.Final = (
    ["SPE_E5"],
    ["SPE_E3", "IDENTITY_THREAT_PROTECTION"],
    ["M365EDU_A5_FACULTY"],
    ["M365_G5_GCC"],
    ["ENTERPRISEPREMIUM"],
)
_WITHOUT_MTP: t.Final = (["SPE_E3", "EMSPREMIUM"], ["ENTERPRISEPACK", "WIN_DEF_ATP"], ["SPE_E5_CALLINGMINUTES"])
_NONE: t.Final = (["STANDARDPACK"], ["O365_BUSINESS_PREMIUM", "EXCHANGESTANDARD"], ["ENTERPRISEPACK", "AAD_PREMIUM"])
_OPEN: t.Final = (["SPE_E3"], ["ENTERPRISEPACK", "EMS"], ["STANDARDPACK", "DEFENDER_ENDPOINT_P1"])
_E5_DEFENDER_PLANS: t.Final = [
    "MTP",
    "WINDEFATP",
    "THREAT_INTELLIGENCE",
    "ATA",
    "ADALLOM_S_STANDALONE",
    "Defender_for_Iot_Enterprise",
]


def licenses(state: str, rng: random.Random) -> list[t.Any]:
    """The products of a tenant."""
    fixed: dict[str, list[t.Any]] = {
        "business": [{"sku": "SPB", "enabled": 45}],
        "suspended": [{"sku": "SPE_E5", "capability": "Suspended"}, "STANDARDPACK"],
        "plan_disabled": [{"sku": "SPE_E5", "disabled_plans": _E5_DEFENDER_PLANS}],
        "no_units": [{"sku": "SPE_E5", "enabled": 0}],
    }
    drawn = {"enough": _ENOUGH, "without_mtp": _WITHOUT_MTP, "none": _NONE, "open": _OPEN}
    return fixed[state] if state in fixed else rng.choice(drawn[state])


def cross_tenant_access(state: str) -> Row:
    """What the tenant trusts."""
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
# The entry of the home tenant for the target, and what changes in the target's own default or entry.
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
    """The tenant's row with cross-tenant access that may block the operator; trust stays as it was drawn."""
    at_home, default, partner = _POLICIES[state]
    access = dict(row["cross_tenant_access"])
    access["default"] = {**access.get("default", {}), **default}
    if partner:
        inherits = {"trust": None} if access.get("partner") == "none" else access["partner"]
        access["partner"] = {**inherits, **partner}
    return {**row, "cross_tenant_access": access, **({} if at_home is None else {"entry_at_home": at_home})}


def sign_ins(drawn: Drawn) -> Row:
    """What a tenant does with sign-ins, and whether Azure Resource Manager lists it."""
    everything = [{"resource": "all", "errors": [50076]}] if drawn.sign_in == "mfa" else []
    to_arm = [{"resource": "arm", "errors": [50076]}] if drawn.arm == "mfa" else []
    return {
        "conditional_access": {"blocks_operator": drawn.sign_in == "blocked"},
        "refusals": everything + to_arm,
        "arm_consent": drawn.arm != "no_consent",
        "arm_listed": drawn.arm != "hidden",
    }


_DEFENDER_ROLES: t.Final = ("Security Reader", "Security Operator", "Security Administrator", "Global Reader")
_OTHER_ROLES: t.Final = ["Directory Readers", "Helpdesk Administrator"]


def relationships(drawn: Drawn, name: str, operators: str, bystanders: str, rng: random.Random) -> list[Row]:
    """The GDAP relationships of a tenant: none, or one."""
    if drawn.access == "missing":
        return []
    wanted = [rng.choice(_DEFENDER_ROLES)] if drawn.roles == "enough" else []
    statuses = {
        "expired": "expired",
        "terminated": "terminated",
        "approval_pending": "approvalPending",
        "created": "created",
    }
    days = {"expired": (-9, 374), "terminated": (-40, 400), "expiring": (12, 353)}
    left, ago = days.get(drawn.access, (rng.randint(60, 500), rng.randint(10, 200)))
    group = bystanders if drawn.access == "not_assigned" else operators
    assigned = drawn.access not in ("no_assignment", "approval_pending", "created")
    row: Row = {
        "name": name,
        "status": statuses.get(drawn.access, "active"),
        "days_left": left,
        "created_days_ago": ago,
        "auto_extend": rng.choice(("PT0S", "P180D")),
        "roles": [*wanted, *_OTHER_ROLES],
        "assignments": [{"group": group}] if assigned else [],
    }
    return [row]


def objects(drawn: Drawn, rng: random.Random) -> Row:
    """The operator's objects in a tenant, and the group that gives a role."""
    if drawn.access == "missing":
        return {}
    role = rng.choice(_DEFENDER_ROLES)
    guest: Row = {
        "state": "PendingAcceptance" if drawn.access == "pending" else "Accepted",
        "type": "Member" if drawn.access == "member" else "Guest",
        "enabled": drawn.access != "disabled",
        "roles": {"enough": [role], "none": _OTHER_ROLES}.get(drawn.roles, []),
        "groups": ["SecOps readers"] if drawn.roles == "via_group" else [],
        "deleted_days_ago": rng.randint(0, 25) if drawn.access == "deleted" else None,
    }
    group = {"name": "SecOps readers", "roles": [role], "assignable_to_role": True}
    return {"guests": [guest], "groups": [group]}
