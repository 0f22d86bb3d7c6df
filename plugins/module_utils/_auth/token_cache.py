# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access tokens that are kept between runs, if the user names a directory for them (`token_cache`)."""

from __future__ import annotations

import os
import pathlib
import tempfile
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError

try:
    import msal
except ImportError:
    # `identity` reports the missing library before this file is used.
    HAS_MSAL = False
else:
    HAS_MSAL = True


class TokenCacheFile:
    """One file for one app in one tenant, readable by its owner only. Without a directory, memory only."""

    def __init__(self, directory: str | None, client_id: str, tenant_id: str) -> None:
        self._path = pathlib.Path(directory) / f"{client_id}-{tenant_id}.json" if directory else None
        self._cache: t.Any = msal.SerializableTokenCache()

    def load(self) -> t.Any:
        """Return msal's cache with the content of the file. A file that cannot be read counts as empty."""
        if self._path is not None:
            try:
                self._cache.deserialize(self._path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                self._cache = msal.SerializableTokenCache()
        return self._cache

    def save(self) -> None:
        """Write the file atomically with mode 0600. Raise OptionError if that is not possible."""
        if self._path is None or not self._cache.has_state_changed:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".token-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self._cache.serialize())
            pathlib.Path(name).replace(self._path)
        except OSError as error:
            raise OptionError(f"token_cache: cannot write '{self._path}': {error.strerror}.") from error
