# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The catalogue of AADSTS numbers: OAuth codes, statuses, and the names that a text can take."""

from __future__ import annotations

import re
import string

import pytest

from lab.data.aadsts import ERRORS

FIELDS = {
    "app",
    "client_id",
    "grant_type",
    "home",
    "method",
    "parameter",
    "redirect_uri",
    "resource",
    "scope",
    "tenant",
    "upn",
}


@pytest.mark.parametrize("number", ERRORS)
def test_definition(number):
    definition = ERRORS[number]
    assert re.fullmatch(r"[a-z_]+", definition.error)
    assert definition.status in (400, 401, 403, 405, 429, 503)
    assert {name for _text, name, _spec, _conversion in string.Formatter().parse(definition.text) if name} <= FIELDS
    assert definition.text.endswith(".")
