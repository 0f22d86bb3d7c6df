# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry sees of the check access."""

from __future__ import annotations

import dataclasses

from evidence import case, gdap_evidence, relationship, unread

from ansible_collections.m365.defender.plugins.module_utils._checks.access import cross_cloud
from ansible_collections.m365.defender.plugins.module_utils._checks.access.b2b import reads as b2b_reads
from ansible_collections.m365.defender.plugins.module_utils._checks.access.check import CHECK
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem


def test_its_place_on_the_chain():
    assert (CHECK.name, CHECK.link, CHECK.severity, CHECK.stage) == ("access", "access", "required", "requirements")


def test_reads_name_their_purpose_and_side_once():
    uses = {(use.read.what, use.read.path): use for use in CHECK.reads}
    assert len(uses) == len(CHECK.reads)
    assert {use.side for use in CHECK.reads} == {"home", "target"}
    sides = {use.read: use.side for use in CHECK.reads}
    assert {sides[read] for read in (*b2b_reads.LOOK_UPS, *b2b_reads.DELETED_LOOK_UPS)} == {"target"}
    assert {sides[read] for read in (b2b_reads.HOME_DEFAULT, *cross_cloud.READS)} == {"home"}


def test_judge_adds_the_recipe_for_another_cloud():
    judged = case(gdap_evidence(relationship()))
    assert CHECK.judge(judged).reason == "access.gdap_in_force"
    problem = Problem("read.other_cloud", {"cloud": "dod", "run_cloud": "public"})
    organization = dataclasses.replace(unread("organization"), problem=problem)
    verdict = CHECK.judge(case({**gdap_evidence(), "organization": organization}, cloud="dod"))
    assert verdict.reason == "read.other_cloud"
    assert "access.cross_cloud_target" in [caveat.reason for caveat in verdict.caveats]


def test_reasons_of_every_method_and_expiries_of_gdap():
    assert {"access.gdap_in_force", "access.guest_accepted", "access.governance_active"} <= CHECK.reasons.keys()
    assert [expiry.what for expiry in CHECK.expiries(case(gdap_evidence(relationship())))] == ["gdap_relationship"]
