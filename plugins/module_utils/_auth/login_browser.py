# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens the browser of the person who signs in, where there is one. A help, never a condition."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Mapping

# Without one of these Python's webbrowser would start a browser in the terminal, which nobody sees here.
_DISPLAYS: t.Final = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
_WAIT: t.Final = 10.0


def can_show(environment: Mapping[str, str]) -> bool:
    """Is there a screen, or a browser that the person has named?"""
    return sys.platform == "darwin" or any(environment.get(name) for name in _DISPLAYS)


def open_browser(url: str) -> None:
    """Open `url`, an https address. Never raises: the person has the address and can open it themselves.

    In a process of its own: a browser writes to standard output, which is where a module's result goes, and one that
    keeps it open would keep Ansible waiting until it is closed.
    """
    if not url.startswith("https://") or not can_show(os.environ):
        return
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        # No shell, and the program is our own interpreter; the address holds no secret but the state.
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "webbrowser", url],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_WAIT,
            check=False,
        )
