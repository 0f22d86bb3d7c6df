# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What follows from the drawn states. Written from the guide's requirements, and from nothing of the product."""

from __future__ import annotations

import typing as t

from lab import seed_governance

if t.TYPE_CHECKING:
    from lab.seed_states import Drawn

_ACCESS: t.Final[dict[tuple[str, str], str]] = {
    ("gdap", "expired"): "access.gdap_expired",
    ("gdap", "not_assigned"): "access.gdap_operator_not_assigned",
    ("gdap", "no_assignment"): "access.gdap_no_assignment",
    ("gdap", "terminated"): "access.gdap_terminated",
    ("gdap", "approval_pending"): "access.gdap_not_active",
    ("gdap", "created"): "access.gdap_not_sent",
    ("gdap", "missing"): "access.gdap_missing",
    ("b2b", "pending"): "access.guest_pending",
    ("b2b", "disabled"): "access.guest_disabled",
    ("b2b", "missing"): "access.guest_missing",
    **seed_governance.ACCESS,
}
# Roles come from the relationship by GDAP and by governance, and from the directory by B2B.
_NO_ROLE: t.Final = {
    "gdap": "permissions.gdap_no_role",
    "b2b": "permissions.no_role",
    "governance": "permissions.governance_no_role",
}
_LICENSE: t.Final = {
    "none": "license.none",
    "suspended": "license.suspended",
    "open": "license.sufficiency_open",
    "plan_disabled": "license.plan_disabled",
    "no_units": "license.no_units",
}
_SIGN_IN: t.Final = {
    "blocked": "sign_in.conditional_access",
    "mfa": "sign_in.mfa_required",
}
_DEFENDER: t.Final = {
    "operator_refused": "defender.rbac_refuses",
    "not_provisioned": "defender.not_provisioned",
}
_MFA_TRUST: t.Final = {
    "default": "mfa_trust.by_default",
    "off": "mfa_trust.not_accepted",
    "partner_off": "mfa_trust.not_accepted",
}


def expected(drawn: Drawn) -> dict[str, t.Any]:
    """The right answer: the first link of the chain that is broken, and single verdicts where they can be read."""
    if drawn.consent == "none":
        return {"first_broken": "consent", "reason": "consent.app_not_in_tenant"}
    link, reason = _first_broken(drawn)
    return {"first_broken": link, "reason": reason, "verdicts": _verdicts(drawn)}


def _first_broken(drawn: Drawn) -> tuple[str | None, str | None]:
    links = (
        ("access", _ACCESS.get((drawn.method, drawn.access))),
        ("access", "access.not_listed_b2b" if drawn.method == "b2b" and drawn.arm == "hidden" else None),
        ("sign_in", _SIGN_IN.get(drawn.sign_in)),
        ("license", _LICENSE.get(drawn.license)),
        ("permissions", _NO_ROLE[drawn.method] if drawn.roles == "none" else None),
        ("defender", _DEFENDER.get(drawn.defender)),
    )
    return next(((link, reason) for link, reason in links if reason is not None), (None, None))


def _verdicts(drawn: Drawn) -> dict[str, str]:
    """Licence and MFA trust are the target's own: the app reads them whatever the operator's access is."""
    found: dict[str, str] = {}
    if drawn.license in _LICENSE:
        found["license"] = _LICENSE[drawn.license]
    if drawn.mfa_trust in _MFA_TRUST:
        found["mfa_trust"] = _MFA_TRUST[drawn.mfa_trust]
    if drawn.access == "expiring":
        found["access"] = "access.gdap_in_force"
    if drawn.access == "capital":
        found["access"] = "access.governance_active"
    if drawn.roles == "via_group" and drawn.access in ("accepted", "member"):
        found["permissions"] = "permissions.role_via_group"
    return found
