# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sitting leaves behind: the session, the snapshot and the contract, each in the file that the user names."""

from __future__ import annotations

import json
import os
import time
import typing as t
from urllib.parse import urlsplit

from ansible_collections.m365.defender.plugins.module_utils._core.errors import MtoError
from ansible_collections.m365.defender.plugins.module_utils._core.manual import SNAPSHOT
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import write_file
from ansible_collections.m365.defender.plugins.module_utils._microsoft.portal import SESSION_COOKIE, XSRF_COOKIE
from ansible_collections.m365.defender.plugins.module_utils._view.contract.learning.file import contract_text
from ansible_collections.m365.defender.plugins.module_utils._view.observe.cookies import session_state
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import snapshot_of

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    from ansible_collections.m365.defender.plugins.module_utils._view.sitting.options import SittingOptions
    from ansible_collections.m365.defender.plugins.module_utils._view.sitting.sitting import Finished

_MODE: t.Final = 0o600


def save(options: SittingOptions, finished: Finished, hosts: Sequence[str]) -> None:
    """Write the files. All of them are made before the first is written. Raise MtoError."""
    texts = {
        "portal_cookies_file": _session_text(finished, hosts),
        "snapshot_file": json.dumps(snapshot_of(finished.view), indent=4, ensure_ascii=False) + "\n",
    }
    if finished.learned:
        texts["portal_contract"] = contract_text(finished.learned)
    for option, path in options.files().items():
        # A symbolic link is followed, and its target replaced.
        write_file(option, os.path.realpath(path), texts[option], _MODE)


def _session_text(finished: Finished, hosts: Sequence[str]) -> str:
    names = [urlsplit(host).hostname or "" for host in hosts]
    state: dict[str, t.Any] = session_state(finished.cookies, names, time.time())
    cookies = [str(cookie["name"]) for cookie in state["cookies"]]
    if XSRF_COOKIE not in cookies or not any(name.startswith(SESSION_COOKIE) for name in cookies):
        raise MtoError(
            f"The portal answered, but the browser holds no cookies {SESSION_COOKIE} and {XSRF_COOKIE} of it, so that"
            f" nothing was written. Export the cookies by hand ({SNAPSHOT})."
        )
    return json.dumps(state, indent=2) + "\n"
