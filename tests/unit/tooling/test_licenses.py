# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What other gates write meanwhile is not asked for its license."""

from __future__ import annotations

import pathlib
import subprocess
import types
import typing as t

import licenses

if t.TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest


def test_reuse_sees_a_copy_with_the_files_of_the_project_alone(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[pathlib.Path] = []

    def run(command: Sequence[str], **_options: object) -> types.SimpleNamespace:
        seen.append(pathlib.Path(command[command.index("--root") + 1]))
        return types.SimpleNamespace(returncode=3)

    monkeypatch.setattr(licenses, "BUILD", tmp_path)
    monkeypatch.setattr(licenses, "refresh_copy", lambda destination: destination / "copy")
    monkeypatch.setattr(subprocess, "run", run)
    assert licenses.main() == 3
    assert seen == [tmp_path / "reuse" / "copy"]
