# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens that are kept between runs, if the user names a directory for them (`token_cache`).

A file that others can read or write is not trusted, and a damaged one counts as empty. A cache that cannot be written
costs a sign-in in the next run, so it is a warning.
"""

from __future__ import annotations

import json
import pathlib
import re
import tempfile
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._auth.jwt import claims_of
from ansible_collections.m365.defender.plugins.module_utils._auth.secret_text import is_token
from ansible_collections.m365.defender.plugins.module_utils._core.json import parse_json
from ansible_collections.m365.defender.plugins.module_utils._core.private_file import (
    Unfit,
    read_private,
    replace_private,
)

try:
    import msal
except ImportError:
    # `identity` reports the missing library before this file is used.
    HAS_MSAL = False
else:
    HAS_MSAL = True

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from ansible_collections.m365.defender.plugins.module_utils._core.json import Json

_LARGEST: t.Final = 1024 * 1024
# What msal takes of an access token in its cache, all of it text.
_TEXTS: t.Final = ("credential_type", "secret", "environment", "client_id", "realm", "target", "token_type")
_TIMES: t.Final = ("cached_at", "expires_on")
_TIME: t.Final = re.compile("[0-9]{1,12}")


class TokenCacheFile:
    """One file for one app in one tenant, readable by its owner only. Without a directory, memory only."""

    def __init__(
        self, directory: str | None, client_id: str, tenant_id: str, warn: Callable[[str], None] = lambda _text: None
    ) -> None:
        self._path = pathlib.Path(directory) / f"{client_id}-{tenant_id}.json" if directory else None
        self._tenant_id = tenant_id
        self._warn = warn
        self._cache: t.Any = msal.SerializableTokenCache()

    def load(self) -> t.Any:
        """Return msal's cache with the content of the file. A file that cannot be read or trusted counts as empty."""
        if self._path is not None:
            self._cache.deserialize(json.dumps({"AccessToken": self._tokens(self._path)}))
        return self._cache

    def save(self) -> None:
        """Replace the file as a whole, with mode 0600, or leave it as it is and warn."""
        if self._path is None or not self._cache.has_state_changed:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".token-")
            replace_private(self._path, pathlib.Path(temporary), handle, self._cache.serialize())
        except (OSError, ValueError) as error:
            cause = getattr(error, "strerror", None) or "its name is not valid"
            self._warn(f"token_cache: tokens cannot be kept in {self._path.parent} ({cause}).")

    def _tokens(self, path: pathlib.Path) -> dict[str, Json]:
        try:
            content = parse_json(read_private(path, _LARGEST).decode("utf-8"))
        except FileNotFoundError:
            return {}
        except Unfit as error:
            self._warn(f"token_cache: {path} was not used, because it {error}")
            return {}
        except (OSError, ValueError):
            return {}
        tokens = content.get("AccessToken") if isinstance(content, dict) else None
        return {key: row for key, row in tokens.items() if self._usable(row)} if isinstance(tokens, dict) else {}

    def _usable(self, row: Json) -> bool:
        """Tell whether the token is for this tenant. Any other would be refused as if Microsoft Entra had sent it."""
        if not _well_formed(row) or not is_token(row["secret"]):
            return False
        return str(claims_of(row["secret"]).get("tid", self._tenant_id)).lower() == self._tenant_id


def _well_formed(row: Json) -> bool:
    """Tell whether msal can use a token of the file."""
    if not isinstance(row, dict) or "refresh_on" in row:
        return False
    texts = [row.get(name) for name in (*_TEXTS, *_TIMES)]
    return all(isinstance(text, str) for text in texts) and all(_TIME.fullmatch(row[name]) for name in _TIMES)
