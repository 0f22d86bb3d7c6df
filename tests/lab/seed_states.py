# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The states that the generator draws, and how each is written down in a world. What follows is not said here."""

from __future__ import annotations

import dataclasses
import typing as t

from lab import seed_governance

if t.TYPE_CHECKING:
    import random

Row = dict[str, t.Any]
Method = t.Literal["gdap", "b2b", "governance"]

_METHODS: t.Final[tuple[Method, ...]] = ("gdap", "gdap", "gdap", "b2b", "b2b", "governance")

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
B2B: t.Final = ("accepted", "member", "pending", "disabled", "missing")
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


def draw(rng: random.Random, *, calm: bool) -> Drawn:
    """Draws. About half of the tenants are in order in each respect."""
    method: Method = rng.choice(_METHODS)
    access = _draw(rng, {"gdap": GDAP, "b2b": B2B}.get(method, seed_governance.STATES), calm=calm)
    arm_state = _draw(rng, ARM, calm=calm)
    # What `auto` makes of a method that is out of order is decided elsewhere; here it stands for a working one.
    works = access in ("in_force", "accepted", *seed_governance.WORKING) and arm_state != "hidden"
    declared = "auto" if works and rng.random() < 0.2 else method
    return Drawn(
        method=method,
        declared=declared,
        consent="full" if calm or rng.random() < 0.9 else "none",
        access=access,
        license=_draw(rng, LICENSE, calm=calm),
        roles=_draw(rng, B2B_ROLES if method == "b2b" else GDAP_ROLES, calm=calm),
        mfa_trust=_draw(rng, MFA_TRUST, calm=calm),
        sign_in="ok" if calm or rng.random() < 0.9 else rng.choice(("blocked", "mfa")),
        defender="ok" if calm or rng.random() < 0.9 else rng.choice(("operator_refused", "not_provisioned")),
        arm=arm_state,
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


def governance(drawn: Drawn, operators: str, bystanders: str, rng: random.Random) -> Row:
    """What a tenant has of governance."""
    wanted = [rng.choice(_DEFENDER_ROLES)] if drawn.roles == "enough" else []
    return seed_governance.rows(drawn.access, [*wanted, *_OTHER_ROLES], operators, bystanders, rng)


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
    }
    group = {"name": "SecOps readers", "roles": [role], "assignable_to_role": True}
    return {"guests": [guest], "groups": [group]}
