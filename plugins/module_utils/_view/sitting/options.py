# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of mto_portal_record, and the typed value that is made of them."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import stat
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import RECORD
from ansible_collections.m365.defender.plugins.module_utils._core.options.destination import require_place
from ansible_collections.m365.defender.plugins.module_utils._core.options.values import GUID, parse_whole_number, quoted
from ansible_collections.m365.defender.plugins.module_utils._view.options import view_owner

if t.TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ansible_collections.m365.defender.plugins.module_utils._auth.options.connection import Connection
    from ansible_collections.m365.defender.plugins.module_utils._core.options.spec import Spec

# The commands and, on macOS, the programs of the browsers, in the order in which they are tried: the ones that a
# managed device trusts come first.
BROWSERS: t.Final[Mapping[str, tuple[str, ...]]] = {
    "msedge": (
        *("microsoft-edge", "microsoft-edge-stable"),
        "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ),
    "chrome": (
        *("google-chrome", "google-chrome-stable"),
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
    "chromium": (*("chromium", "chromium-browser"), "/Applications/Chromium.app/Contents/MacOS/Chromium"),
}
PROFILE: t.Final = "~/.config/mto/browser"
WAIT: t.Final = 900
_OTHERS: t.Final = stat.S_IRWXG | stat.S_IRWXO


def sitting_spec() -> Spec:
    """Return the options of mto_portal_record without the connection."""
    return {
        "portal_cookies_file": {"type": "path", "required": True, "no_log": False},
        "snapshot_file": {"type": "path"},
        "portal_contract": {"type": "path"},
        "record": {"type": "bool", "default": True},
        "write": {"type": "str"},
        "browser": {"type": "str"},
        "browser_profile": {"type": "path", "default": PROFILE},
        "wait": {"type": "int", "default": WAIT},
    }


@dataclasses.dataclass(frozen=True, slots=True)
class SittingOptions:
    """The options of a sitting. `contract_file` is None where only the session is wanted; `wait` is in seconds."""

    operator: str
    cookies_file: str
    snapshot_file: str | None
    contract_file: str | None
    write: str | None
    executable: str
    profile: str
    wait: int

    def files(self) -> dict[str, str]:
        """Return the files that are written, by the names of their options."""
        files = {
            "portal_cookies_file": self.cookies_file,
            "snapshot_file": self.snapshot_file,
            "portal_contract": self.contract_file,
        }
        return {option: path for option, path in files.items() if path}


def parse_sitting_options(
    params: Mapping[str, t.Any], connection: Connection, *, wait_option: str = "wait"
) -> SittingOptions:
    """Return the options as one value. Raise OptionError before a person is asked to sign in."""
    operator = view_owner(connection)
    if GUID.match(operator.lower()):
        raise OptionError(
            f"operator: {quoted(operator)} is an object ID, and the portal tells only the user principal name of who"
            " signed in; give that."
        )
    if params["record"] and not params["portal_contract"]:
        raise OptionError(
            "portal_contract: missing. Name the file for the recorded request, or set record to false to sign in only."
        )
    options = SittingOptions(
        operator=operator,
        cookies_file=params["portal_cookies_file"],
        snapshot_file=params["snapshot_file"] or None,
        contract_file=params["portal_contract"] if params["record"] else None,
        write=params["write"] or None,
        executable=find_browser(params["browser"]),
        profile=params["browser_profile"],
        wait=parse_whole_number(wait_option, params["wait"], WAIT, least=1, most=3600),
    )
    for option, path in options.files().items():
        require_place(option, path)
    _require_private(options.profile)
    return options


def _require_private(profile: str) -> None:
    """Raise OptionError for a profile that others can read: it keeps who is signed in."""
    if os.path.lexists(profile) and not os.path.isdir(profile):  # noqa: PTH112  (never raises)
        raise OptionError(f"browser_profile: {profile} is not a directory; name another one.")
    if os.path.isdir(profile) and os.stat(profile).st_mode & _OTHERS:  # noqa: PTH112, PTH116
        raise OptionError(
            f"browser_profile: other users may read {profile}, where the browser keeps who is signed in; run chmod 700"
            " on it, or name a new directory."
        )


def make_profile(profile: str) -> None:
    """Make the directory of the profile. Raise OptionError."""
    path = pathlib.Path(profile)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise OptionError(
            f"browser_profile: {profile} cannot be made ({error.strerror}); name another directory."
        ) from error


def find_browser(wanted: str | None, which: Callable[[str], str | None] = shutil.which) -> str:
    """Return the path of the browser that is wanted, or of the first that is installed. Raise OptionError."""
    known = ", ".join(BROWSERS)
    if wanted and wanted not in BROWSERS:
        path = os.path.abspath(os.path.expanduser(wanted))  # noqa: PTH100, PTH111  (never raises)
        if not os.path.isfile(path) or not os.access(path, os.X_OK):  # noqa: PTH113
            raise OptionError(
                f"browser: {quoted(wanted)} is not a browser that can be started; give {known}, or the path of one."
            )
        return path
    names = [wanted] if wanted else list(BROWSERS)
    programs = (which(command) for name in names for command in BROWSERS[name])
    executable = next((program for program in programs if program), None)
    if executable is None:
        raise OptionError(
            f"browser: {wanted or 'a browser'} is not installed here; install one of {known}, give the path of one, or"
            f" record in any browser ({RECORD})."
        )
    return executable
