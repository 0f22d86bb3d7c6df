# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep the state of the view before the first write in a file that `portal_snapshot` and `restore` accept."""

from __future__ import annotations

import json
import os
import pathlib
import typing as t

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import snapshot_of

if t.TYPE_CHECKING:
    from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Reading


class BackupWriter:
    """A writer of one backup to a directory. `path` is None until the file is written."""

    def __init__(self, directory: str) -> None:
        self.path: str | None = None
        self._directory = pathlib.Path(directory)
        # Unlike that of pathlib, isdir never raises.
        if not os.path.isdir(directory) or not os.access(directory, os.W_OK):  # noqa: PTH112
            raise OptionError(
                f"backup_dir: '{directory}' is not a directory that can be written to; create it, or name another one."
            )

    def keep(self, reading: Reading) -> None:
        """Write the view to a new file. Raises OptionError where that fails, before anything is changed."""
        view = reading.view
        stamp = view.taken_at.replace("-", "").replace(":", "")
        path = self._directory.resolve() / f"mto-view-{stamp}-{os.getpid()}.json"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(snapshot_of(view), indent=2, ensure_ascii=False) + "\n")
        except OSError as error:
            raise OptionError(
                f"backup_dir: '{path}' cannot be written: {error.strerror}. Without the backup nothing was sent."
            ) from error
        self.path = str(path)
