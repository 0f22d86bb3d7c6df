# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Strategies: any tenant with any evidence."""

from __future__ import annotations

import dataclasses

from evidence import (
    DIRECTORY_READERS,
    GROUP,
    NOW,
    OTHER_GROUP,
    SECURITY_READER,
    account,
    account_evidence,
    b2b_setting,
    case,
    gdap_evidence,
    group_rows,
    operator_evidence,
    relationship,
    role_evidence,
    role_rows,
    side_evidence,
    sku,
    sku_evidence,
    subscription_evidence,
    trust_evidence,
    unread,
)
from hypothesis import strategies as st

# Any value of JSON, and numbers that are none.
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["2999-01-01T00:00:00Z", "0000-01-01T00:00:00Z", 10**400, -1, "app", "doc", "met"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=3), children, max_size=3),
    max_leaves=6,
)


STATUSES = ["active", "Active", "expiring", "expired", "terminated", "terminationRequested", "created", "odd", ""]


ROLES = st.lists(st.sampled_from([SECURITY_READER, DIRECTORY_READERS]), unique=True)


relationships = st.lists(
    st.builds(
        relationship,
        st.sampled_from(STATUSES),
        st.one_of(st.none(), st.integers(-400, 400)),
        id=st.sampled_from(["r1", "r2", "r3"]),
        roles=ROLES,
        partner_consent_pending=st.sampled_from([False, False, False, True, None]),
    ),
    max_size=3,
    unique_by=lambda row: row["id"],
)


assignments = st.lists(
    st.fixed_dictionaries(
        {
            "status": st.sampled_from(["active", "ACTIVE", "pending", "deleted", "error", "odd"]),
            "group": st.sampled_from([GROUP, OTHER_GROUP]),
            "created": st.sampled_from([None, NOW.isoformat(), "2026-01-01T00:00:00Z"]),
            "roles": ROLES,
            "other_roles": st.just(0),
        }
    ),
    max_size=3,
)


accounts = st.lists(
    st.builds(
        account,
        id=st.sampled_from(["a1", "a2", "a3"]),
        state=st.sampled_from(["Accepted", "accepted", "PendingAcceptance", None, "Odd"]),
        enabled=st.sampled_from([True, False, None]),
        type=st.sampled_from(["Guest", "Member", ""]),
        issuers=st.sampled_from([["ExternalAzureAD"], ["mail"], []]),
        mail=st.sampled_from(["anna@northwind.example", "other@northwind.example"]),
    ),
    max_size=3,
    unique_by=lambda row: row["id"],
)


skus = st.lists(
    st.builds(
        lambda name, state, units, plan, plan_state: sku(name, state, units, **{plan: plan_state}),
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["Enabled", "enabled", "Warning", "Suspended", "LockedOut", "Odd"]),
        st.integers(0, 2),
        st.sampled_from(["MTP", "MDE_SMB", "MDE_LITE"]),
        st.sampled_from(["Success", "Disabled", "disabled", "PendingInput"]),
    ),
    max_size=3,
)


trusts = st.builds(trust_evidence, st.sampled_from(["none", None, True, False]), st.sampled_from([True, False, None]))


settings = st.one_of(
    st.none(),
    st.builds(b2b_setting, st.sampled_from(["allowed", "blocked", "odd"]), st.sampled_from(["user:allusers", ""])),
    st.builds(b2b_setting, st.sampled_from(["allowed", "blocked"]), st.just(""), user=st.just(3)),
)


sides = st.one_of(st.just({}), st.builds(side_evidence, settings, settings))


roles = st.builds(
    role_evidence,
    ROLES.map(tuple),
    st.lists(
        st.tuples(
            st.sampled_from([SECURITY_READER, DIRECTORY_READERS]), st.sampled_from(["/", "/administrativeUnits/1"])
        ),
        max_size=2,
    ).map(tuple),
)


MINUTES = st.one_of(st.none(), st.integers(-90, 900))


timed = st.builds(
    lambda eligible, active, roles, timed_roles, trial: {
        "eligible_groups": group_rows("eligible_groups", *eligible),
        "timed_groups": group_rows("timed_groups", *active),
        "eligible_roles": role_rows("eligible_roles", *roles),
        "timed_roles": role_rows("timed_roles", *timed_roles),
        **subscription_evidence({"sku": "A", "trial": trial}),
    },
    *(st.lists(st.tuples(st.sampled_from([GROUP, OTHER_GROUP]), MINUTES), max_size=2) for _number in range(2)),
    *(
        st.lists(st.tuples(st.sampled_from([SECURITY_READER, DIRECTORY_READERS]), MINUTES), max_size=2)
        for _number in range(2)
    ),
    st.sampled_from([True, False, None]),
)


operators = st.builds(
    lambda enabled, kind: {"operator": operator_evidence(enabled=enabled, type=kind)},
    st.sampled_from([True, True, True, False, None]),
    st.sampled_from(["Member", "Member", "", "Guest"]),
)


UNREAD = (
    "read.throttled",
    "read.partial",
    "consent.app_not_in_tenant",
    "consent.permission_missing",
    "sign_in.refused",
)


@st.composite
def cases(draw):
    """Any tenant, with any evidence."""
    rows = draw(relationships)
    evidence = {
        **gdap_evidence(
            *rows, assignments=draw(assignments), groups=draw(st.sampled_from([(), (GROUP,), (OTHER_GROUP,)]))
        ),
        **account_evidence(*draw(accounts)),
        **sku_evidence(*draw(skus)),
        **draw(trusts),
        **draw(sides),
        **draw(roles),
        **draw(timed),
        **draw(operators),
    }
    return case(evidence, access=draw(st.sampled_from(["gdap", "b2b", "auto"])))


@st.composite
def unread_cases(draw):
    """Any tenant of which a part could not be read, for any cause."""
    judged = draw(cases())
    lost = draw(st.lists(st.sampled_from(sorted(judged.evidence)), unique=True, max_size=4))
    pieces = {key: unread(key, draw(st.sampled_from(UNREAD))) for key in lost}
    return dataclasses.replace(judged, evidence={**judged.evidence, **pieces})
