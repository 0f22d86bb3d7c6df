# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The backup before the first write: for its owner alone, and nothing is sent without it."""

from __future__ import annotations

import datetime as dt
import pathlib

import pytest
from portal_answers import A, B, make_view

from ansible_collections.m365.defender.plugins.module_utils._core.errors import OptionError
from ansible_collections.m365.defender.plugins.module_utils._view.backup import BackupWriter
from ansible_collections.m365.defender.plugins.module_utils._view.contract.values import AnswerBodies
from ansible_collections.m365.defender.plugins.module_utils._view.observe.live import Reading
from ansible_collections.m365.defender.plugins.module_utils._view.observe.snapshot import load_snapshot

READING = Reading(make_view([A], [B]), AnswerBodies({"planted": 1}, {"_etag": "planted"}))


def test_a_backup_is_a_snapshot_that_only_its_owner_may_read(tmp_path):
    backup = BackupWriter(str(tmp_path))
    assert backup.path is None
    backup.keep(READING)
    path = pathlib.Path(backup.path)
    assert path.parent == tmp_path
    assert path.name.startswith("mto-view-20261124T100000Z-")
    assert path.stat().st_mode & 0o077 == 0
    assert "planted" not in path.read_text(encoding="utf-8")
    restored = load_snapshot(backup.path, dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.UTC), option="restore")
    assert restored.registered == (A,)


def test_an_existing_file_is_not_overwritten(tmp_path):
    backup = BackupWriter(str(tmp_path))
    backup.keep(READING)
    with pytest.raises(
        OptionError, match=r"backup_dir: .*cannot be written: File exists\. Without the backup"
    ) as caught:
        BackupWriter(str(tmp_path)).keep(READING)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_directory_that_is_missing():
    with pytest.raises(OptionError, match="backup_dir: '/nowhere' is not a directory that can be written to"):
        BackupWriter("/nowhere")
