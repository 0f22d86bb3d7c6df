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
    ("gdap", "end_passed"): "access.gdap_expired",
    ("gdap", "not_assigned"): "access.gdap_operator_not_assigned",
    ("gdap", "no_assignment"): "access.gdap_no_assignment",
    ("gdap", "assignment_pending"): "access.gdap_assignment_pending",
    ("gdap", "assignment_error"): "access.gdap_assignment_error",
    ("gdap", "eligible"): "access.gdap_eligible",
    ("gdap", "terminated"): "access.gdap_terminated",
    ("gdap", "approval_pending"): "access.gdap_not_active",
    ("gdap", "partner_consent"): "access.gdap_partner_consent",
    ("gdap", "activating"): "access.gdap_activating",
    ("gdap", "created"): "access.gdap_not_sent",
    ("gdap", "missing"): "access.gdap_missing",
    ("b2b", "pending"): "access.guest_pending",
    ("b2b", "disabled"): "access.guest_disabled",
    ("b2b", "deleted"): "access.guest_deleted",
    ("b2b", "missing"): "access.guest_missing",
    **seed_governance.ACCESS,
}
# Access that is in order in an uncommon way.
_ACCESS_MET: t.Final = {
    **dict.fromkeys(
        (("gdap", state) for state in ("expiring", "activated", "several", "lighthouse", "auto_extend", "fresh")),
        "access.gdap_in_force",
    ),
    ("governance", "capital"): "access.governance_active",
}
# An account in order does not help where cross-tenant access is in the way. GDAP is no B2B collaboration.
_POLICY: t.Final = {
    "outbound_blocked": "access.outbound_blocked",
    "outbound_others": "access.outbound_blocked",
    "inbound_blocked": "access.inbound_blocked",
    "inbound_default": "access.inbound_blocked",
    "inbound_portal": "access.inbound_blocked",
    "inbound_open": "access.inbound_unknown",
}
# Roles come from the relationship by GDAP and by governance, and from the directory by B2B.
_NO_ROLE: t.Final[dict[tuple[str, str], str]] = {
    ("gdap", "none"): "permissions.gdap_no_role",
    ("gdap", "not_assigned"): "permissions.gdap_role_not_assigned",
    ("governance", "none"): "permissions.governance_no_role",
    ("b2b", "none"): "permissions.no_role",
    ("b2b", "eligible"): "permissions.role_eligible",
    ("b2b", "scoped"): "permissions.role_scoped",
    ("b2b", "group_eligible"): "permissions.group_eligible",
}
_ROLE_MET: t.Final[dict[tuple[str, str], str]] = {
    ("b2b", "via_group"): "permissions.role_via_group",
    ("b2b", "activated"): "permissions.role_direct",
}
_LICENSE: t.Final = {
    "none": "license.none",
    "insufficient": "license.insufficient",
    "suspended": "license.suspended",
    "locked_out": "license.locked_out",
    "deleted": "license.deleted",
    "open": "license.sufficiency_open",
    "plan_disabled": "license.plan_disabled",
    "no_units": "license.no_units",
}
_LICENSE_MET: t.Final = {"trial": "license.present", "warning": "license.present"}
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
        ("access", _POLICY.get(drawn.policy) if drawn.method == "b2b" else None),
        ("access", "access.not_listed_b2b" if drawn.method == "b2b" and drawn.arm == "hidden" else None),
        ("sign_in", _SIGN_IN.get(drawn.sign_in)),
        ("license", _LICENSE.get(drawn.license)),
        ("permissions", _NO_ROLE.get((drawn.method, drawn.roles))),
        ("defender", _DEFENDER.get(drawn.defender)),
    )
    return next(((link, reason) for link, reason in links if reason is not None), (None, None))


def _verdicts(drawn: Drawn) -> dict[str, str]:
    """Licence and MFA trust are the target's own: the app reads them whatever the operator's access is."""
    access, roles = (drawn.method, drawn.access), (drawn.method, drawn.roles)
    policy = _POLICY.get(drawn.policy) if drawn.method == "b2b" else None
    no_way = access in _ACCESS or policy is not None
    found = {
        "license": _LICENSE.get(drawn.license) or _LICENSE_MET.get(drawn.license),
        "mfa_trust": _MFA_TRUST.get(drawn.mfa_trust),
        "access": _ACCESS.get(access) or policy or _ACCESS_MET.get(access),
        "permissions": None if no_way else _NO_ROLE.get(roles) or _ROLE_MET.get(roles),
    }
    return {check: reason for check, reason in found.items() if reason is not None}
