# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single values that an argument spec cannot check."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._options.values import DAY, GUID, parse_days, parse_number


@pytest.mark.parametrize(("value", "number"), [(None, 30.0), (1, 1), (0.5, 0.5), (DAY, DAY)])
def test_number(value, number):
    assert parse_number("timeout", value, 30.0, DAY) == number


@pytest.mark.parametrize("value", [0, -1, DAY + 1, float("inf"), float("nan"), "5"])
def test_number_out_of_range(value):
    with pytest.raises(OptionError, match=r"timeout: .* is out of range; give a number above 0 and up to 86400\."):
        parse_number("timeout", value, 30.0, DAY)


@pytest.mark.parametrize("value", [0, 730])
def test_days(value):
    assert parse_days("expiry_warning_days", value) == value


@pytest.mark.parametrize("value", [-1, 731])
def test_days_out_of_range(value):
    with pytest.raises(OptionError, match=r"expiry_warning_days: .* from 0 to 730"):
        parse_days("expiry_warning_days", value)


def test_guid():
    assert GUID.match("11111111-2222-3333-4444-555555555555")
    for text in ("11111111-2222-3333-4444-555555555555 ", "1111111-2222-3333-4444-555555555555", "contoso", "G" * 36):
        assert not GUID.match(text)
