# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a sign-in: numbers that make sense, named as the caller names them."""

from __future__ import annotations

import pytest

from ansible_collections.m365.defender.plugins.module_utils._auth.login.options import check_wait_and_port, login_spec
from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError


@pytest.mark.parametrize(("wait", "port"), [(1, 0), (3600, 65535), (300, 8400)])
def test_numbers_in_range(wait, port):
    assert check_wait_and_port(wait, port) is None


@pytest.mark.parametrize(
    ("wait", "port", "option"),
    [(0, 0, "wait"), (3601, 0, "wait"), (300, -1, "port"), (300, 65536, "port"), ("soon", 0, "wait")],
)
@pytest.mark.parametrize("prefix", ["", "login_"])
def test_number_out_of_range_names_its_option(wait, port, option, prefix):
    with pytest.raises(OptionError, match=f"^{prefix}{option}: "):
        check_wait_and_port(wait, port, prefix=prefix)


def test_defaults_are_in_range_and_the_flow_is_a_secret():
    spec = login_spec()
    check_wait_and_port(spec["wait"]["default"], spec["port"]["default"])
    assert [name for name, option in spec.items() if option.get("no_log")] == ["flow"]
    assert spec["method"]["default"] in spec["method"]["choices"]
