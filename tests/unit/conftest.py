# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit tests reach nothing but this machine."""

from __future__ import annotations

import ipaddress
import socket
import typing as t

import pytest

if t.TYPE_CHECKING:
    from collections.abc import Iterator


def is_local(address: t.Any) -> bool:
    """Whether a socket address is of this machine: a path, or a loopback address."""
    if not isinstance(address, tuple):
        return True
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return address[0] == "localhost"


class OffMachineError(AssertionError):
    """A unit test tried to reach another machine."""


@pytest.fixture(autouse=True, scope="session")
def _nothing_leaves_this_machine() -> Iterator[None]:
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: t.Any) -> None:
        if not is_local(address):
            raise OffMachineError(f"a unit test connects to {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield
