# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What access by B2B asks of a target tenant, and when it asks nothing."""

from __future__ import annotations

import pytest
from evidence import DIRECTORY_READERS, account, case, gdap_evidence, look_up_evidence, piece, relationship

from ansible_collections.m365.defender.plugins.module_utils._checks.access.reading import (
    account_look_ups,
    first_reads,
    follow_up,
    needs_accounts,
)
from ansible_collections.m365.defender.plugins.module_utils._checks.target import TargetContext

MAILS = ("anna@northwind.example", "a.berg@old.example")


def context(judged, *, as_operator=False, has_app=True, has_operator=False):
    identities = {"as_operator": as_operator, "has_app": has_app, "has_operator": has_operator}
    return TargetContext(judged, "home", MAILS, frozenset(), **identities)


class Reader:
    """Answers every read with the same data, and remembers what it was asked."""

    def __init__(self, data=None):
        self.data, self.asked = data, []

    def answer(self, reading):
        try:
            ask = next(reading)
            while True:
                self.identity = ask.identity
                self.asked += [bound.key for bound in ask.reads]
                ask = reading.send({bound.key: piece(bound.key, self.data) for bound in ask.reads})
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize(
    ("access", "evidence", "needed"),
    [
        ("b2b", gdap_evidence(relationship()), True),
        ("gdap", {}, False),
        ("governance", {}, False),
        ("auto", gdap_evidence(), True),
        ("auto", gdap_evidence(relationship()), False),
        ("auto", gdap_evidence(relationship(roles=[DIRECTORY_READERS])), True),
    ],
)
def test_accounts_are_needed_unless_a_relationship_carries_a_wanted_role(access, evidence, needed):
    judged = case(evidence, access=access)
    assert needs_accounts(judged) is needed
    assert bool(first_reads(context(judged))) is needed


def test_first_reads_are_settings_synchronization_and_look_ups_by_every_address():
    reads = first_reads(context(case({}, access="b2b")))
    assert [bound.key for bound in reads] == [
        "cross_tenant_access_default",
        "cross_tenant_access_partner",
        "identity_synchronization",
        *("accounts_by_mail", "accounts_by_other_mails", "accounts_by_upn"),
        *("accounts_by_mail/1", "accounts_by_other_mails/1", "accounts_by_upn/1"),
    ]
    assert [bound.fields.get("mail") for bound in reads[3:]] == [MAILS[0]] * 3 + [MAILS[1]] * 3
    assert reads[2].fields == {"home_tenant_id": "home"}


def test_operator_looks_at_their_own_object():
    (own,) = account_look_ups(MAILS, as_operator=True)
    assert own.key == "own_account"
    keys = [bound.key for bound in first_reads(context(case({}, access="b2b"), as_operator=True))]
    assert keys[-1] == "own_account"
    assert "accounts_by_mail" not in keys


def test_deleted_accounts_are_read_where_none_is_found():
    reader = Reader({"deleted": []})
    judged = reader.answer(follow_up(context(case(look_up_evidence(), access="b2b"))))
    names = ["deleted_by_mail", "deleted_by_upn", "deleted_by_mail/1", "deleted_by_upn/1"]
    assert reader.asked == ["organization", *names]
    assert reader.identity == "app"
    assert {*names, "organization"} <= judged.evidence.keys()


@pytest.mark.parametrize(
    ("evidence", "has_app"),
    [(look_up_evidence(account()), True), (look_up_evidence(), False), ({}, True)],
    ids=["found", "without_app", "not_looked_for"],
)
def test_deleted_accounts_are_not_asked_for_otherwise(evidence, has_app):
    reader, judged = Reader(), case(evidence, access="b2b")
    assert reader.answer(follow_up(context(judged, has_app=has_app))) is judged
    assert reader.asked == []


TWO = (account(), account(id="eeeeeeee-0000-4000-8000-000000000002"))


def test_of_several_accounts_the_persons_own_sign_in_says_which():
    reader, before = Reader({"accounts": []}), case(look_up_evidence(*TWO), access="b2b")
    judged = reader.answer(follow_up(context(before, has_operator=True)))
    assert (reader.asked, reader.identity) == (["organization", "own_account"], "operator")
    # The organization proved whose answer it is; the case has one already.
    assert judged.evidence.keys() - before.evidence.keys() == {"own_account"}


@pytest.mark.parametrize(
    ("rows", "has_operator"), [(TWO, False), (TWO[:1], True)], ids=["nobody_to_ask", "one_account"]
)
def test_a_person_is_not_asked_for_their_account_otherwise(rows, has_operator):
    reader, judged = Reader(), case(look_up_evidence(*rows), access="b2b")
    assert reader.answer(follow_up(context(judged, has_operator=has_operator))) is judged
    assert reader.asked == []
