# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry sees of the check permissions."""

from __future__ import annotations

from evidence import SECURITY_READER, case, gdap_evidence, relationship, role_rows, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.permissions.check import CHECK
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext


def context(as_operator=False, **tenant):
    return TargetContext(case({}, **tenant), "home", (), frozenset(), as_operator=as_operator, has_app=True)


def test_it_builds_on_access():
    assert CHECK.judge(case({})).caused_by == "access"
    assert CHECK.judge(case(gdap_evidence(relationship()))).reason == "permissions.role_via_gdap"


def test_whatever_it_may_read_is_documented_with_its_purpose():
    documented = {(use.read.what, use.read.path) for use in CHECK.reads}
    for as_operator in (False, True):
        reads = CHECK.possible_reads(context(as_operator, access="b2b"))
        assert {(read.what, read.path) for read in reads if read.what != "organization"} <= documented | {
            # The operator's own groups are documented by the check access.
            (
                "operator_groups",
                "/me/transitiveMemberOf/microsoft.graph.group?$select=id,displayName&$count=true&$top=999",
            )
        }
    assert {use.side for use in CHECK.reads} == {"target"}


def test_nothing_is_read_first_and_nothing_at_all_where_no_account_is_looked_for():
    assert CHECK.first_reads(context(access="b2b")) == ()
    assert CHECK.possible_reads(context(access="gdap")) == []


def test_end_of_a_role_is_its_expiry_and_unread_where_it_was_not_read():
    ending = case({"timed_roles": role_rows("timed_roles", (SECURITY_READER, 60 * 24))})
    assert [(expiry.what, expiry.object) for expiry in CHECK.expiries(ending)] == [("role_assignment", SECURITY_READER)]
    unknown = CHECK.judged(case({"timed_roles": unread("timed_roles")})).unread
    assert unknown == ("permissions.activation_ends", "permissions.assignment_ends")
