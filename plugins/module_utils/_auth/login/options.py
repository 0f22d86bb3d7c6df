# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of mto_operator_login without the connection, which are variables of the playbook `login`, too."""

from __future__ import annotations

import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.login.flow import METHODS
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import parse_whole_number

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec


def login_spec() -> Spec:
    """Return the options of mto_operator_login without the connection."""
    return {
        "path": {"type": "path", "required": True},
        "method": {"type": "str", "choices": list(METHODS), "default": "browser"},
        "wait": {"type": "int", "default": 300},
        "port": {"type": "int", "default": 0},
        "renew": {"type": "bool", "default": True},
        "flow": {"type": "str", "no_log": True},
        "open_browser": {"type": "bool", "default": True},
    }


def check_wait_and_port(wait: int, port: int, *, prefix: str = "") -> None:
    """Raise OptionError for a number that is out of range. `prefix` begins the names of both options."""
    parse_whole_number(f"{prefix}wait", wait, 300, least=1, most=3600)
    parse_whole_number(f"{prefix}port", port, 0, least=0, most=65535)
