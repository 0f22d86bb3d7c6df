# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pipeline: one row for each tenant, whatever happens to it."""

from __future__ import annotations

import dataclasses
import datetime as dt

from evidence import NOW, case, gdap_evidence, relationship

from ansible_collections.m365.defender.plugins.module_utils._assess.pipeline import RowMaker, assess_again
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import Saved, SavedRun
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

JUDGED = case(gdap_evidence(relationship()))
ROWS = RowMaker(lambda judged: ("judged", judged.now), lambda _case, problem, cause: (problem.reason, cause))


def test_row_of_a_saved_case():
    assert ROWS.row_of(Saved(JUDGED)) == ("judged", NOW)
    assert ROWS.row_of(Saved(JUDGED, Problem("read.deadline"), "sign_in")) == ("read.deadline", "sign_in")


def test_evidence_that_cannot_be_judged_leaves_everything_unknown():
    def judge(_case):
        raise KeyError("roles")

    rows = dataclasses.replace(ROWS, judge=judge)
    assert rows.row_of(Saved(JUDGED)) == ("read.evidence_damaged", None)


def test_saved_run_is_judged_at_another_time():
    run = SavedRun("home", "anna", "public", "2026-11-23T12:00:00Z", (Saved(JUDGED),))
    later = NOW + dt.timedelta(days=1)
    assert assess_again(run, [], later, ROWS).rows == [("judged", later)]
    assert assess_again(run, [JUDGED.tenant], None, ROWS).rows == [("judged", NOW)]
