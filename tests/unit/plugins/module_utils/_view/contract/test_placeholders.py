# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Placeholders: which are known where, and what each is filled with."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._view.contract.placeholders import (
    PlaceholderValues,
    TemplateFiller,
    first_unknown,
    placeholder_roots,
)

ROWS = {"a": {"tenantId": "A", "name": "Birch / Oak"}, "b": {"tenantId": "B", "name": "Elm"}}
VALUES = PlaceholderValues("home", {"n": 3}, {"_etag": "planted", "nested": {"deep": [1]}}, ROWS)
FILLER = TemplateFiller("add", VALUES, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "per_tenant", "unknown"),
    [
        ("no placeholder", False, None),
        ("$$5 and $home_tenant_id", False, None),
        ("$effective._etag $picker.x $tenant_ids", False, None),
        ("$tenant_id", False, "tenant_id"),
        ("$tenant.name", False, "tenant.name"),
        ("$tenant_id $tenant.name", True, None),
        ("$effective $other.x $more", True, "other.x"),
    ],
)
def test_the_first_unknown_placeholder(text, per_tenant, unknown):
    assert first_unknown(text, per_tenant=per_tenant) == unknown


def test_a_tenant_is_known_only_where_one_is_meant():
    assert {*placeholder_roots(per_tenant=True)} - {*placeholder_roots(per_tenant=False)} == {"tenant_id", "tenant"}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("$tenant_ids", ["a", "b"]),
        ("$home_tenant_id", "home"),
        ("$effective.nested.deep", [1]),
        ("$picker.n", 3),
        ("$tenant_id", "b"),
        ("$tenant.name!", "Elm!"),
        ("$$tenant_id", "$tenant_id"),
        ("$$", "$"),
        ({"$each": {"id": "$tenant.tenantId"}}, [{"id": "A"}, {"id": "B"}]),
        ([None, True, 1.5, {"k": "$tenant_id"}], [None, True, 1.5, {"k": "b"}]),
    ],
)
def test_values(template, value):
    assert FILLER.value(template, "b") == value


def test_a_value_in_a_path_is_quoted():
    assert FILLER.text("/x/$tenant.name", "a", in_path=True) == "/x/Birch%20%2F%20Oak"
    assert FILLER.text("/x/$tenant.name", "a") == "/x/Birch / Oak"


@pytest.mark.parametrize("template", ["$effective.version", "$tenant.x.y", "$picker.n.x", "x $effective.nested.none"])
def test_a_value_that_the_answer_lacks_is_named(template):
    name = template[template.index("$") :]
    with pytest.raises(MtoError, match=rf"write\.add: the portal's answer has no \{name}, so nothing was sent"):
        FILLER.value(template, "a")


@pytest.mark.parametrize("template", ["x $effective.nested", "x $tenant_ids"])
def test_only_text_and_numbers_become_part_of_a_text(template):
    with pytest.raises(MtoError, match="neither text nor a number"):
        FILLER.value(template, "a")


def test_the_session_s_etag_is_not_shown():
    assert "planted" not in repr(FILLER)
