# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The portal's settings in a world."""

from __future__ import annotations

import typing as t

import pydantic
import pytest

from lab.hosts.portal.writes import SHAPES
from lab.worlds.portal import PortalSettings, WriteShape


def test_every_write_shape_has_its_requests():
    assert {*SHAPES} == {*t.get_args(WriteShape)}
    assert all(shape.requests and "async function save(add, remove)" in shape.script for shape in SHAPES.values())


def test_fields_that_are_not_on_record_exist_only_where_they_are_needed():
    assert PortalSettings().fields == frozenset()
    assert PortalSettings(write_shape="envelope").fields == {"version"}
    assert PortalSettings(invented_fields=["user_id"]).fields == {"user_id"}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"write_shape": "envelope", "invented_fields": []}, "'envelope' needs version in invented_fields"),
        ({"write_shape": "group_in_path", "invented_fields": ["user_id"]}, "needs group_id in invented_fields"),
        ({"write_shape": "plain", "invented_fields": ["etag_header"]}, "needs the _etag that etag_header takes out"),
    ],
)
def test_a_shape_without_its_fields_is_refused(settings, sentence):
    with pytest.raises(pydantic.ValidationError, match=sentence):
        PortalSettings(**settings)
