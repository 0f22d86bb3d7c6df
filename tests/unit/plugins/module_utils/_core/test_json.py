# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names for JSON from outside."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

from ansible_collections.m365.defender.plugins.module_utils._core.json import Json, JsonObject


def test_an_object_is_a_mapping_by_name_of_anything():
    assert Json is t.Any
    assert t.get_origin(JsonObject) is Mapping
    assert t.get_args(JsonObject) == (str, Json)
    assert isinstance(json.loads("{}"), t.get_origin(JsonObject))
