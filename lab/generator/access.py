# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access and roles of a drawn tenant, written as a world."""

from __future__ import annotations

import typing as t

from lab.generator import governance, rare

if t.TYPE_CHECKING:
    import random

    from lab.generator.states import Drawn

Row = dict[str, t.Any]

# Groups of the home tenant. The operator is in the first, may activate the second, has activated the third, and is
# not in the last.
OPERATORS: t.Final = "Lab operators"
STANDBY: t.Final = "Lab standby"
ON_SHIFT: t.Final = "Lab on shift"
BYSTANDERS: t.Final = "Lab bystanders"
HOME_GROUPS: t.Final = (OPERATORS, STANDBY, ON_SHIFT, BYSTANDERS)

_READERS: t.Final = "SecOps readers"
_DEFENDER_ROLES: t.Final = ("Security Reader", "Security Operator", "Security Administrator", "Global Reader")
_OTHER_ROLES: t.Final = ["Directory Readers", "Helpdesk Administrator"]

_STATUSES: t.Final[dict[str, tuple[str, ...]]] = {
    "expired": ("expired", "expiring"),
    "terminated": ("terminated",),
    "approval_pending": ("approvalPending",),
    "partner_consent": ("approvalPending", "approved", "activating", "active"),
    "activating": ("approved", "activating"),
    "created": ("created",),
}
_NOT_ASSIGNED_YET: t.Final = ("no_assignment", "approval_pending", "activating", "created")
# Days left, and days since the relationship started.
_DAYS: t.Final = {
    "expired": (-9, 374),
    "end_passed": (-1, 366),
    "terminated": (-40, 400),
    "expiring": (12, 353),
    "auto_extend": (20, 345),
    "fresh": (365, 0),
}
_HOLDERS: t.Final = {"not_assigned": BYSTANDERS, "eligible": STANDBY, "activated": ON_SHIFT}
_ASSIGNMENT_STATUSES: t.Final = {"assignment_pending": "pending", "assignment_error": "error"}


def relationships(drawn: Drawn, name: str, rng: random.Random) -> list[Row]:
    """Return the GDAP relationships: none, a single one, or one with another that gives nothing."""
    if drawn.access == "missing":
        return []
    rows = [_relationship(drawn, name, rng)]
    if drawn.access == "several":
        rows.append(_ended_relationship(name, rng))
    if drawn.access == "lighthouse":
        rows.append(_lighthouse_relationship(name))
    rng.shuffle(rows)
    return rows


def _relationship(drawn: Drawn, name: str, rng: random.Random) -> Row:
    wanted = rng.choice(_DEFENDER_ROLES)
    left, ago = _DAYS.get(drawn.access, (rng.randint(60, 500), rng.randint(10, 200)))
    extends = drawn.access == "auto_extend"
    consent = {"reseller": True, "partner_consent_pending": True} if drawn.access == "partner_consent" else {}
    return {
        "name": name,
        "status": rng.choice(_STATUSES.get(drawn.access, ("active",))),
        "days_left": left,
        "created_days_ago": ago,
        "auto_extend": "P180D" if extends else rng.choice(("PT0S", "P180D")),
        "roles": [
            *([] if drawn.roles == "none" else [wanted]),
            *(["Global Administrator"] if extends else []),
            *_OTHER_ROLES,
        ],
        "assignments": [] if drawn.access in _NOT_ASSIGNED_YET else _assignments(drawn, wanted),
        **consent,
    }


def _assignments(drawn: Drawn, wanted: str) -> list[Row]:
    """Assign the wanted role or others to the operator's group; a bystander group gets the role that it lacks."""
    group = _HOLDERS.get(drawn.access, OPERATORS)
    given = [wanted, *_OTHER_ROLES] if drawn.roles == "enough" else _OTHER_ROLES
    mine = {"group": group, "roles": given, "status": _ASSIGNMENT_STATUSES.get(drawn.access, "active")}
    if drawn.roles != "not_assigned" or group == BYSTANDERS:
        return [mine]
    return [mine, {"group": BYSTANDERS, "roles": [wanted]}]


def _ended_relationship(name: str, rng: random.Random) -> Row:
    """Return a relationship that gave everything and has ended."""
    return {
        "name": f"{name} old",
        "status": rng.choice(("expired", "terminated")),
        "days_left": -20,
        "created_days_ago": 400,
        "roles": ["Security Reader", *_OTHER_ROLES],
        "assignments": [{"group": OPERATORS}],
    }


def _lighthouse_relationship(name: str) -> Row:
    """Return a relationship with the kind of name that Microsoft 365 Lighthouse gives."""
    return {"name": f"MLT_{name}", "roles": _OTHER_ROLES, "assignments": [{"group": BYSTANDERS}]}


def governance_of(drawn: Drawn, rng: random.Random) -> Row:
    """Return the governance relationships of a tenant and the steps to one."""
    wanted = [rng.choice(_DEFENDER_ROLES)] if drawn.roles == "enough" else []
    return governance.rows(drawn.access, [*wanted, *_OTHER_ROLES], OPERATORS, BYSTANDERS, rng)


def objects(drawn: Drawn, rng: random.Random) -> Row:
    """Return the operator's objects in a tenant, and the group that gives a role."""
    if drawn.access == "missing":
        return {}
    role = rng.choice(_DEFENDER_ROLES)
    guest: Row = {
        "state": "PendingAcceptance" if drawn.access == "pending" else "Accepted",
        "type": "Member" if drawn.access == "member" else "Guest",
        "enabled": drawn.access != "disabled",
        "deleted_days_ago": rng.randint(0, 25) if drawn.access == "deleted" else None,
        **_roles_of_a_guest(drawn.roles, role, rng),
    }
    group = {"name": _READERS, "roles": [role], "assignable_to_role": True}
    # A second account that could be the operator's as well.
    twice = [{**guest, **_roles_of_a_guest("none", role, rng)}] if drawn.access == "twice" else []
    return {
        "guests": [guest, *twice],
        "groups": [group, *rare.groups(drawn.roles)],
        "defender_roles_used": drawn.roles != "defender_unused",
    }


def extra_account(drawn: Drawn, rng: random.Random) -> Row:
    """Return the operator's account in a tenant that also has GDAP."""
    return rare.extra_account(drawn.extra_account, rng.choice(_DEFENDER_ROLES), _OTHER_ROLES)


def _roles_of_a_guest(state: str, role: str, rng: random.Random) -> Row:
    """Return the roles of a guest. An activated role keeps its eligibility."""
    if state in rare.DEFENDER_ROLES:
        return rare.roles_of_a_guest(state)
    eligible = {"role": role, "days_left": rng.choice((None, 90))}
    states: dict[str, Row] = {
        "enough": {"roles": [role]},
        "via_group": {"groups": [_READERS]},
        "activated": {"timed_roles": [{"role": role, "minutes_left": 55}], "eligible_roles": [eligible]},
        "none": {"roles": _OTHER_ROLES},
        "eligible": {"eligible_roles": [eligible]},
        "scoped": {"scoped_roles": [role]},
        "group_eligible": {"eligible_groups": [{"group": _READERS, "days_left": rng.choice((None, 90))}]},
    }
    return states[state]
