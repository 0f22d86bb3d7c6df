# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Molecule's lab has a session of its own: the script stops what an interrupted scenario has left."""

from __future__ import annotations

import json
import pathlib
import signal
import subprocess
import sys

import pytest
import scenarios


@pytest.fixture
def build(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setattr(scenarios, "BUILD", tmp_path)
    return tmp_path


def test_interrupted_scenario_leaves_no_lab(build: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = build / "molecule" / "drift" / "lab"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as lab:

        def interrupt(*_command: object, **_options: object) -> None:
            place.mkdir()
            (place / "connection.json").write_text(json.dumps({"pid": lab.pid}), encoding="utf-8")
            raise KeyboardInterrupt

        monkeypatch.setattr("scenarios.subprocess.run", interrupt)
        with pytest.raises(KeyboardInterrupt):
            scenarios.run("drift")
        assert lab.wait(timeout=60) == -signal.SIGTERM


def test_scenario_begins_with_an_empty_place(build: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = build / "molecule" / "drift" / "lab" / "report.json"
    stale.parent.mkdir(parents=True)
    stale.touch()
    there: list[bool] = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        there.append(stale.exists())
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("scenarios.subprocess.run", run)
    assert scenarios.run("drift") == 0
    assert there == [False]


@pytest.mark.parametrize("text", ["", "{", "{}"])
def test_lab_that_never_served_is_nobody(build: pathlib.Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (build / "connection.json").write_text(text, encoding="utf-8")
    ended: list[object] = []
    monkeypatch.setattr("scenarios.os.kill", lambda *arguments: ended.append(arguments))
    scenarios.stop_labs(build)
    assert ended == []
