# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence that is saved: no token is in it, and it answers only for the declaration that it was read for."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from evidence import NOW, unread
from saved_files import file_of, in_force

from ansible_collections.m365.defender.plugins.module_utils._assess.requirements import facts_from_evidence
from ansible_collections.m365.defender.plugins.module_utils._collect.saved import Saved, without_tokens
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.model import Problem

OTHER_ID = "aaaaaaaa-0000-4000-8000-000000000002"


def test_tenants_pick_and_order():
    first = in_force()
    second = dataclasses.replace(first, tenant=dataclasses.replace(first.tenant, tenant_id=OTHER_ID))
    body = file_of(Saved(first), Saved(second))
    assert [r.tenant.tenant_id for r in facts_from_evidence(body, [second.tenant]).assessment.rows] == [OTHER_ID]
    both = facts_from_evidence(body, [second.tenant, first.tenant]).assessment.rows
    assert [report.tenant for report in both] == [second.tenant, first.tenant]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tenant_id": "nobody", "name": "Fir"}, "it holds nothing about Fir (nobody)"),
        ({"roles": ("x",)}, "with another roles than tenants says"),
        ({"access": "b2b"}, "with another access than tenants says"),
        ({"licenses": ("x",)}, "with another licenses than tenants says"),
    ],
)
def test_evidence_answers_no_other_declaration(change, words):
    one = in_force()
    with pytest.raises(OptionError) as error:
        facts_from_evidence(file_of(Saved(one)), [dataclasses.replace(one.tenant, **change)])
    assert words in str(error.value)


@pytest.mark.parametrize(
    "time", [NOW, NOW + dt.timedelta(days=36500), dt.datetime(2036, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14)))]
)
def test_time_to_judge_at_is_that_of_the_evidence_or_later(time):
    assert len(facts_from_evidence(file_of(Saved(in_force())), now=time).assessment.rows) == 1


@pytest.mark.parametrize(
    "time",
    [
        NOW - dt.timedelta(seconds=1),
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=14))),
        dt.datetime(9999, 12, 31, tzinfo=dt.timezone(-dt.timedelta(hours=14))),
    ],
)
def test_evidence_from_the_future_of_the_time_to_judge_at_is_refused(time):
    with pytest.raises(OptionError, match=r"^judged_at: the evidence was read at 2026-11-23T12:00:00\+00:00; give"):
        facts_from_evidence(file_of(Saved(in_force())), now=time)


def test_evidence_judged_at_another_time_is_still_from_its_own_time():
    body = file_of(Saved(in_force()))
    assert facts_from_evidence(body, now=NOW + dt.timedelta(days=9)).as_dict(with_evidence=True)["evidence"] == body


def test_another_time_is_another_verdict():
    body = file_of(Saved(in_force(days=20)))
    now = facts_from_evidence(body).assessment.rows[0]
    later = facts_from_evidence(body, now=NOW + dt.timedelta(days=30)).assessment.rows[0]
    assert (now.verdicts["access"].status, later.verdicts["access"].status) == ("met", "unmet")
    assert later.verdicts["access"].reason == "access.gdap_expired"


def test_what_looks_like_a_token_is_taken_out():
    jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.c2ln"
    refresh = "0.A" + "Xo_-" * 60
    problem = Problem("read.failed", {"said": f"AADSTS1: {jwt} and {refresh}."})
    piece = dataclasses.replace(unread("operator_sign_in"), problem=problem)
    one = dataclasses.replace(in_force(), evidence={"operator_sign_in": piece})
    text = json.dumps(file_of(Saved(one)))
    assert jwt not in text
    assert refresh not in text
    assert "AADSTS1: [removed: it looks like a token] and" in text


@pytest.mark.parametrize(
    "text",
    [
        "https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-000000000001/v2.0/adminconsent?client_id=x&scope=y",
        "cccccccc-0000-4000-8000-000000000001-dddddddd-0000-4000-8000-000000000001",
        "A group with a very long name " * 8,
        "eyJ",
    ],
)
def test_what_is_no_token_stays(text):
    assert without_tokens({"a": [text]}) == {"a": [text]}
