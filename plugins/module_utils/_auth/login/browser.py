# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Opens the browser of the person who signs in, if there is one. Optional: the person can open the address."""

from __future__ import annotations

import contextlib
import os
import sys
import typing as t

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Without one of these, Python's webbrowser would start a browser in the terminal, where nobody sees it.
_DISPLAYS: t.Final = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
# The browser gets neither our standard streams (an open one would block their reader, and a write to a closed pipe
# would kill the browser) nor our session (Ctrl-C ends the play, not the browser), and nothing waits for it.
_PROGRAM: t.Final = """
import os, sys, webbrowser
if os.fork():
    os._exit(0)
os.setsid()
nowhere = os.open(os.devnull, os.O_RDWR)
for handle in (0, 1, 2):
    os.dup2(nowhere, handle)
webbrowser.open(sys.argv[1])
"""


def can_show(environment: Mapping[str, str]) -> bool:
    """Return whether there is a screen, or a browser that the person has named."""
    return sys.platform == "darwin" or any(environment.get(name) for name in _DISPLAYS)


def open_browser(url: str, run: Callable[[list[str]], object]) -> None:
    """Open `url`, an https address, with a command that `run` runs: no shell, and no secret but the state.

    An OSError of `run` is ignored: the person has the address and can open it themselves.
    """
    if url.startswith("https://") and can_show(os.environ):
        with contextlib.suppress(OSError):
            run([sys.executable, "-c", _PROGRAM, url])
