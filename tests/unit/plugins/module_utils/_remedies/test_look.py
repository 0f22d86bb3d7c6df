# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Data for a look: all of an answer, in its documented form, or nothing."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._microsoft.answer import Answer
from ansible_collections.m365.defender.plugins.module_utils._remedies.look import Look, UnreadError, WriteCall, read_as


def name(body):
    return body.non_empty("name")


def test_data_of_an_answer():
    assert read_as(Answer(200, "", body={"name": "x"}), "the thing", name) == "x"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(403, "", error="HTTP 403 denied: no"), "HTTP 403 denied: no"),
        (Answer(0, "", error="the connection was closed"), "the connection was closed"),
        (Answer(200, "", body={"name": "x"}, partial="its pages repeat"), "its pages repeat"),
        (
            Answer(200, "", body={"name": ""}),
            "the answer is not as documented (name must be a string that is not empty.)",
        ),
        (Answer(200, "", body={}), "the answer is not as documented (name is missing; it must be a string.)"),
        (Answer(204, ""), "the answer is not as documented (the body must be a dictionary.)"),
        (Answer(200, "", body=[]), "the answer is not as documented (the body must be a dictionary.)"),
    ],
)
def test_half_an_answer_is_none(answer, why):
    with pytest.raises(UnreadError) as raised:
        read_as(answer, "the thing", name)
    assert str(raised.value) == f"the thing could not be read: {why}"


def test_version_is_not_shown():
    call = WriteCall("PATCH", "/x", {"a": 1}, 'W/"secret"')
    assert "secret" not in repr(Look(kind="change", message="Do it.", call=call))
    assert call != WriteCall("PATCH", "/x", {"a": 1}, 'W/"other"')
