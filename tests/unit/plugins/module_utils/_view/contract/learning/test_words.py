# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the user reads of a learned contract."""

from __future__ import annotations

import types

import pytest

from ansible_collections.m365.defender.plugins.module_utils._view.contract.form import parse_contract
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.hypotheses import Found
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.words import (
    doubts_about,
    lessons_of,
)

ANSWERS = {"effective": ["_etag", "name"]}


def found(name, body, *, statuses=(204,), notes=(), sizes=(1, 2), split=False, **call):
    """A call that was found in requests with these answers."""
    writes = tuple(types.SimpleNamespace(exchange=types.SimpleNamespace(status=status)) for status in statuses)
    whole = {"method": "PUT", "path": "/view", "body": body, **call}
    return Found(name, f"{whole['method']} /view", whole, writes, notes, *sizes, split=split)


def lessons(*calls):
    data = {"version": 1, "answers": ANSWERS, "write": {each.name: each.call for each in calls}}
    return lessons_of(parse_contract(data), calls)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (found("set", "$tenant_ids"), "Every change sends PUT /view with the full list."),
        (
            found("set", {"$each": {"id": "$tenant_id", "name": "$tenant.name"}}),
            "Every change sends PUT /view with the full list as objects.",
        ),
        (
            found("set", {"$each_offered": {"id": "$tenant_id", "on": "$selected"}}),
            "Every change sends PUT /view with a flag for every tenant that is offered.",
        ),
        (
            found("change", {"add": "$added_ids", "remove": "$removed_ids"}),
            "Every change sends PUT /view with what is added and what is removed.",
        ),
        (found("add", "$tenant_ids"), "Adding sends PUT /view with the tenants."),
        (found("add", {"id": "$tenant_id"}, per="tenant"), "Adding sends PUT /view once for each tenant."),
    ],
)
def test_what_a_call_sends(call, sentence):
    assert lessons(call) == (sentence, "The portal answers a success with HTTP 204.")


def test_directions_of_their_own_have_sentences_of_their_own():
    add = found("add", None, path="/view/$tenant_id", per="tenant", statuses=(201, 204))
    remove = found("remove", None, method="DELETE", path="/view/$tenant_id", per="tenant")
    assert lessons(add, remove) == (
        "Adding sends PUT /view/$tenant_id once for each tenant.",
        "Removing sends DELETE /view/$tenant_id once for each tenant.",
        "The portal answers a success with HTTP 201 or 204.",
    )


@pytest.mark.parametrize(
    ("more", "guarded"),
    [
        ({"headers": {"If-Match": "$effective_etag"}}, True),
        ({"headers": {"If-Match": "$effective._etag"}}, True),
        ({"headers": {"etag": "constant"}}, False),
        ({"body": {"$copy": "$effective", "ids": "$tenant_ids"}}, True),
        ({"body": {"name": "$effective.name", "ids": "$tenant_ids"}}, False),
    ],
)
def test_guard_against_the_change_of_somebody_else_is_told(more, guarded):
    sentences = lessons(found("set", **{"body": "$tenant_ids", **more}))
    assert any("guarded by the etag" in sentence for sentence in sentences) is guarded


def test_other_answers_that_it_repeats_are_named():
    body = {"ids": "$tenant_ids", "who": "$context.AuthInfo.UserName", "group": "$group.tenantGroupId"}
    assert "It repeats values of other answers of the portal: context, group." in lessons(found("set", body))


def test_doubts_are_told_once_with_what_was_seen():
    note = "A header is left out (x-request-id): it differs."
    add = found("add", "$tenant_ids", notes=(note,), sizes=(2, 2))
    remove = found("remove", "$tenant_ids", notes=(note,), sizes=(1, 1))
    assert doubts_about([add, remove]) == (
        note,
        "Adding: no request with fewer than 2 tenants was recorded.",
        "Adding: no request with more than 2 tenants was recorded, so more of them are sent in several requests.",
        "Removing: no request with more than 1 tenant was recorded, so more of them are sent in several requests.",
    )
    assert doubts_about([found("set", "$tenant_ids"), found("add", "$tenant_ids", split=True)]) == ()
