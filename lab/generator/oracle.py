# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The right answers for drawn states: derived from the guide's requirements, independently of the product."""

from __future__ import annotations

import typing as t

from lab.generator import governance
from lab.generator.rare import DEFENDER_ROLES, DEFENDER_ROLES_WORK, OTHER_CLOUDS
from lab.generator.states import GDAP_WORKS

if t.TYPE_CHECKING:
    from lab.generator.states import Drawn

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
    ("b2b", "twice"): "access.guest_ambiguous",
    ("b2b", "missing"): "access.guest_missing",
    **governance.ACCESS,
}
# Access that works in an uncommon way.
_ACCESS_MET: t.Final = {
    **dict.fromkeys(
        (("gdap", state) for state in ("expiring", "activated", "several", "lighthouse", "auto_extend", "fresh")),
        "access.gdap_in_force",
    ),
    ("governance", "capital"): "access.governance_active",
}
# A working account does not help where cross-tenant access blocks it. GDAP is not B2B collaboration.
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


# Under `auto` these states do not count as a method that was started.
_NOTHING: t.Final = (
    "access.gdap_missing",
    "access.guest_missing",
    "access.governance_missing",
    "access.governance_reversed",
)


def expected(drawn: Drawn) -> dict[str, t.Any]:
    """Return the right answer: the first broken link of the chain, and the verdicts that can be read."""
    if drawn.cloud in OTHER_CLOUDS:
        unread = _other_cloud(drawn)
        return {"first_broken": "access", "reason": unread, "verdicts": _unread_verdicts(unread)}
    if drawn.consent == "none":
        return {"first_broken": "consent", "reason": "consent.app_not_in_tenant"}
    link, reason = _first_broken(drawn)
    return {"first_broken": link, "reason": reason, "verdicts": _verdicts(drawn)}


def _other_cloud(drawn: Drawn) -> str:
    """Return the reason in another cloud, which a sign-in cannot see. Only governance is known to be absent [doc]."""
    return "access.governance_not_in_cloud" if drawn.declared == "governance" else "read.other_cloud"


def _unread_verdicts(reason: str) -> dict[str, str]:
    unread = dict.fromkeys(("license", "mfa_trust", "sign_in", "defender"), "read.other_cloud")
    return {**unread, "access": reason, "permissions": "permissions.access_first"}


def with_operator(answer: dict[str, t.Any], *, enabled: bool) -> dict[str, t.Any]:
    """Return the right answer for an operator who may be disabled at home: no access, whatever a tenant has in order.

    Only a consent that is missing comes before.
    """
    if enabled:
        return answer
    access = {"access": "access.operator_disabled"}
    verdicts = {name: reason for name, reason in answer.get("verdicts", {}).items() if name in ("license", "mfa_trust")}
    if answer["first_broken"] != "consent":
        answer = {"first_broken": "access", "reason": "access.operator_disabled"}
    return {**answer, "verdicts": {**verdicts, **access}}


def _first_broken(drawn: Drawn) -> tuple[str | None, str | None]:
    links = (
        ("access", _no_access(drawn)),
        ("access", _not_listed(drawn)),
        ("sign_in", _SIGN_IN.get(drawn.sign_in)),
        ("license", _LICENSE.get(drawn.license)),
        ("permissions", _no_role(drawn)),
        ("defender", _DEFENDER.get(drawn.defender)),
    )
    return next(((link, reason) for link, reason in links if reason is not None), (None, None))


def _no_access(drawn: Drawn) -> str | None:
    """Return why the operator has no access, or None. Under `auto` a single working method is enough."""
    if drawn.extra_account is not None:
        return None
    reason = _ACCESS.get((drawn.method, drawn.access))
    if drawn.declared == "auto" and reason in _NOTHING:
        return "access.none_found"
    return reason or (_POLICY.get(drawn.policy) if drawn.method == "b2b" else None)


def _not_listed(drawn: Drawn) -> str | None:
    """Return why no list shows the tenant, or None. GDAP and governance have their own lists.

    A refused sign-in is the cause of a list without the tenant.
    """
    if drawn.method != "b2b" or drawn.arm != "hidden" or drawn.sign_in in _SIGN_IN:
        return None
    return "access.not_listed" if drawn.declared == "auto" else "access.not_listed_b2b"


def _no_role(drawn: Drawn) -> str | None:
    """Return why no method gives a role, by the first method that gives access, or None."""
    if drawn.roles in DEFENDER_ROLES:
        return None if _proven(drawn) else "permissions.custom_role"
    reason = _NO_ROLE.get((drawn.method, drawn.roles))
    if drawn.extra_account is None:
        return reason
    by_gdap = drawn.access in GDAP_WORKS
    if drawn.extra_account == "account" or (by_gdap and reason is None):
        return None
    return reason if by_gdap else "permissions.no_role"


def _undecided(drawn: Drawn) -> bool:
    """Return whether no document decides: what Defender answers without a sufficient licence is not documented."""
    return drawn.roles in DEFENDER_ROLES and drawn.license in _LICENSE


def _proven(drawn: Drawn) -> bool:
    """Return whether Defender answered the operator, the only proof that a role of Defender itself is enough."""
    answers = (drawn.sign_in, drawn.defender) == ("ok", "ok") and drawn.license not in _LICENSE
    return drawn.roles in DEFENDER_ROLES_WORK and answers


def _verdicts(drawn: Drawn) -> dict[str, str]:
    """Return single verdicts. The app reads licence and MFA trust whatever the operator's access is."""
    verdicts = {
        "license": _LICENSE.get(drawn.license) or _LICENSE_MET.get(drawn.license),
        "mfa_trust": _MFA_TRUST.get(drawn.mfa_trust),
        "access": _no_access(drawn) or _access_met(drawn),
        "permissions": None if _no_access(drawn) or _undecided(drawn) else _no_role(drawn) or _role_met(drawn),
    }
    return {check: reason for check, reason in verdicts.items() if reason is not None}


def _access_met(drawn: Drawn) -> str | None:
    """Return the reason of a met access, where it is an uncommon one. GDAP comes first where it works."""
    if drawn.extra_account is not None:
        return "access.gdap_in_force" if drawn.access in GDAP_WORKS else "access.guest_accepted"
    return _ACCESS_MET.get((drawn.method, drawn.access))


def _role_met(drawn: Drawn) -> str | None:
    if drawn.roles in DEFENDER_ROLES:
        return "permissions.custom_role_proven"
    if drawn.extra_account is not None:
        by_gdap = drawn.access in GDAP_WORKS and drawn.roles == "enough"
        return "permissions.role_via_gdap" if by_gdap else "permissions.role_direct"
    return _ROLE_MET.get((drawn.method, drawn.roles))
