# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading one target tenant: what is sent at once, and what a tenant in another cloud leaves unread."""

from __future__ import annotations

import dataclasses
import types

import pytest
from evidence import NOW, case, piece

from ansible_collections.m365.defender.plugins.module_utils._collect.evidence import EvidenceReader, ReadTarget
from ansible_collections.m365.defender.plugins.module_utils._collect.home import Home
from ansible_collections.m365.defender.plugins.module_utils._collect.reading import read_together
from ansible_collections.m365.defender.plugins.module_utils._collect.target import empty_case, tenant_reader
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

OPERATOR = piece("operator", {"id": "1", "upn": "anna@northwind.example", "mail": None, "other_mails": []})
HOME = Home("Northwind", "anna@northwind.example", ("anna@northwind.example",), {"operator": OPERATOR})


@dataclasses.dataclass
class FakeSession:
    reached: bool = True
    client_id: str = "app"
    defender_portal: str = "https://security.test"
    cloud_name: str = "public"
    reading_as: str = "app"
    home_target: ReadTarget = dataclasses.field(default_factory=lambda: ReadTarget("home", "Northwind", "u"))
    sent: list = dataclasses.field(default_factory=list)

    def consent_url(self, tenant_id):
        return f"https://consent/{tenant_id}"

    def has(self, _name):
        return True

    def reaches(self, _cloud):
        return self.reached

    def read(self, reads, target):
        self.sent.append([bound.key for bound in reads])
        return self.unread(reads, Problem("read.throttled"), target)

    def read_as(self, _name, reads, target):
        return self.read(reads, target)

    def complete(self, _reads, evidence, _target):
        return evidence

    def unread(self, reads, problem, target):
        return EvidenceReader(types.SimpleNamespace(), lambda: NOW).unread(reads, "app", problem, target)


def read_tenant(*given):
    (case_read,) = read_together([tenant_reader(*given)])
    return case_read


def test_first_reads_of_all_checks_go_out_together():
    session = FakeSession()
    read = read_tenant(session, HOME, case({}).tenant, NOW)
    assert session.sent[0][0] == "organization"
    assert {"subscribed_skus", "cross_tenant_access_default"} <= set(session.sent[0])
    assert read.evidence["subscribed_skus"].problem.reason == "read.throttled"
    assert read.evidence["operator"] is OPERATOR


@pytest.mark.parametrize("cloud", ["gcc_high", "dod"])
def test_tenant_in_another_cloud_is_not_read(cloud):
    session = FakeSession(reached=False)
    read = read_tenant(session, HOME, case({}, cloud=cloud).tenant, NOW)
    assert not session.sent
    assert read.evidence["subscribed_skus"].problem.details["cloud"] == cloud


def test_empty_case_knows_who_and_when():
    tenant = case({}).tenant
    empty = empty_case(FakeSession(), HOME, tenant, NOW)
    assert (empty.tenant, empty.evidence, empty.now) == (tenant, {}, NOW)
    assert (empty.home, empty.operator, empty.app) == ("Northwind", "anna@northwind.example", "app")
    assert empty.consent_url == f"https://consent/{tenant.tenant_id}"
