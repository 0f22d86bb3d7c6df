# Copyright (c) 2026 The m365.defender authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What set-up does for .venv, how often, and what it says when pip fails."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import types
import zipfile

import make_venv
import pytest
from make_venv import LEVELS, explain, main, show_progress

NEW_CONNECTION = "Failed to establish a new connection: [Errno 111] Connection refused"
RETRY = "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by "


@pytest.fixture
def work(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done to a .venv that is only a directory."""
    done: list[str] = []
    root = tmp_path / "tree"
    root.mkdir()
    for name in ("requirements-demo.txt", "requirements-dev.txt", "requirements-dev.lock"):
        (root / name).write_text("# none\n")
    venv = root / ".venv"
    places = {"ROOT": root, "VENV": venv, "STAMP": venv / "set-up-complete", "LOG": root / "build" / "setup.log"}
    for name, value in {**places, "LINK": root / "build" / "collections" / "defender"}.items():
        monkeypatch.setattr(make_venv, name, value)

    def make_empty_environment() -> None:
        done.append("make")
        (venv / "bin").mkdir(parents=True, exist_ok=True)
        (venv / "bin" / "python").touch()

    monkeypatch.setattr(make_venv, "make_empty_environment", make_empty_environment)
    monkeypatch.setattr(make_venv, "install", lambda level: done.append(level.name))
    return done


def test_demo_then_all_adds_to_the_same_environment(work: list[str]) -> None:
    assert [main([level]) for level in ("demo", "demo", "all", "all", "demo")] == [0] * 5
    assert work == ["make", "demo", "all"]


@pytest.mark.parametrize("name", ["requirements-dev.txt", "requirements-dev.lock"])
def test_made_anew_where_the_requirements_changed(work: list[str], name: str) -> None:
    main(["all"])
    (make_venv.ROOT / name).write_text("# still none\n")
    main(["demo"])
    assert work == ["make", "all", "make", "demo"]


def test_made_anew_after_an_interruption(
    work: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["demo"])
    with monkeypatch.context() as patch:
        patch.setattr(make_venv, "install", raise_interrupt)
        assert main(["all"]) == 1
    assert capsys.readouterr().err.endswith("setup: interrupted; the next run makes .venv from nothing.\n")
    main(["demo"])
    assert work == ["make", "demo", "make", "demo"]


def raise_interrupt(_level: make_venv.Level) -> None:
    raise KeyboardInterrupt


def test_a_full_disk_is_told_before_the_work(
    work: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: types.SimpleNamespace(free=12 * 2**20))
    assert main(["demo"]) == 1
    assert work == []
    told = capsys.readouterr().err
    assert told.startswith(f"setup: only 12 MB are free where {make_venv.ROOT} is, and .venv needs 150 MB: ")


@pytest.mark.parametrize(
    ("output", "told"),
    [
        pytest.param(
            f"{RETRY}'ProxyError('Cannot connect to proxy.', {NEW_CONNECTION})'", "HTTPS_PROXY names", id="proxy"
        ),
        pytest.param(f"{RETRY}'{NEW_CONNECTION}'", "cannot reach a package index", id="index"),
        pytest.param(f"{RETRY}'[Errno -2] Name or service not known'", "cannot reach a package index", id="no_name"),
        pytest.param("ReadTimeoutError: Read timed out.", "cannot reach a package index", id="silence"),
        pytest.param(
            f"{RETRY}'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]'", "PIP_CERT", id="tls"
        ),
        pytest.param("ERROR: HTTP error 403 while getting x\n403 Client Error: Forbidden", "refuses pip", id="refused"),
        pytest.param("OSError: [Errno 28] No space left on device", "TMPDIR", id="disk"),
        pytest.param("OSError: [Errno 30] Read-only file system", "directory of your own", id="read_only"),
        pytest.param(
            "ERROR: No matching distribution found for msal>=1.35.0", "has no msal>=1.35.0 for Python", id="package"
        ),
    ],
)
def test_one_sentence_with_the_way_out(output: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in make_venv.PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://anna:secret@127.0.0.1:9")
    # pip says at its end that it found nothing, whatever the cause was.
    sentence = explain(f"{output}\nERROR: No matching distribution found for msal>=1.35.0")
    assert told in sentence
    assert "secret" not in sentence
    assert sentence.endswith((".", "python3.12"))


def test_something_unheard_of() -> None:
    assert explain("Segmentation fault") == ""


def test_pips_steps_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    output: list[str] = []
    lines = ["Collecting a\n"] * 21 + ["Installing collected packages: a, b, c\n", f"{RETRY}...\n", f"{RETRY}...\n"]
    for line in lines:
        output.append(line)
        show_progress(line, output)
    assert capsys.readouterr().err.splitlines() == [
        "setup:   20 packages so far",
        "setup: installing 3 packages",
        "setup: the package index does not answer; pip tries again",
    ]


def test_without_a_newer_pip_the_one_that_is_there_does_the_work(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$@"\ncase "$*" in *--retries*) exit 1;; esac\n')
    python.chmod(0o755)
    monkeypatch.setattr(make_venv, "ROOT", tmp_path)
    monkeypatch.setattr(make_venv, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(make_venv, "LOG", tmp_path / "log")
    make_venv.install(LEVELS["demo"])
    renewed, installed = (tmp_path / "log").read_text().splitlines()
    assert renewed.endswith(f"--no-deps --retries 0 {make_venv.NEWER_PIP}")
    assert installed.endswith("-r requirements-demo.txt")


@pytest.mark.parametrize("unpacked", [True, False], ids=["unpacked", "installed"])
def test_an_empty_environment_has_pip(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, unpacked: bool) -> None:
    venv = tmp_path / "a tree" / ".venv"
    monkeypatch.setattr(make_venv, "VENV", venv)
    monkeypatch.setattr(make_venv, "LOG", tmp_path / "log")
    if unpacked:
        # As a Python that brings it.
        monkeypatch.setattr(make_venv, "wheel_of_pip", lambda: a_wheel(tmp_path))
    else:
        monkeypatch.setattr(make_venv, "wheel_of_pip", lambda: None)
    make_venv.make_empty_environment()
    said = [
        subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        for command in (
            [str(venv / "bin" / "pip"), "--version"],
            [str(venv / "bin" / "python"), "-m", "pip", "--version"],
        )
    ]
    assert said[0] == said[1]
    assert said[0].startswith("pip ")
    assert unpacked is (said[0] == f"pip of {venv.resolve()}")


def a_wheel(directory: pathlib.Path) -> pathlib.Path:
    wheel = directory / "pip-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("pip/__init__.py", "")
        archive.writestr("pip/__main__.py", "import sys\nprint('pip of', sys.prefix)\n")
    return wheel


def test_the_wheel_of_this_python_is_pip() -> None:
    wheel = make_venv.wheel_of_pip()
    assert wheel is None or zipfile.ZipFile(wheel).read("pip/__main__.py")


def test_the_levels_requirements_are_there() -> None:
    root = pathlib.Path(__file__).resolve().parents[3]
    assert all((root / level.requirements).is_file() for level in LEVELS.values())
