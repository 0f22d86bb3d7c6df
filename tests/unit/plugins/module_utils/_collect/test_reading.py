# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several people's questions about one tenant: what is the same is asked once, and a failure stays with its person."""

from __future__ import annotations

import dataclasses
import threading

from evidence import piece

from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b.reads import ACCOUNTS_BY_MAIL
from ansible_collections.m365.defender.plugins.module_utils._checks.license.reads import SUBSCRIBED_SKUS
from ansible_collections.m365.defender.plugins.module_utils._checks.operator import ORGANIZATION
from ansible_collections.m365.defender.plugins.module_utils._checks.target import Ask
from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import Reader, read_together
from ansible_collections.m365.defender.plugins.module_utils._core.deadline import Deadline
from ansible_collections.m365.defender.plugins.module_utils._core.model import BoundRead, Problem

TARGET = ReadTarget("contoso", "Contoso", "https://consent")
SHARED = BoundRead(SUBSCRIBED_SKUS)


def account(mail):
    return BoundRead(ACCOUNTS_BY_MAIL, {"mail": mail})


@dataclasses.dataclass
class FakeSession:
    """Answers every read with who asked for what."""

    reading_as: str = "app"
    concurrency: int = 4
    deadline: Deadline = dataclasses.field(default_factory=lambda: Deadline(10))
    home_target: ReadTarget = dataclasses.field(default_factory=lambda: ReadTarget("home", "Northwind", "u"))
    sent: list = dataclasses.field(default_factory=list)
    lock: object = dataclasses.field(default_factory=threading.Lock)

    def read_as(self, name, reads, target):
        with self.lock:
            self.sent.append((name, [bound.key for bound in reads], target))
        return {bound.key: piece(bound.key, {"mail": bound.fields.get("mail"), "as": name}) for bound in reads}

    def read(self, reads, target):
        return self.read_as("operator", reads, target)

    def complete(self, _reads, evidence, _target):
        return evidence

    def unread(self, reads, _problem, _target):
        return {bound.key: piece(bound.key, None, Problem("read.failed")) for bound in reads}


def asks(*asked, fails=None):
    """Ask for these in turn, and return all data."""
    data = []
    for ask in asked:
        answers = yield ask
        data += [answers[bound.key].data for bound in ask.reads]
    if fails:
        raise fails
    return data


def together(session, *readings, target=TARGET):
    return read_together([Reader(session, target, reading) for reading in readings])


def test_same_question_is_asked_once_and_each_person_gets_their_own_answer():
    session = FakeSession()
    anna, ben = together(session, asks(Ask([SHARED, account("anna")])), asks(Ask([SHARED, account("ben")])))
    ((_name, keys, _target),) = session.sent
    assert keys == ["subscribed_skus", "accounts_by_mail", "accounts_by_mail/~2"]
    assert (anna[0], ben[0]) == ({"mail": None, "as": "app"},) * 2
    assert (anna[1]["mail"], ben[1]["mail"]) == ("anna", "ben")


def test_later_questions_go_out_together_as_well():
    session = FakeSession()
    together(session, asks(Ask([SHARED]), Ask([account("anna")], "app")), asks(Ask([SHARED])))
    assert [keys for _name, keys, _target in session.sent] == [["subscribed_skus"], ["accounts_by_mail"]]


def test_operators_token_reads_for_the_operator_alone():
    session = FakeSession()
    anna, ben = together(session, asks(Ask([account("anna")], "operator")), asks(Ask([account("ben")])))
    assert [name for name, _keys, _target in session.sent] == ["app", "operator"]
    assert (anna[0]["as"], ben[0]["as"]) == ("operator", "app")


def test_what_goes_wrong_for_one_person_is_that_persons_result():
    error = ValueError("no")
    anna, ben = together(FakeSession(), asks(Ask([SHARED]), fails=error), asks(Ask([SHARED]), Ask([account("ben")])))
    assert anna is error
    assert ben[1]["mail"] == "ben"


def test_needs_of_everybody_are_known_and_the_name_is_the_latest():
    session = FakeSession()
    targets = [dataclasses.replace(TARGET, needs=(read,)) for read in (SUBSCRIBED_SKUS, ACCOUNTS_BY_MAIL)]
    read_together([Reader(session, target, asks(Ask([SHARED], where="Contoso Ltd"))) for target in targets])
    ((_name, _keys, target),) = session.sent
    assert (target.needs, target.name) == ((SUBSCRIBED_SKUS, ACCOUNTS_BY_MAIL), "Contoso Ltd")


def test_home_is_read_in_several_batches_at_once_each_with_its_proof():
    session = FakeSession()
    reads = [BoundRead(ORGANIZATION), *(account(str(number)) for number in range(45))]
    reads = [dataclasses.replace(bound, qualifier=str(number or "")) for number, bound in enumerate(reads)]
    (data,) = together(session, asks(Ask(reads)), target=session.home_target)
    assert [row["mail"] for row in data[1:]] == [str(number) for number in range(45)]
    assert sorted(len(keys) for _name, keys, _target in session.sent) == [8, 20, 20]
    assert all(keys[0] == "organization" for _name, keys, _target in session.sent)
