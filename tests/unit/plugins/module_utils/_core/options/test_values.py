# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single values that an argument spec cannot check."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import (
    DAY,
    GUID,
    parse_days,
    parse_duration,
    parse_guid,
    parse_whole_number,
)

ID = "11111111-2222-3333-4444-55555555abcd"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(
            (None, 30.0),
            ("", 30.0),
            (1, 1),
            (0.5, 0.5),
            (DAY, DAY),
            ("30", 30),
            ("30s", 30),
            ("5m", 300),
            (" 5 M ", 300),
        ),
        *(("1.5h", 5400), ("24h", DAY), ("1d", DAY)),
    ],
)
def test_duration(value, seconds):
    assert parse_duration("timeout", value, 30.0) == seconds


@pytest.mark.parametrize("value", [0, -1, DAY + 1, float("inf"), float("nan"), "5x", "1w", True, [], "soon", "1m30s"])
def test_duration_out_of_range(value):
    with pytest.raises(OptionError, match=r"^timeout: '.*' is not a duration of more than 0 and at most 1d; give sec"):
        parse_duration("timeout", value, 30.0)


def test_duration_can_be_zero_where_that_means_something():
    assert parse_duration("wait_timeout", "0", 60.0, least=0) == 0
    assert parse_duration("snapshot_max_age", "2w", 60.0, most=30 * DAY) == 14 * DAY
    with pytest.raises(OptionError, match="is not a duration of 0 or more and at most 1d"):
        parse_duration("wait_timeout", -1, 60.0, least=0)


@pytest.mark.parametrize(("value", "number"), [(None, 16), (1, 1), (256, 256)])
def test_whole_number(value, number):
    assert parse_whole_number("concurrency", value, 16, least=1, most=256) == number


@pytest.mark.parametrize("value", [0, 257, "5", 1.5])
def test_whole_number_out_of_range(value):
    with pytest.raises(OptionError, match=r"^concurrency: '.*' is out of range; give a whole number from 1 to 256\.$"):
        parse_whole_number("concurrency", value, 16, least=1, most=256)


@pytest.mark.parametrize("value", [0, 730])
def test_days(value):
    assert parse_days(value) == value


@pytest.mark.parametrize("value", [-1, 731])
def test_days_out_of_range(value):
    with pytest.raises(OptionError, match=r"expiry_warning_days: .* from 0 to 730"):
        parse_days(value)


@pytest.mark.parametrize("text", [ID, ID.upper(), f" {ID}\n", f"{{{ID}}}", f"({ID.upper()})", f"{{ {ID} }}", f'"{ID}"'])
def test_guid_as_people_and_tools_write_it(text):
    assert parse_guid(text) == ID
    assert GUID.match(ID)


@pytest.mark.parametrize("text", [ID[1:], "contoso", "G" * 36, f"{{{ID}", f"{ID} {ID}", None, 7, [], ""])
def test_no_guid(text):
    assert parse_guid(text) is None
